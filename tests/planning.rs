//! `plan`, `apply`, `check`, `route`: what is told before anything moves.

use crate::append::{DEFINITION, JOB};
use crate::support::aws::AwsProject;
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
fn a_route_is_explained_in_three_sentences_and_in_figures() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let text = project.naru(&["route", JOB, "--date", "2026-11-22"]).ok().stdout;
    assert!(text.contains("1 file of 20 B landed for this append. This process is the better deal"), "{text}");
    assert!(text.contains("Prices are those of ap-northeast-2 on 2026-11-22."), "{text}");
    let figures = project.naru(&["route", JOB, "--date", "2026-11-22", "--json"]).ok().json();
    assert_eq!(figures["route"]["engine"], "pl");
    assert!(figures["route"]["sp"]["usd"].as_f64().unwrap() > 0.01);
    let forced = project.naru(&["route", JOB, "--date", "2026-11-22", "--engine", "sp"]).ok().stdout;
    assert!(forced.starts_with("sp for 2026-11-22"), "{forced}");
    // The model is the project's own: with Spark for free and waiting worth nothing, Spark wins.
    let free = "dpu_hour = { usd = 0, date = \"2026-11-01\" }";
    let settings = format!("[route]\nplace = \"lambda\"\nwait_usd_per_hour = 0.0\n[prices.ap-northeast-2]\n{free}\n");
    append_settings(&project, &settings);
    let text = project.naru(&["route", JOB, "--date", "2026-11-22"]).ok().stdout;
    assert!(text.starts_with("sp for") && text.contains("those of ap-northeast-2 on 2026-11-01."), "{text}");
}

fn append_settings(project: &Project, settings: &str) {
    let toml = std::fs::read_to_string(project.path().join("naru.toml")).unwrap();
    project.write("naru.toml", format!("{toml}\n{settings}").as_bytes());
}

#[test]
fn old_prices_are_warned_of_and_count_all_the_same() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    append_settings(&project, "[prices.ap-northeast-2]\ndpu_hour = { usd = 44, date = \"2020-01-31\" }\n");
    let told = project.naru(&["route", JOB, "--date", "2026-11-22"]).ok();
    let warning = "warning: prices of ap-northeast-2 are from 2020-01-31, more than a year ago";
    assert!(told.stderr.contains(warning) && told.stdout.contains("on 2020-01-31."), "{}{}", told.stdout, told.stderr);
    let figures = project.naru(&["route", JOB, "--date", "2026-11-22", "--json"]).ok().json();
    assert!(figures["warning"].as_str().unwrap().contains("https://aws.amazon.com/glue/pricing/"), "{figures}");
    let prices = &figures["route"]["prices"];
    assert_eq!((&prices["region"], &prices["dpu_hour"]["usd"]), (&"ap-northeast-2".into(), &44.0.into()));
    assert_eq!(
        (&prices["dpu_hour"]["date"], &prices["lambda_request"]["date"]),
        (&"2020-01-31".into(), &"2026-11-22".into())
    );
    assert!(figures["route"]["sp"]["usd"].as_f64().unwrap() > 1.0, "{figures}");
    // Nothing of it is said of a run.
    let ran = project.naru(&["run", JOB, "--date", "2026-11-22"]).ok();
    assert!(!ran.stderr.contains("price"), "{}", ran.stderr);
}

#[test]
fn a_run_says_what_was_estimated_and_what_it_took() {
    let project = Project::with_job(JOB, DEFINITION);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let run = |project: &Project, more: &[&str]| {
        project.naru(&[&["run", JOB, "--date", "2026-11-22", "--json"], more].concat())
    };
    let ran = run(&project, &[]).ok();
    let report = &ran.json()[0];
    let (estimate, actual) = (&report["estimate"], &report["actual"]);
    assert_eq!((&estimate["engine"], &estimate["usd"], &actual["usd"]), (&"pl".into(), &0.0.into(), &0.0.into()));
    let seconds = |of: &serde_json::Value| of["seconds"].as_f64().unwrap();
    assert!(seconds(estimate) > 0.05 && seconds(actual) > 0.0 && seconds(actual) == seconds(report), "{report}");
    assert!(!ran.stderr.contains("estimated"), "what differs by less than ten seconds is not told: {}", ran.stderr);
    let unchanged = run(&project, &[]).ok().json();
    assert_eq!(unchanged[0]["actual"], serde_json::Value::Null, "nothing was loaded");
    // A constant that is far off is told, for people and in figures.
    append_settings(&project, "[route]\nplace = \"lambda\"\n[route.process]\nstartup_seconds = 300.0\n");
    let ran = run(&project, &["--force", "--engine", "pl"]).ok();
    let told = "s, where 5 min was estimated";
    assert!(ran.stderr.contains(told) && ran.stderr.contains("correct route.process"), "{}", ran.stderr);
    assert!(ran.stderr.contains("USD, where 0.020 USD was estimated"), "{}", ran.stderr);
    let report = &ran.json()[0];
    assert!(seconds(&report["estimate"]) > 299.0 && seconds(&report["actual"]) < 60.0, "{report}");
    let usd = report["actual"]["usd"].as_f64().unwrap();
    assert!(usd > 0.0 && usd < report["estimate"]["usd"].as_f64().unwrap(), "{report}");
    project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\nx,kim,1\n");
    let failed = project.naru(&["run", JOB, "--date", "2026-11-23", "--json"]).fails(1);
    assert_eq!(failed.json()[0]["actual"], serde_json::Value::Null);
}

#[test]
fn a_merge_beyond_memory_is_routed_by_way_of_the_disk_and_runs() {
    let job = "core__deposit__balance__p1__merge__auto__d";
    let project = Project::with_job(job, DEFINITION);
    let lines: String = (0..150_000).map(|id| format!("{id},{},1\n", "x".repeat(40))).collect();
    project.drop(job, "2026-11-22", "a.csv", format!("ID,NAME,AMT\n{lines}"));
    let route = |memory: &str| {
        let route = ["route", job, "--date", "2026-11-22", "--memory-mib", memory];
        let figures = project.naru(&[&route[..], &["--json"]].concat()).ok().json();
        (project.naru(&route).ok().stdout, figures["route"].clone())
    };
    let (text, on_disk) = route("64");
    assert!(text.starts_with("pl for") && text.contains("here by way of the disk"), "{text}");
    assert!(on_disk["pl"]["buckets"].as_u64().unwrap() > 1 && on_disk["pl"]["impossible"].is_null(), "{on_disk}");
    assert!(on_disk["pl"]["memory_bytes"].as_u64().unwrap() <= 64 << 20, "{on_disk}");
    let (text, in_memory) = route("1024");
    assert!(!text.contains("disk") && in_memory["pl"]["buckets"] == 1, "{text}{in_memory}");
    assert!(on_disk["pl"]["seconds"].as_f64() > in_memory["pl"]["seconds"].as_f64());
    let ran = project.naru(&["run", job, "--date", "2026-11-22", "--memory-mib", "64", "--json"]).ok().json();
    assert_eq!((&ran[0]["engine"], &ran[0]["rows"]), (&"pl".into(), &150_000.into()));
}

#[test]
fn a_route_on_aws_goes_by_the_prices_of_its_region() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let route = ["route", JOB, "--date", "2026-11-22"];
    let text = aws.naru(&route).ok().stdout;
    assert!(text.contains("Prices are those of us-east-1 on 2026-11-22."), "{text}");
    let elsewhere = |args: &[&str]| run(aws.command(args).env("AWS_REGION", "eu-west-1"));
    for args in [&route[..], &["plan", JOB, "--date", "2026-11-22"], &["run", JOB, "--date", "2026-11-22"]] {
        let told = elsewhere(args).fails(1).stderr;
        assert!(told.contains("there are no prices of region eu-west-1, where phase dev has its lake"), "{told}");
        assert!(told.contains("write a table [prices.eu-west-1]"), "{told}");
    }
    let report = aws.loaded(JOB, "2026-11-22");
    assert_eq!((&report["estimate"]["usd"], &report["actual"]["usd"]), (&0.0.into(), &0.0.into()));
}

#[test]
fn a_region_without_prices_is_told_before_anything_runs() {
    let project = Project::with_job(JOB, DEFINITION);
    let aws = "org = \"acme\"\naccount = \"123456789012\"\n[phases.prod]\nlake = \"aws\"\nregion = \"eu-west-1\"\n";
    project.write("naru.toml", aws.as_bytes());
    let message = "there are no prices of region eu-west-1, where phase prod has its lake";
    let found = project.naru(&["check"]).fails(1).stderr;
    assert!(found.contains(message) && found.contains("write a table [prices.eu-west-1] with dpu_hour"), "{found}");
    // Phases with prices go on.
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    let price = |usd: &str| format!("{{ usd = {usd}, date = \"2026-11-22\" }}");
    let (dpu, second, request) = (price("0.5"), price("0.00002"), price("0.0000002"));
    append_settings(
        &project,
        &format!("[prices.eu-west-1]\ndpu_hour = {dpu}\nlambda_gb_second = {second}\nlambda_request = {request}\n"),
    );
    project.naru(&["check"]).ok();
}

#[test]
fn what_a_new_project_says_in_comments_is_what_counts_without_them() {
    let project = Project::new();
    let text = std::fs::read_to_string(project.path().join("naru.toml")).unwrap();
    let is_setting = |line: &str| line.starts_with('[') || line.contains(" = ");
    let uncommented = |line: &str| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line).to_owned();
    let all: String = text.lines().map(|line| uncommented(line) + "\n").collect();
    assert!(all.contains("\n[route.spark]\n") && all.contains("\n[prices.us-east-1]\ndpu_hour = "), "{all}");
    let figures = |project: &Project| {
        project.job(JOB, DEFINITION);
        project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
        project.naru(&["route", JOB, "--date", "2026-11-22", "--json"]).ok().json()
    };
    let before = figures(&project);
    project.write("naru.toml", all.as_bytes());
    assert_eq!(figures(&project), before);
}
