//! What a run of a Glue job is known by, what its states mean, and what it costs.

use insta::assert_snapshot;
use naru_core::glue_job::{GlueRun, GlueRunState, RunCost, RunKey, RunMeaning, StartRequest, run_link};
use naru_core::plan::SourceFile;
use naru_core::prices::{GLUE_PRICES_PAGE, Price};
use naru_core::run::Again;
use naru_core::{LoadPlan, Mode, Phase};

use super::{JOB, names, project};

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
    let key = RunKey::of(&plan, Again::IfChanged);
    assert_eq!(key.run, "corebank/deposit/account/2026-11-22");
    assert_eq!(RunKey::of(&LoadPlan { reason: "for another reason".into(), ..plan.clone() }, Again::IfChanged), key);
    let of_replays = [Again::Replay, Again::Reload].map(|again| RunKey::of(&plan, again));
    assert!(of_replays.iter().all(|other| other.run == key.run && other.plan_digest != key.plan_digest));
    assert_ne!(of_replays[0], of_replays[1]);
    let other = RunKey::of(&LoadPlan { landing: "s3://elsewhere/".into(), ..plan.clone() }, Again::IfChanged);
    assert_eq!((other.run == key.run, other == key), (true, false));
    let digest = &key.plan_digest;
    assert_eq!(key.claim_key(2), format!("runs/corebank/deposit/account/2026-11-22/{digest}/attempt-2.json"));

    let project = project("");
    let request = StartRequest::of(&project, &names(&project, Phase::Dev).1, &plan, false, Again::IfChanged);
    assert_eq!(request.job, format!("acme-dev-{JOB}"));
    assert_eq!(request.plan_location, format!("s3://acme-dev-code/{}", key.plan_key()));
    let arguments = request.arguments(2);
    assert_eq!(arguments["--plan"], request.plan_location);
    assert_eq!(arguments.get("--force"), None);
    let of_replay = StartRequest { again: Again::Reload, ..request.clone() };
    assert_eq!(of_replay.arguments(3)["--again"], "reload");
    let keyed = StartRequest { treatment_key_id: Some("2afdd2a1d9c83d6c".into()), ..request.clone() };
    assert_eq!(keyed.arguments(3)["--treatment-key-id"], "2afdd2a1d9c83d6c");
    let forced = StartRequest { force: true, ..request.clone() };
    assert_eq!(forced.arguments(2)["--force"], "true");
    let run = GlueRun { arguments, ..run("RUNNING", None) };
    assert_eq!((run.key(), run.attempt()), (Some(key), 2));
}

#[test]
fn workers_are_as_many_as_the_router_counted() {
    let project = project("");
    let names = names(&project, Phase::Dev).1;
    for (gib, workers) in [(0, 2), (1, 2), (20, 11), (10_000, 50)] {
        let mut plan = plan();
        plan.sources = vec![SourceFile {
            location: "s3://l/a.csv".into(),
            size_bytes: gib << 30,
            etag: "e".into(),
            modified: chrono::DateTime::UNIX_EPOCH,
            compression: naru_core::plan::SourceCompression::None,
            control: None,
        }];
        let place =
            naru_core::route::Place { kind: naru_core::route::PlaceKind::Process, cores: 2, memory_bytes: 1 << 30 };
        let prices = project.prices(Phase::Dev, None).unwrap();
        let route = project.route.route(&place, prices, naru_core::Engine::Sp, plan.mode, &plan.sources);
        let request = StartRequest::of(&project, &names, &plan, false, Again::IfChanged);
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
    let price = Price { usd: 0.44, date: "2026-11-22".parse().unwrap(), source: GLUE_PRICES_PAGE.into() };
    let cost = |run: &GlueRun, elapsed| RunCost::of(run, elapsed, Some(&price), 60.0);
    // 3 workers of 2 DPU.
    let live = cost(&run("RUNNING", None), 100);
    assert_eq!((live.seconds, live.dpu_seconds), (100, 600.0));
    assert_snapshot!(live, @"100 s, 600 DPU-seconds, 0.07 USD");
    let done = GlueRun { execution_seconds: 3600, ..run("SUCCEEDED", None) };
    assert_snapshot!(cost(&done, 5000), @"60 min, 21600 DPU-seconds, 2.64 USD");
    assert_eq!(cost(&done, 5000).usd, Some(6.0 * 0.44));
    // A minute is billed at least.
    let short = GlueRun { execution_seconds: 10, ..run("FAILED", None) };
    assert_eq!(cost(&short, 0).usd, Some(360.0 / 3600.0 * 0.44));
    assert_eq!(cost(&run("FAILED", None), 50).usd, Some(0.0), "it never had a worker");
    // Glue's own figure, of a job that scales by itself.
    let scaled = GlueRun { execution_seconds: 1000, dpu_seconds: Some(1800.0), ..run("SUCCEEDED", None) };
    assert_eq!(cost(&scaled, 0).usd, Some(0.22));
    assert_snapshot!(RunCost::of(&scaled, 0, None, 60.0), @"17 min, 1800 DPU-seconds");
}

#[test]
fn runs_have_a_page_in_the_console() {
    assert_snapshot!(run_link("ap-northeast-2", "acme-dev-a", "jr_1"), @"https://ap-northeast-2.console.aws.amazon.com/gluestudio/home?region=ap-northeast-2#/job/acme-dev-a/run/jr_1");
    assert_snapshot!(run_link("cn-north-1", "acme-dev-a", "jr_1"), @"https://cn-north-1.console.amazonaws.cn/gluestudio/home?region=cn-north-1#/job/acme-dev-a/run/jr_1");
}
