//! Glue jobs: what they are, what differs, who may alter them, what runs mean and cost.

use insta::assert_snapshot;
use naru_core::glue_job::{
    DpuPrice, GlueJobDifference, GlueJobSpec, GlueRun, GlueRunState, JobAction, RunCost, RunKey, RunMeaning,
    SparkProgram, StartRequest, by_run, by_sync, differences, run_link,
};
use naru_core::plan::SourceFile;
use naru_core::{JobName, LoadPlan, Mode, Phase, PhysicalNames, Project};

use crate::show;

const JOB: &str = "corebank__deposit__account__p2__merge__auto__d";

fn project(more: &str) -> Project {
    Project::parse(&format!("org = \"acme\"\n{more}"), "naru.toml").unwrap()
}

fn names(project: &Project, phase: Phase) -> (JobName, PhysicalNames) {
    let job = JobName::parse(JOB).unwrap();
    let names = PhysicalNames::derive(project, phase, &job).unwrap();
    (job, names)
}

fn spec(project: &Project, phase: Phase) -> GlueJobSpec {
    let (job, names) = names(project, phase);
    let program = SparkProgram {
        script: "spark/0.1.0/main.py".into(),
        packages: vec!["spark/0.1.0/naru_spark.zip".into()],
        wheels: vec!["spark/0.1.0/a.whl".into(), "spark/0.1.0/b.whl".into()],
    };
    GlueJobSpec::derive(project, &job, &names, &program)
}

#[test]
fn a_job_follows_from_its_name() {
    assert_snapshot!(serde_json::to_string_pretty(&spec(&project(""), Phase::Dev)).unwrap(), @"");
}

#[test]
fn settings_change_what_a_job_is() {
    let project = project(
        r#"account = "123456789012"
        [route.spark]
        dpu_per_worker = 2
        min_workers = 4
        [glue]
        role = "arn:aws:iam::{account}:role/naru-{phase}-{level}"
        security_configuration = "bank"
        worker_type = "G.2X"
        timeout_minutes = 30
        max_concurrent_runs = 3
        [glue.prices]
        eu-west-1 = { usd_per_dpu_hour = 0.5, date = "2026-11-01" }
        "#,
    );
    let spec = spec(&project, Phase::Prod);
    assert_eq!(spec.role, "arn:aws:iam::123456789012:role/naru-prod-p2");
    assert_eq!((spec.security_configuration.as_str(), spec.worker_type.as_str(), spec.workers), ("bank", "G.2X", 4));
    assert_eq!((spec.timeout_minutes, spec.max_concurrent_runs), (30, 3));
    assert_eq!(project.glue.prices["eu-west-1"].usd_per_dpu_hour, 0.5);
    assert_eq!(project.glue.prices["ap-northeast-2"].date, "2026-11-22", "known without being set");
}

#[test]
fn every_fault_of_the_settings_is_told() {
    let text = r#"org = "acme"
[glue]
role = "{org}-{job}"
security_configuration = "{account}"
worker_type = "G.3X"
timeout_minutes = 10080
max_concurrent_runs = 0
worker_typ = "G.1X"
[glue.prices]
seoul = { usd_per_dpu_hour = -1.0, date = "22.11.2026" }
"#;
    assert_snapshot!(show(&Project::parse(text, "naru.toml").unwrap_err()), @"");
    let text = "org = \"acme\"\nglue.worker_type = \"g.4x\"\n";
    assert_snapshot!(show(&Project::parse(text, "naru.toml").unwrap_err()), @"");
    let text = "org = \"acme\"\nglue.worker_type = \"G.4X\"\n";
    assert_snapshot!(show(&Project::parse(text, "naru.toml").unwrap_err()), @"");
}

fn told(differences: &[GlueJobDifference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn differences_are_told_field_by_field() {
    let wanted = spec(&project(""), Phase::Dev);
    assert_eq!(differences(Some(&wanted), &wanted), []);
    assert_snapshot!(told(&differences(None, &wanted)), @"");
    let mut found = wanted.clone();
    found.description = String::new();
    found.role = "other".into();
    found.glue_version = "4.0".into();
    found.command = "pythonshell".into();
    found.python_version = "2".into();
    found.script_location = "s3://elsewhere/main.py".into();
    (found.worker_type, found.workers) = ("G.2X".into(), 9);
    (found.timeout_minutes, found.max_concurrent_runs, found.max_retries) = (2880, 2, 1);
    (found.queues, found.execution_class) = (true, "FLEX".into());
    found.security_configuration = String::new();
    found.default_arguments.remove("--extra-py-files");
    found.default_arguments.insert("--datalake-formats".into(), "hudi".into());
    found.default_arguments.insert("--token".into(), "a secret".into());
    found.fixed_arguments.insert("--plan".into(), "s3://elsewhere/plan.json".into());
    found.tags = [("level".to_owned(), "p0".to_owned()), ("team".to_owned(), "loans".to_owned())].into();
    let all = differences(Some(&found), &wanted);
    assert_snapshot!(told(&all), @"");
    assert!(!told(&all).contains("a secret"));
    assert_snapshot!(serde_json::to_string(&all[0]).unwrap(), @"");
}

#[test]
fn a_role_may_be_told_by_its_arn() {
    let wanted = spec(&project(""), Phase::Dev);
    let with_role = |role: &str| GlueJobSpec { role: role.into(), ..wanted.clone() };
    let arn = with_role("arn:aws:iam::123456789012:role/glue/acme-dev-glue-p2");
    assert_eq!(differences(Some(&arn), &wanted), []);
    assert_eq!(differences(Some(&wanted), &arn), []);
    let other = with_role("arn:aws:iam::999999999999:role/glue/acme-dev-glue-p2");
    assert_eq!(differences(Some(&other), &arn).len(), 1, "two accounts");
}

#[test]
fn only_in_dev_does_a_run_alter_its_job() {
    let wanted = spec(&project(""), Phase::Dev);
    let missing = differences(None, &wanted);
    let changed = differences(Some(&GlueJobSpec { timeout_minutes: 1, ..wanted.clone() }), &wanted);
    for phase in [Phase::Dev, Phase::Qa, Phase::Prod] {
        assert_eq!(by_run(phase, "job", &[]), Ok(JobAction::Leave));
        let by = |differences: &[_]| by_run(phase, "job", differences).ok();
        let allowed = |action: JobAction| (phase == Phase::Dev).then_some(action);
        assert_eq!((by(&missing), by(&changed)), (allowed(JobAction::Create), allowed(JobAction::Update)));
    }
    assert_eq!(
        (by_sync(&[]), by_sync(&missing), by_sync(&changed)),
        (JobAction::Leave, JobAction::Create, JobAction::Update)
    );
    let refused = by_run(Phase::Prod, &wanted.name, &changed).unwrap_err();
    assert_snapshot!(format!("{refused}\n{}\n{}", told(&refused.differences), refused.hint()), @"");
}

fn plan() -> LoadPlan {
    let definition =
        naru_core::TableDefinition::parse(b"source,target,type,key,required\nA,a,int,1,y\n", "t.csv").unwrap();
    let level = naru_core::Level::P2;
    let plan = serde_json::json!({
        "version": naru_core::plan::PLAN_VERSION, "job": JOB, "phase": "dev", "mode": "merge", "replace": "table",
        "engine": "sp", "reason": "it is large",
        "run": { "source": "corebank", "database": "deposit", "table": "account", "interval": "2026-11-22" },
        "interval": { "text": "2026-11-22", "start": "2026-11-21T15:00:00Z", "end": "2026-11-22T15:00:00Z" },
        "level": "p2", "landing": "s3://l/", "sources": [],
        "dialect": definition.dialect(), "columns": definition.plan_columns(level),
        "target": { "database": "d", "table": "t", "location": "s3://t", "spec": definition.table_spec_for(Mode::Merge) },
        "quarantine": { "database": "d", "table": "t_quarantine", "location": "s3://q" },
        "reject_limit": { "rows": 0 }, "empty": "refuse", "evolution": "freeze",
    });
    serde_json::from_value(plan).unwrap()
}

#[test]
fn a_run_is_known_by_its_identity_and_its_plan() {
    let plan = plan();
    let key = RunKey::of(&plan);
    assert_eq!(key.run, "corebank/deposit/account/2026-11-22");
    assert_eq!(RunKey::of(&LoadPlan { reason: "for another reason".into(), ..plan.clone() }), key);
    let other = RunKey::of(&LoadPlan { landing: "s3://elsewhere/".into(), ..plan.clone() });
    assert_eq!((other.run == key.run, other == key), (true, false));
    let digest = &key.plan_digest;
    assert_eq!(key.claim_key(2), format!("runs/corebank/deposit/account/2026-11-22/{digest}/attempt-2.json"));

    let project = project("");
    let request = StartRequest::of(&project, &names(&project, Phase::Dev).1, &plan);
    assert_eq!(request.job, format!("acme-dev-{JOB}"));
    assert_eq!(request.plan_location, format!("s3://acme-dev-code/{}", key.plan_key()));
    let arguments = request.arguments(2);
    assert_eq!(arguments["--plan"], request.plan_location);
    let run = GlueRun { arguments, ..run("RUNNING", None) };
    assert_eq!((run.key(), run.attempt()), (Some(key), 2));
}

#[test]
fn workers_are_as_many_as_the_router_counted() {
    let project = project("");
    let names = names(&project, Phase::Dev).1;
    for (gib, workers) in [(0, 2), (1, 2), (20, 8), (10_000, 50)] {
        let mut plan = plan();
        plan.sources = vec![SourceFile {
            location: "s3://l/a.csv".into(),
            size_bytes: gib << 30,
            etag: "e".into(),
            modified: chrono::DateTime::UNIX_EPOCH,
            compression: naru_core::plan::SourceCompression::None,
            control: None,
        }];
        let place = naru_core::route::Place {
            kind: naru_core::route::PlaceKind::Process,
            cores: 2,
            memory_bytes: 1 << 30,
        };
        let route = project.route.route(&place, naru_core::Engine::Sp, plan.mode, &plan.sources);
        let request = StartRequest::of(&project, &names, &plan);
        assert_eq!((request.workers, route.sp.workers), (workers, workers), "{gib} GiB");
    }
}

fn run(state: &str, reason: Option<&str>) -> GlueRun {
    GlueRun {
        id: "jr_1".into(),
        state: GlueRunState::of(state),
        reason: reason.map(Into::into),
        arguments: Default::default(),
        started_seconds: None,
        execution_seconds: 0,
        dpu_seconds: None,
        worker_type: "G.2X".into(),
        workers: 3,
        timeout_minutes: 60,
        log_group: None,
    }
}

#[test]
fn states_mean_exit_codes() {
    let meaning = |state: &str, reason: Option<&str>| match RunMeaning::of(&run(state, reason)) {
        RunMeaning::Live => "live".to_owned(),
        RunMeaning::Done => "0".to_owned(),
        RunMeaning::TryAgain(reason) => format!("75 {reason}"),
        RunMeaning::Failed(reason) => format!("1 {reason}"),
    };
    for state in ["WAITING", "STARTING", "RUNNING", "STOPPING", "SOMETHING_NEW"] {
        assert_eq!(meaning(state, None), "live");
        assert_eq!(GlueRunState::of(state).as_str(), state);
    }
    assert_eq!(meaning("SUCCEEDED", None), "0");
    assert_eq!(meaning("TIMEOUT", Some("x")), "75 it was stopped at its timeout of 60 minutes");
    assert_eq!(meaning("STOPPED", None), "75 it was stopped");
    assert_eq!(meaning("EXPIRED", None), "75 it waited for room too long");
    let reason = "AnalysisException: cannot resolve column a";
    assert_eq!(meaning("FAILED", Some(reason)), format!("1 {reason}"));
    assert_eq!(meaning("FAILED", Some(" ")), "1 Glue tells no reason; see its log");
    assert_eq!(meaning("ERROR", None), "1 Glue tells no reason; see its log");
    for no_room in ["Resource unavailable", "Max concurrent job runs per account exceeded", "SystemExit: 75"] {
        assert_eq!(meaning("FAILED", Some(no_room)), format!("75 {no_room}"));
    }
    assert_eq!(meaning("FAILED", Some("SystemExit: 1")), "1 SystemExit: 1");
}

#[test]
fn what_a_run_costs() {
    let price = DpuPrice { usd_per_dpu_hour: 0.44, date: "2026-11-22".into() };
    let cost = |run: &GlueRun, elapsed| RunCost::of(run, elapsed, Some(&price), 60.0);
    // 3 workers of 2 DPU.
    let live = cost(&run("RUNNING", None), 100);
    assert_eq!((live.seconds, live.dpu_seconds), (100, 600.0));
    assert_snapshot!(live, @"");
    let done = GlueRun { execution_seconds: 3600, ..run("SUCCEEDED", None) };
    assert_snapshot!(cost(&done, 5000), @"");
    assert_eq!(cost(&done, 5000).usd, Some(6.0 * 0.44));
    // A minute is billed at least.
    let short = GlueRun { execution_seconds: 10, ..run("FAILED", None) };
    assert_eq!(cost(&short, 0).usd, Some(360.0 / 3600.0 * 0.44));
    assert_eq!(cost(&run("FAILED", None), 50).usd, Some(0.0), "it never had a worker");
    // Glue's own figure, of a job that scales by itself.
    let scaled = GlueRun { execution_seconds: 1000, dpu_seconds: Some(1800.0), ..run("SUCCEEDED", None) };
    assert_eq!(cost(&scaled, 0).usd, Some(0.22));
    assert_snapshot!(RunCost::of(&scaled, 0, None, 60.0), @"");
}

#[test]
fn runs_have_a_page_in_the_console() {
    assert_snapshot!(run_link("ap-northeast-2", "acme-dev-a", "jr_1"), @"");
    assert_snapshot!(run_link("cn-north-1", "acme-dev-a", "jr_1"), @"");
}
