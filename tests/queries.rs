//! `query`, `history`, `tables`: reading what was loaded.

use crate::append::{DEFINITION, JOB};
use crate::support::Project;

fn two_days() -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,10.10\n2,lee,20.20\n");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n3,kim,0.03\n");
    project.loaded(JOB, "2026-11-21");
    project.loaded(JOB, "2026-11-22");
    project
}

#[test]
fn tables_are_read_as_they_were() {
    let project = two_days();
    let history = project.naru(&["history", "deposit.account", "--json"]).ok().json();
    let first = &history["snapshots"][0];
    let count =
        |as_of: &str| project.naru(&["query", "select count(*) as n from deposit.account", "--json", "--as-of", as_of]);
    assert_eq!(count(&first["snapshot_id"].to_string()).ok().json()[0]["n"], 2);
    assert_eq!(count(first["committed_at"].as_str().unwrap()).ok().json()[0]["n"], 2);
    assert_eq!(count("2100-01-01").ok().json()[0]["n"], 3);
    let before = count("2000-01-01").fails(1);
    assert!(before.stderr.contains("2000-01-01") || before.stderr.contains("no snapshot"), "{}", before.stderr);
    count("42").fails(1);
}

#[test]
fn sums_are_exact_and_tables_join() {
    let project = two_days();
    let names = "core__customer__person__p1__append__pl__d";
    project.job(names, "source,target,type,key,required,level,treatment,format,description\nN,name,string,1,y,p1,,,\nC,city,string,,,p1,,,\n");
    project.drop(names, "2026-11-22", "p.csv", "N,C\nkim,서울\nlee,부산\n");
    project.loaded(names, "2026-11-22");
    let sql = "with totals as (select p.city, sum(a.amount) as total from deposit.account a \
               join customer.person p on a.name = p.name group by p.city) \
               select city, total, row_number() over (order by total desc) as place from totals order by place";
    assert_eq!(project.csv(sql), "city,total,place\n부산,20.20,1\n서울,10.13,2\n");
    let shown = project.naru(&["query", "select id, name from deposit.account order by id limit 2"]).ok().stdout;
    assert!(shown.contains("kim") && shown.contains("(2 rows)"), "{shown}");
}

#[test]
fn sums_of_ints_do_not_wrap_and_warnings_stay_away() {
    let job = "core__lab__number__p1__append__pl__d";
    let project = Project::with_job(
        job,
        "source,target,type,key,required,level,treatment,format,description\nI,i,int,,,p0,,,\nD,d,date,,,p0,,,\n",
    );
    project.drop(job, "2026-11-22", "a.csv", "I,D\n2147483647,2026-11-22\n2147483647,2026-11-23\n-1,\n");
    project.loaded(job, "2026-11-22");
    let asked = project.naru(&["query", "select sum(i) as s, max(i) + 1 as m from lab.number", "--csv"]).ok();
    assert_eq!(asked.stdout, "s,m\n4294967293,2147483648\n");
    let dated =
        project.naru(&["query", "select count(*) as n from lab.number where d >= date '2026-11-23'", "--csv"]).ok();
    assert_eq!((dated.stdout.as_str(), dated.stderr.as_str()), ("n\n1\n", ""));
}

#[test]
fn wrong_queries_say_what_is_wrong() {
    let project = two_days();
    for (sql, part) in [
        ("select nme from deposit.account", "nme"),
        ("select * from deposit.acount", "there is no table deposit.acount"),
        ("select * from account", "database.table"),
        ("drop table deposit.account", "SELECT"),
        ("select date '2026-02-30'", "no day of the calendar"),
        ("select form deposit.account where", "SQL, line 1, column 20"),
    ] {
        let wrong = project.naru(&["query", sql]);
        assert_eq!(wrong.code, 1, "{sql}: {}", wrong.stderr);
        assert!(wrong.stderr.to_lowercase().contains(&part.to_lowercase()), "{sql}: {}", wrong.stderr);
    }
    assert_eq!(project.value("select count(*) from deposit.account"), 3);
}

#[test]
fn lists_tables_and_snapshots() {
    let project = two_days();
    let tables = project.naru(&["tables", "--json"]).ok().json();
    assert_eq!(
        (&tables[0]["table"], &tables[0]["rows"], &tables[0]["snapshots"]),
        (&"deposit.account".into(), &3.into(), &2.into())
    );
    let history = project.naru(&["history", JOB]).ok().stdout;
    assert!(history.contains("2026-11-21") && history.contains("append"), "{history}");
}
