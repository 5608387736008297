//! Definitions change: `plan` shows it, `apply` and `run` do it, policies and saved plans hold it back.

use serde_json::Value;

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, python, run};

/// [`DEFINITION`] some releases later: `name` is called `holder`, amounts are greater, there is a branch, in front, and the
/// table is partitioned and sorted.
const LATER: &str = "\
@partition,month(opened_on)
@sort,id
source,target,type,key,required,level,treatment,format,description,renamed_from
BRANCH,branch,int,,,p1,,,Branch,
ID,id,bigint,1,y,p1,,,Number of the account,
AMT,amount,\"decimal(20,2)\",,,p1,,,Amount,
OWNER,holder,string,,,p1,,,Name,name
OPENED,opened_on,date,,,p0,,,Opening day,
";

/// A project with one day loaded.
fn loaded() -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1.50\n2,lee,\n");
    project.loaded(JOB, "2026-11-21");
    project
}

fn drop_later(project: &Project, interval: &str) {
    project.drop(JOB, interval, "a.csv", "BRANCH,ID,AMT,OWNER,OPENED\n7,3,999999999999999999.99,park,2026-11-20\n");
}

fn in_phase(project: &Project, policy: &str) {
    let toml = std::fs::read_to_string(project.path().join("naru.toml")).unwrap();
    project.write("naru.toml", format!("{toml}\n[evolution]\ndev = \"{policy}\"\n").as_bytes());
}

fn metadata(project: &Project) -> Value {
    let script = "import json,sqlite3,sys,urllib.parse as u\n\
        row=sqlite3.connect(sys.argv[1]).execute('select metadata_location from iceberg_tables').fetchone()\n\
        print(open(u.unquote(u.urlparse(row[0]).path)).read())";
    run(python().args(["-c", script]).arg(project.path().join(".naru/lake/catalog.db"))).ok().json()
}

fn field_ids(project: &Project) -> Vec<(String, i64)> {
    let metadata = metadata(project);
    let current = &metadata["current-schema-id"];
    let schema = metadata["schemas"].as_array().unwrap().iter().find(|s| s["schema-id"] == *current).unwrap();
    let fields = schema["fields"].as_array().unwrap().iter();
    fields.map(|f| (f["name"].as_str().unwrap().to_owned(), f["id"].as_i64().unwrap())).collect()
}

const ALL: &str = "select * from deposit.account order by id";
const EVOLVED: &str = "\
branch,id,amount,holder,opened_on,load_interval
,1,1.50,kim,,2026-11-20T15:00:00
,2,,lee,,2026-11-20T15:00:00
";

#[test]
fn apply_changes_the_table_and_no_row() {
    let project = loaded();
    project.job(JOB, LATER);
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-21"]).ok().stdout;
    for line in [
        "  ~ column name is renamed to holder",
        "  + column branch (int) is added",
        "  ~ column amount changes from decimal(18,2) to decimal(20,2)",
        "  ~ partition changes from none to month(opened_on)",
        "policy    evolve: a run changes the table in the same commit as its rows",
    ] {
        assert!(plan.contains(line), "{line} is not in\n{plan}");
    }
    let applied = project.naru(&["apply"]).ok().stdout;
    assert!(applied.starts_with("deposit.account: evolved\n") && applied.contains("  ~ column name is"), "{applied}");
    assert_eq!(project.naru(&["apply"]).ok().stdout, "deposit.account: unchanged\n");
    assert_eq!(project.csv(ALL), EVOLVED);
    assert_eq!(project.csv("select holder from deposit.account where amount > 1"), "holder\nkim\n");
    let expected = [("branch", 5), ("id", 1), ("amount", 3), ("holder", 2), ("opened_on", 6), ("load_interval", 4)];
    assert_eq!(field_ids(&project), expected.map(|(name, id)| (name.to_owned(), id)));
    project.check_with_pyiceberg();
    // The files that were loaded before are known still.
    project.drop(JOB, "2026-11-21", "a.csv", "BRANCH,ID,AMT,OWNER,OPENED\n7,1,2.50,kim,2026-10-01\n");
    assert_eq!(project.loaded(JOB, "2026-11-21")["status"], "reloaded");
    assert_eq!(
        project.csv("select id, holder, opened_on from deposit.account"),
        "id,holder,opened_on\n1,kim,2026-10-01\n"
    );
    project.check_with_pyiceberg();
}

#[test]
fn a_run_changes_the_table_in_the_commit_of_its_rows() {
    let project = loaded();
    let before = metadata(&project);
    project.job(JOB, LATER);
    drop_later(&project, "2026-11-22");
    let report = project.loaded(JOB, "2026-11-22");
    assert_eq!(report["status"], "loaded");
    let evolved: Vec<&str> = report["evolved"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert!(evolved.contains(&"column name is renamed to holder"), "{evolved:?}");
    let later = "7,3,999999999999999999.99,park,2026-11-20,2026-11-21T15:00:00\n";
    assert_eq!(project.csv(ALL), format!("{EVOLVED}{later}"));
    let after = metadata(&project);
    assert_eq!(after["metadata-log"].as_array().unwrap().len(), before["metadata-log"].as_array().unwrap().len() + 1);
    assert_eq!(after["partition-specs"].as_array().unwrap().len(), 2);
    project.check_with_pyiceberg();
    // As of the first snapshot, the table is what it was.
    let first = before["current-snapshot-id"].to_string();
    let then =
        project.naru(&["query", "select name from deposit.account order by id", "--as-of", &first, "--csv"]).ok();
    assert_eq!(then.stdout, "name\nkim\nlee\n");
    // Once more, nothing is left to do; the rows of either partitioning are replaced by their runs.
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "unchanged");
    project.drop(JOB, "2026-11-22", "b.csv", "BRANCH,ID,AMT,OWNER,OPENED\n7,4,1,choi,2026-10-20\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["evolved"], serde_json::json!([]));
    assert_eq!(project.value("select count(*) from deposit.account"), 4);
    project.check_with_pyiceberg();
}

#[test]
fn columns_come_and_go_and_nothing_old_comes_back() {
    let project = loaded();
    let without = DEFINITION.replace("NAME,name,string,,,p1,,,Name\n", "");
    project.job(JOB, &without);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,AMT\n3,1\n");
    let refused = project.load(JOB, "2026-11-22").fails(1).stderr;
    assert!(refused.contains("column name (string) is dropped"), "{refused}");
    assert!(refused.contains("`naru apply --allow-destructive` loses its values"), "{refused}");
    let refused = project.naru(&["apply"]).fails(1);
    assert!(refused.stdout.starts_with("deposit.account: refused\n  - column name"), "{}", refused.stdout);
    assert!(refused.stderr.contains("`naru apply --allow-destructive`"), "{}", refused.stderr);
    project.naru(&["apply", "--allow-destructive"]).ok();
    assert_eq!(project.csv("select * from deposit.account limit 0"), "id,amount,load_interval\n");
    project.loaded(JOB, "2026-11-22");
    project.job(JOB, DEFINITION);
    project.naru(&["apply"]).ok();
    assert_eq!(project.value("select count(name) from deposit.account"), 0);
    assert_eq!(field_ids(&project)[1], ("name".to_owned(), 5));
    project.check_with_pyiceberg();
}

#[test]
fn what_iceberg_cannot_do_is_refused_with_the_way_out() {
    let project = loaded();
    let forbidden = DEFINITION
        .replace("AMT,amount,\"decimal(18,2)\"", "AMT,amount,\"decimal(10,2)\"")
        .replace("NAME,name,string,,,", "NAME,name,string,,y,")
        + "CODE,code,string,,y,p1,,,\n";
    project.job(JOB, &forbidden);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT,CODE\n3,a,1,x\n");
    for refused in [project.naru(&["apply", "--allow-destructive"]).fails(1), project.load(JOB, "2026-11-22").fails(1)]
    {
        for part in [
            "column amount changes from decimal(18,2) to decimal(10,2)",
            "a column may only get wider",
            "column name becomes required",
            "column code (string, required) is added",
            "add it as optional",
        ] {
            assert!(refused.stderr.contains(part), "{part} is not in\n{}", refused.stderr);
        }
    }
    assert_eq!(project.naru(&["plan", JOB, "--date", "2026-11-22", "--json"]).ok().json()["table"]["run"], "fails");
}

#[test]
fn a_policy_says_what_a_run_may_change() {
    let added = format!("{DEFINITION}MEMO,memo,string,,,p1,,,\n");
    let widened = added.replace("decimal(18,2)", "decimal(20,2)");
    let commented = DEFINITION.replace("Amount", "Balance");
    let project = loaded();
    in_phase(&project, "additive");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT,MEMO\n3,park,1,m\n");
    project.job(JOB, &widened);
    let refused = project.load(JOB, "2026-11-22").fails(1).stderr;
    assert!(refused.contains("differs from its definition in 1 way"), "{refused}");
    assert!(refused.contains("`naru apply` does it") && !refused.contains("memo"), "{refused}");
    project.job(JOB, &added);
    assert_eq!(project.loaded(JOB, "2026-11-22")["evolved"], serde_json::json!(["column memo (string) is added"]));
    project.job(JOB, &widened);
    project.naru(&["apply"]).ok();

    let project = loaded();
    in_phase(&project, "freeze");
    project.job(JOB, &commented);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n3,park,1\n");
    assert_eq!(project.loaded(JOB, "2026-11-22")["evolved"], serde_json::json!([]), "comments stop no run");
    project.job(JOB, &added);
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT,MEMO\n4,choi,1,m\n");
    let refused = project.load(JOB, "2026-11-23").fails(1).stderr;
    assert!(refused.contains("column memo (string) is added") && refused.contains("--out plan.json"), "{refused}");
    let refused = project.naru(&["apply"]).fails(1).stderr;
    assert!(refused.contains("this phase is frozen"), "{refused}");
    let file = project.path().join("plan.json");
    let file = file.to_str().unwrap();
    project.naru(&["plan", JOB, "--date", "2026-11-23", "--out", file]).ok();
    project.naru(&["apply", file]).ok();
    project.loaded(JOB, "2026-11-23");
    assert_eq!(project.value("select count(memo) from deposit.account"), 1);
    let wrong = project.path().join("naru.toml");
    std::fs::write(&wrong, "org = \"acme\"\n[evolution]\ndev = \"frozen\"\n").unwrap();
    let fault = project.naru(&["check"]).fails(1).stderr;
    assert!(fault.contains("naru.toml:3:") && fault.contains("freeze"), "{fault}");
}

#[test]
fn a_saved_plan_is_carried_out_exactly_or_not_at_all() {
    let project = loaded();
    drop_later(&project, "2026-11-22");
    project.job(JOB, LATER);
    let file = project.path().join("plan.json");
    let file = file.to_str().unwrap();
    let save = || project.naru(&["plan", JOB, "--date", "2026-11-22", "--out", file]).ok();
    let drifted = |args: &[&str], what: &str| {
        let refused = project.naru(args).fails(1).stderr;
        assert!(refused.contains("digest mismatch") && refused.contains(what), "{what} is not in\n{refused}");
    };
    save();
    // The definition.
    project.job(JOB, &LATER.replace("Branch", "Office"));
    drifted(&["run", "--plan", file], "the table definition");
    drifted(&["apply", file], "the table definition");
    project.job(JOB, LATER);
    // The files: for a run only.
    let more = project.drop(JOB, "2026-11-22", "b.csv", "BRANCH,ID,AMT,OWNER,OPENED\n");
    drifted(&["run", "--plan", file], "the landed files");
    std::fs::remove_file(more).unwrap();
    // The file itself.
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, text.replace("\"p1\"", "\"p0\"")).unwrap();
    drifted(&["run", "--plan", file], "was edited");
    std::fs::write(file, &text).unwrap();
    let usage = project.naru(&["run", JOB, "--plan", file]).fails(2);
    assert!(usage.stderr.contains("--plan"), "{}", usage.stderr);
    let report = project.naru(&["run", "--plan", file, "--json"]).ok().json();
    assert_eq!((&report[0]["status"], &report[0]["interval"]), (&"loaded".into(), &"2026-11-22".into()));
    assert_eq!(project.value("select count(*) from deposit.account"), 3);
    // The table: its rows and its structure are others now.
    drifted(&["run", "--plan", file], "the table's rows");
    drifted(&["apply", file], "the table's structure");
    std::fs::write(file, "{}").unwrap();
    let refused = project.naru(&["apply", file]).fails(1).stderr;
    assert!(refused.contains("this is no saved plan"), "{refused}");
}

#[test]
fn a_hashed_column_is_renamed_without_loading_anew() {
    let definition = DEFINITION.replace("NAME,name,string,,,p1,,,Name", "NAME,name,string,,,p1,hash,,Name");
    let project = Project::with_job(JOB, &definition);
    let naru = |args: &[&str]| run(project.command(args).env("NARU_TREATMENT_KEY", "0f".repeat(32)));
    project.drop(JOB, "2026-11-21", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    naru(&["run", JOB, "--date", "2026-11-21"]).ok();
    let renamed = definition
        .replace("format,description\n", "format,description,renamed_from\n")
        .replace("NAME,name,string,,,p1,hash,,Name", "NAME,holder,string,,,p1,hash,,Name,name");
    project.job(JOB, &renamed);
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-21"]).ok().stdout;
    assert!(plan.contains("would do nothing"), "{plan}");
    let again = naru(&["run", JOB, "--date", "2026-11-21", "--json"]).ok().json();
    assert_eq!(again[0]["status"], "unchanged");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n2,kim,1\n");
    naru(&["run", JOB, "--date", "2026-11-22"]).ok();
    assert_eq!(project.value("select count(distinct holder) from deposit.account"), 1);
    let again = naru(&["run", JOB, "--date", "2026-11-21", "--json"]).ok().json();
    assert_eq!(again[0]["status"], "unchanged");
}

#[test]
fn check_finds_renames_that_cannot_be_meant() {
    let definition = "\
source,target,type,renamed_from
A,a,int,b
B,b,int,
C,c,int,x
D,d,int,x
E,,,y
F,f,int,f
G,g,int,Old Name
";
    let project = Project::with_job(JOB, definition);
    let found = project.naru(&["check"]).fails(1).stderr;
    for part in [
        "account.csv:2:4: renamed_from \"b\" is the target on line 3",
        "account.csv:5:4: renamed_from \"x\" is already on line 4",
        "account.csv:6:4: \"renamed_from\" means nothing for column \"E\"",
        "account.csv:7:4: column \"f\" is renamed from its own name",
        "account.csv:8:4: renamed_from \"Old Name\" is no target's name",
    ] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
}

#[test]
fn pages_about_evolution_are_true() {
    crate::docs::run_page("docs/evolution.md", &["deposit.account: evolved", "deposit.account: refused"]);
}
