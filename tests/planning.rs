//! `plan`, `apply`, `check`, `route`: what is told before anything moves.

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, python, repository, run};

#[test]
fn a_plan_says_what_a_run_would_do_and_changes_nothing() {
    let project = Project::with_job(JOB, DEFINITION);
    let plan = |project: &Project| project.naru(&["plan", JOB, "--date", "2026-11-22"]).ok().stdout;
    project.naru(&["tables"]).ok();
    let before = project.lake_files();
    let text = plan(&project);
    assert!(text.contains("nothing has landed") && text.contains("create"), "{text}");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let text = plan(&project);
    assert!(text.contains("+ a.csv (20 B)") && text.contains("would load the interval for the first time"), "{text}");
    std::fs::remove_file(project.landing(JOB, "2026-11-22").join("a.csv")).unwrap();
    assert_eq!(project.lake_files(), before);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    let text = plan(&project);
    assert!(text.contains("unchanged") && text.contains("would do nothing"), "{text}");
    project.job(JOB, &DEFINITION.replace("AMT,amount,\"decimal(18,2)\"", "AMT,amount,\"decimal(20,2)\""));
    let text = plan(&project);
    assert!(text.contains("differs from its definition") && text.contains("decimal(18,2)"), "{text}");
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\n2,lee,1\n");
    let next = project.naru(&["plan", JOB, "--date", "2026-11-23"]).ok().stdout;
    assert!(next.contains("run       would load the interval for the first time"), "{next}");
    let spark = ["plan", JOB, "--date", "2026-11-23", "--engine", "sp", "--spark-python", "/there/is/none"];
    let spark = project.naru(&spark).ok().stdout;
    assert!(
        spark.contains("run       would fail: the route is Spark, which is not installed here; missing: /there/is"),
        "{spark}"
    );
    project.job(JOB, &DEFINITION.replace("AMT,amount,\"decimal(18,2)\"", "AMT,amount,\"decimal(16,2)\""));
    let next = project.naru(&["plan", JOB, "--date", "2026-11-23"]).ok().stdout;
    assert!(next.contains("run       would fail: the table differs from its definition"), "{next}");
    let refused = project.naru(&["run", JOB, "--date", "2026-11-22", "--force"]).fails(1);
    assert!(refused.stderr.contains("differs from its definition in 1 way"), "{}", refused.stderr);
}

#[test]
fn a_plan_is_valid_by_its_published_schema() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let plan = project.naru(&["plan", JOB, "--date", "2026-11-22", "--json"]).ok().json();
    let path = project.write("plan.json", plan["plan"].to_string().as_bytes());
    let script = "import json,sys,jsonschema; \
                  jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))";
    let schema = repository().join("docs/load-plan.schema.json");
    run(python().args(["-c", script]).arg(&schema).arg(&path)).ok();
    let mut broken = plan["plan"].clone();
    broken["columns"][0]["type"] = serde_json::json!(7);
    std::fs::write(&path, broken.to_string()).unwrap();
    run(python().args(["-c", script]).arg(&schema).arg(&path)).fails(1);
}

#[test]
fn apply_creates_tables_once() {
    let project = Project::with_job(JOB, &format!("@partition,\"bucket(4, id)\"\n@sort,name desc\n{DEFINITION}"));
    assert_eq!(project.naru(&["apply"]).ok().stdout, "deposit.account: created\n");
    assert_eq!(project.naru(&["apply"]).ok().stdout, "deposit.account: unchanged\n");
    assert_eq!(project.value("select count(*) from deposit.account"), 0);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    project.job(JOB, DEFINITION);
    let evolved = project.naru(&["apply"]).ok();
    assert!(evolved.stdout.starts_with("deposit.account: evolved\n"), "{}", evolved.stdout);
    project.check_with_pyiceberg();
}

#[test]
fn check_tells_every_fault_at_once() {
    let project = Project::with_job(JOB, &DEFINITION.replace("bigint", "number"));
    project.write(
        "dags/core__deposit__lost__p1__append__auto__d.py",
        b"from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n",
    );
    project.write("table-defs/deposit/orphan.csv", DEFINITION.as_bytes());
    project.write("dags/core__deposit__account__p0__append__pl__d.py", b"print('hello')\n");
    project.write("dags/Core__deposit__x__p1__apend__auto__d.py", b"");
    let found = project.naru(&["check"]).fails(1).stderr;
    for part in [
        "table-defs/deposit/account.csv:2:3: unknown type \"number\"",
        "table-defs/deposit/lost.csv",
        "table-defs/deposit/orphan.csv",
        "did you mean \"append\"",
        "core__deposit__account__p0__append__pl__d",
    ] {
        assert!(found.contains(part), "{part} is not in\n{found}");
    }
    let json = project.naru(&["check", "--json"]).fails(1).json();
    assert!(json["faults"].as_array().unwrap().len() >= 6, "{json}");
}

#[test]
fn a_name_too_long_for_aws_fails_at_check() {
    let project = Project::with_job(JOB, DEFINITION);
    let long = "a-very-long-organisation-name-that-no-bucket-can-carry-in-its-name";
    project.write("naru.toml", format!("org = \"{long}\"\n").as_bytes());
    let found = project.naru(&["check"]).fails(1).stderr;
    assert!(found.contains("bucket") && found.contains("63"), "{found}");
}

#[test]
fn a_route_is_explained_in_two_sentences_and_in_figures() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let text = project.naru(&["route", JOB, "--date", "2026-11-22"]).ok().stdout;
    assert!(text.contains("1 file of 20 B landed for this append. This process is the better deal"), "{text}");
    let figures = project.naru(&["route", JOB, "--date", "2026-11-22", "--json"]).ok().json();
    assert_eq!(figures["route"]["engine"], "pl");
    assert!(figures["route"]["sp"]["usd"].as_f64().unwrap() > 0.01);
    let forced = project.naru(&["route", JOB, "--date", "2026-11-22", "--engine", "sp"]).ok().stdout;
    assert!(forced.starts_with("sp for 2026-11-22"), "{forced}");
    // The model is the project's own: with Spark for free and waiting worth nothing, Spark wins.
    let mut toml = std::fs::read_to_string(project.path().join("naru.toml")).unwrap();
    toml.push_str("\n[route]\nwait_usd_per_hour = 0.0\n[route.spark]\nusd_per_dpu_hour = -1.0\n");
    project.write("naru.toml", toml.as_bytes());
    let text = project.naru(&["route", JOB, "--date", "2026-11-22"]).ok().stdout;
    assert!(text.starts_with("sp for"), "{text}");
}
