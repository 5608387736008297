//! Cross checks over a project.

use std::time::{Duration, Instant};

use naru_core::check::{self, CheckSettings, CheckedDefinition, CheckedJob};
use naru_core::{Cadence, Engine, Fault, JobName, Level, Mode, TableDefinition};

const DAG: &str = "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n";
const SETTINGS: CheckSettings<'_> = CheckSettings { table_defs: "table-defs", has_marks: false, glue_lacks_key: false };
const DEFINITION: &str = "source,target,type,level\nA,a,int,p1\n";

/// A DAG file whose name has the segments source, database, table, level; its job is made of the same.
fn dag(source: &str, database: &str, table: &str, level: Level) -> CheckedJob {
    let digit = level as u8;
    let job = JobName {
        source: source.parse().unwrap(),
        database: database.parse().unwrap(),
        table: table.parse().unwrap(),
        level,
        mode: Mode::Append,
        engine: Engine::Auto,
        cadence: Cadence::D,
    };
    CheckedJob {
        path: format!("dags/{source}__{database}__{table}__p{digit}__append__auto__d.py"),
        text: DAG.into(),
        name: Ok(job),
    }
}

fn definition(path: &str, text: &str) -> CheckedDefinition {
    (path.into(), TableDefinition::parse(text.as_bytes(), path))
}

fn show(dags: &[CheckedJob], definitions: &[CheckedDefinition]) -> String {
    super::show(&check::project(SETTINGS, dags, definitions))
}

#[test]
fn a_sound_project_has_no_fault() {
    let dags = [dag("core", "deposit", "account", Level::P1)];
    assert_eq!(check::project(SETTINGS, &dags, &[definition("table-defs/deposit/account.csv", DEFINITION)]), []);
    assert_eq!(check::project(SETTINGS, &[], &[]), []);
}

#[test]
fn treatments_that_runs_on_glue_have_no_key_for() {
    let text = "source,target,type,level,treatment\nA,a,string,p1,hash\nB,b,string,p1,last4\nC,c,string,p1,\n";
    let definitions = [definition("table-defs/deposit/account.csv", text)];
    let settings = CheckSettings { glue_lacks_key: true, ..SETTINGS };
    let of_engine = |engine, settings| {
        let mut dag = dag("core", "deposit", "account", Level::P1);
        dag.name.as_mut().unwrap().engine = engine;
        super::show(&check::project(settings, &[dag], &definitions))
    };
    for engine in [Engine::Auto, Engine::Sp] {
        let told = of_engine(engine, settings);
        assert!(told.starts_with("table-defs/deposit/account.csv:2:5: column \"a\" is treated with a key"), "{told}");
        assert!(told.contains("treatment_key_secret") && !told.contains("\"b\"") && !told.contains("\"c\""), "{told}");
    }
    assert_eq!(of_engine(Engine::Pl, settings), "");
    assert_eq!(of_engine(Engine::Sp, SETTINGS), "");
}

#[test]
fn tables_without_the_one_or_the_other() {
    let dags = [
        dag("core", "deposit", "acount", Level::P1),
        dag("core", "loan", "customer", Level::P1),
        dag("core", "card", "bill", Level::P1),
    ];
    let definitions = [
        definition("table-defs/deposit/account.csv", DEFINITION),
        definition("table-defs/party/customer.csv", DEFINITION),
        definition("account.csv", DEFINITION),
        definition("table-defs/deposit/.csv", DEFINITION),
    ];
    insta::assert_snapshot!(show(&dags, &definitions), @r#"
    account.csv: this is not the path of a table definition
      hint: it is table-defs/<database>/<table>.csv
    dags/core__card__bill__p1__append__auto__d.py: no table definition: expected table-defs/card/bill.csv
      hint: add the definition
    dags/core__deposit__acount__p1__append__auto__d.py: no table definition: expected table-defs/deposit/acount.csv
      hint: the nearest is table-defs/deposit/account.csv; rename one of the two, or add the definition
    dags/core__loan__customer__p1__append__auto__d.py: no table definition: expected table-defs/loan/customer.csv
      hint: the nearest is table-defs/party/customer.csv; rename one of the two, or add the definition
    table-defs/deposit/.csv: this is not the path of a table definition
      hint: it is table-defs/<database>/<table>.csv
    table-defs/deposit/account.csv: no job loads deposit.account
      hint: add dags/<source>__deposit__account__<level>__<mode>__<engine>__<cadence>.py, or delete this file
    table-defs/party/customer.csv: no job loads party.customer
      hint: add dags/<source>__party__customer__<level>__<mode>__<engine>__<cadence>.py, or delete this file
    "#);
}

#[test]
fn two_jobs_for_one_table() {
    let dags = [dag("old", "deposit", "account", Level::P1), dag("new", "deposit", "account", Level::P0)];
    let definitions = [definition("table-defs/deposit/account.csv", DEFINITION)];
    insta::assert_snapshot!(show(&dags, &definitions), @r#"
    dags/old__deposit__account__p1__append__auto__d.py: deposit.account has two jobs: "new__deposit__account__p0__append__auto__d" and "old__deposit__account__p1__append__auto__d"
      hint: one table has one job: delete one of the files
    table-defs/deposit/account.csv:2:4: column "a" is p1, above its job's p0
      hint: the job's name needs the level p1
    "#);
}

#[test]
fn definitions_are_checked_under_the_mode_of_their_job() {
    let mut merge = dag("core", "deposit", "account", Level::P1);
    merge.name.as_mut().unwrap().mode = Mode::Merge;
    let mut scd2 = dag("core", "deposit", "branch", Level::P1);
    scd2.name.as_mut().unwrap().mode = Mode::Scd2;
    let append = dag("core", "deposit", "channel", Level::P1);
    let definitions = [
        definition("table-defs/deposit/account.csv", DEFINITION),
        definition(
            "table-defs/deposit/branch.csv",
            "source,target,type,key,required\nA,a,int,1,y\nB,valid_to,date,,\n",
        ),
        definition("table-defs/deposit/channel.csv", &format!("@merge_write,auto\n{DEFINITION}")),
    ];
    insta::assert_snapshot!(show(&[merge, scd2, append], &definitions), @r#"
    table-defs/deposit/account.csv: mode merge finds rows by their key, and no column is of the key
      hint: number the key's columns 1, 2, 3 in the column "key", and mark them required
    table-defs/deposit/branch.csv:3:2: target "valid_to" is a column that naru adds itself to a table of mode scd2
      hint: choose another name, as in source_valid_to or source_is_current
    table-defs/deposit/channel.csv:1:2: @merge_write: a job of mode append does not heed it
      hint: take the row out, or rename the job: the modes merge and scd2 find rows by key
    "#);
}

#[test]
fn faults_of_names_and_definitions_come_along_once() {
    let mut misnamed = dag("core", "deposit", "account", Level::P1);
    misnamed.name = Err(vec![Fault::new(&misnamed.path, "unknown mode")]);
    let definitions = [definition("table-defs/deposit/account.csv", "source,target,type\nA,a,number\n")];
    insta::assert_snapshot!(show(&[misnamed], &definitions), @r#"
    dags/core__deposit__account__p1__append__auto__d.py: unknown mode
    table-defs/deposit/account.csv:2:3: unknown type "number"
      hint: for an exact number write "decimal(p,s)", as in decimal(18,2)
    "#);
}

#[test]
fn dag_files_that_say_something_else() {
    let mut empty = dag("core", "deposit", "account", Level::P1);
    empty.text = String::new();
    let mut commented = dag("core", "deposit", "branch", Level::P1);
    commented.text = DAG.replace("dag =", "# dag =");
    let definitions = [
        definition("table-defs/deposit/account.csv", DEFINITION),
        definition("table-defs/deposit/branch.csv", DEFINITION),
    ];
    insta::assert_snapshot!(show(&[empty, commented], &definitions), @r#"
    dags/core__deposit__account__p1__append__auto__d.py: the DAG file lacks "from naru_airflow import job_dag"
      hint: its three lines are "from naru_airflow import job_dag", an empty one, and "dag = job_dag(__file__)"
    dags/core__deposit__branch__p1__append__auto__d.py: the DAG file lacks "job_dag(__file__)"
      hint: its three lines are "from naru_airflow import job_dag", an empty one, and "dag = job_dag(__file__)"
    "#);
}

#[test]
fn needs_that_can_never_be_met() {
    let mut dags: Vec<_> =
        ["account", "branch", "customer", "daily"].map(|t| dag("core", "deposit", t, Level::P1)).into();
    let name = |table: &str| format!("core__deposit__{table}__p1__append__auto__d");
    let needs = |names: &[String]| DAG.replace("__file__", &format!("__file__, needs={names:?}"));
    dags[0].text = needs(&[name("branch"), name("branch"), name("account")]);
    dags[1].text = needs(&[name("customer")]);
    dags[2].text = needs(&[name("account"), name("balance")]);
    dags[3].text = needs(&[name("account") + "@hour"]).replace("@hour\"", "@hour\",\n");
    let definitions: Vec<_> = ["account", "branch", "customer", "daily"]
        .map(|table| definition(&format!("table-defs/deposit/{table}.csv"), DEFINITION))
        .into();
    insta::assert_snapshot!(show(&dags, &definitions), @r#"
    dags/core__deposit__account__p1__append__auto__d.py: jobs need each other in a circle, so that none can run: core__deposit__account__p1__append__auto__d needs core__deposit__branch__p1__append__auto__d needs core__deposit__customer__p1__append__auto__d needs core__deposit__account__p1__append__auto__d
      hint: take one of these needs out
    dags/core__deposit__account__p1__append__auto__d.py:3:78: needs core__deposit__branch__p1__append__auto__d twice
      hint: leave one of them out
    dags/core__deposit__account__p1__append__auto__d.py:3:124: needs itself
      hint: leave it out: intervals of one job run in order anyway
    dags/core__deposit__customer__p1__append__auto__d.py:3:79: needs "core__deposit__balance__p1__append__auto__d", which is no job of this project
      hint: did you mean "core__deposit__branch__p1__append__auto__d"?
    dags/core__deposit__daily__p1__append__auto__d.py:3:32: needs core__deposit__account__p1__append__auto__d within one hour, and it runs every day: no hour holds a run of it
      hint: write "core__deposit__account__p1__append__auto__d@day" or a longer slice, or leave the slice out
    "#);
    dags.iter_mut().for_each(|dag| dag.text = DAG.into());
    dags[3].text = needs(&[name("account"), name("branch") + "@week"]);
    assert_eq!(show(&dags, &definitions), "");
}

#[test]
fn paths_that_differ_in_case() {
    let lower = dag("core", "deposit", "account", Level::P1);
    let path = lower.path.replace("account", "Account");
    let upper = CheckedJob { name: Err(vec![Fault::new(&path, "upper case")]), path, ..lower.clone() };
    let dags = [lower, upper];
    let definitions = [
        definition("table-defs/deposit/account.csv", DEFINITION),
        definition("table-defs/deposit/Account.csv", DEFINITION),
    ];
    insta::assert_snapshot!(show(&dags, &definitions), @r#"
    dags/core__deposit__Account__p1__append__auto__d.py: differs from dags/core__deposit__account__p1__append__auto__d.py only in case
      hint: keep one of the files; names are lower case
    dags/core__deposit__Account__p1__append__auto__d.py: upper case
    table-defs/deposit/Account.csv: differs from table-defs/deposit/account.csv only in case
      hint: keep one of the files; names are lower case
    "#);
}

#[test]
fn ten_thousand_files_take_no_time() {
    let dags: Vec<_> = (0..5_000).map(|n| dag("core", "deposit", &format!("account_{n:04}"), Level::P1)).collect();
    let parsed = definition("x/y.csv", DEFINITION).1;
    let path = |n: u32| format!("table-defs/deposit/acount_{n:04}.csv");
    let definitions: Vec<_> = (0..5_000).map(|n| (path(n), parsed.clone())).collect();
    let start = Instant::now();
    let faults = check::project(SETTINGS, &dags, &definitions);
    // All are misspelt, which is the worst case; the bound is loose, for a busy machine and a build without optimisation.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(faults.len(), 10_000);
    let hint = faults[7].hint.as_deref().unwrap();
    assert!(hint.starts_with("the nearest is table-defs/deposit/acount_0007.csv"), "{hint}");
}
