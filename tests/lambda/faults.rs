//! Functions that are killed anywhere, as Lambda kills one at its deadline: the next one ends as a single clean call does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::support::proxy::{Fate, Proxy};
use super::{DAY, DEFINITION, Deployed, JOB, RuntimeApi, function};

/// Calls a function that is killed when its request of this number is being answered; whether it came so far.
fn killed_at(lambda: &Deployed, event: &Value, request: usize, fate: Fate) -> bool {
    let proxy = Proxy::start(move |number, _| if number == request { fate } else { Fate::Done });
    let api = RuntimeApi::start();
    let mut killed = function(&lambda.aws, &api, proxy.endpoint());
    let id = api.send(event, 900);
    let since = Instant::now();
    while proxy.seen() <= request && !api.has_ended(id) {
        assert!(since.elapsed() < Duration::from_secs(120), "neither at its request nor at its end");
        std::thread::sleep(Duration::from_millis(5));
    }
    killed.kill();
    proxy.seen() > request
}

/// How many requests a clean call makes.
fn requests(lambda: &Deployed, event: &Value) -> usize {
    let proxy = Proxy::start(|_, _| Fate::Done);
    let api = RuntimeApi::start();
    let _function = function(&lambda.aws, &api, proxy.endpoint());
    api.ended(api.send(event, 900)).answer();
    proxy.seen()
}

/// Some of so many requests; all where NARU_FAULTS=all.
fn sample(all: usize, some: usize) -> Vec<usize> {
    let step = if std::env::var("NARU_FAULTS").is_ok_and(|faults| faults == "all") { 1 } else { all.div_ceil(some) };
    (0..all).step_by(step.max(1)).collect()
}

#[test]
fn a_load_that_is_killed_anywhere_is_done_once_by_the_next_event() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let event = |day: &str| json!({"event": "data", "bucket": lambda.bucket("landing-p1"), "key": format!("core/deposit/account/{day}/_SUCCESS")});
    let land = |day: &str, rows: &str| {
        lambda.aws.drop(JOB, day, "a.csv", format!("ID,NAME,AMT\n{rows}"));
        lambda.aws.drop(JOB, day, "_SUCCESS", "");
    };
    land(DAY, "1,kim,1\n");
    let all = requests(&lambda, &event(DAY));
    let mut expected = 1;
    for (place, request) in sample(all, 4).into_iter().enumerate() {
        // Before it is done, and after.
        let fate = if place % 2 == 0 { Fate::Never } else { Fate::LostAfterwards };
        let day = format!("2026-10-{:02}", place + 1);
        land(&day, "1,kim,1\n2,lee,2\n");
        killed_at(&lambda, &event(&day), request, fate);
        let answer = lambda.invoke(&event(&day)).answer();
        assert_eq!(answer["exit"], 0, "killed at request {request} of {all}: {answer}");
        assert_eq!(lambda.invoke(&event(&day)).answer()["report"]["run"][0]["status"], "unchanged");
        expected += 2;
    }
    let table = lambda.aws.table("deposit", "account");
    assert_eq!((&table["count"], &table["snapshots"]), (&json!(expected), &json!((expected + 1) / 2)));
}

#[test]
fn a_definition_whose_function_is_killed_anywhere_is_applied_by_the_next_event() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let key = "table-defs/deposit/account.csv";
    let event = json!({"event": "definition", "bucket": lambda.bucket("defs"), "key": key});
    let all = requests(&lambda, &event);
    let mut definition = DEFINITION.to_owned();
    for (place, request) in sample(all, 4).into_iter().enumerate() {
        definition += &format!("EXTRA{place},extra{place},int,,,p1,,,\n");
        lambda.put("defs", key, &definition);
        let fate = if place % 2 == 0 { Fate::Never } else { Fate::LostAfterwards };
        killed_at(&lambda, &event, request, fate);
        let answer = lambda.invoke(&event).answer();
        assert_eq!(answer["exit"], 0, "killed at request {request} of {all}: {answer}");
        let report = lambda.object("defs", &format!("{key}.report.json"));
        assert_eq!(report, answer["report"]);
        assert_eq!(lambda.invoke(&event).answer()["report"], report, "the next one has nothing to do");
    }
    let names = lambda.aws.boto3(&format!(
        "columns = glue.get_table(DatabaseName='{}_dev_deposit', Name='account')['Table']['StorageDescriptor']['Columns']\n\
         print(json.dumps(len(columns)))",
        lambda.aws.org
    ));
    assert_eq!(names, json!(4 + sample(all, 4).len()));
}

#[test]
fn what_aws_does_not_answer_is_tried_again_by_lambda() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    lambda.land("a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let marker = lambda.land("_SUCCESS", "");
    let api = RuntimeApi::start();
    let proxy =
        Proxy::start(
            |_, head| {
                if head.starts_with("GET ") { Fate::Refused(503, "ServiceUnavailable") } else { Fate::Done }
            },
        );
    let _function = function(&lambda.aws, &api, proxy.endpoint());
    let (kind, told) = api.ended(api.send(&marker, 900)).error();
    assert_eq!((kind.as_str(), &told["exit"]), ("naru.TryAgainLater", &json!(75)), "{told}");
    assert_eq!(lambda.invoke(&marker).answer()["report"]["run"][0]["status"], "loaded");
}
