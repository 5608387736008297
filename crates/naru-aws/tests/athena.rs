//! Queries by Athena. moto runs no SQL: how a query ends is said beforehand, see `tests/aws/moto_additions`.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use aws_sdk_athena::types::{ResultConfiguration, WorkGroupConfiguration};
use naru_aws::athena::QueryProgress;
use naru_aws::{Athena, AwsSession, FinishedQuery};
use naru_lake::{LakeError, LakeErrorKind, Stop};
use serde_json::{Value, json};

use crate::faulty::{Fate, Faulty};
use crate::moto::{ACCOUNT, REGION, athena, endpoint, session_of};

const WORKGROUP: &str = "acme-dev-p2";

/// What a path of the additions answers; with a body, what is posted to it.
fn moto(path: &str, body: Option<&Value>) -> Value {
    let mut server = TcpStream::connect(endpoint().strip_prefix("http://").unwrap()).unwrap();
    let (verb, body) = body.map_or(("GET", String::new()), |body| ("POST", body.to_string()));
    let head = format!("{verb} /naru/athena/{path} HTTP/1.1\r\nHost: moto\r\nConnection: close\r\n");
    write!(server, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    server.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// How the next query of a region ends.
fn next(region: &str, mut ends: Value) {
    ends["region"] = region.into();
    moto("next", Some(&ends));
}

/// The queries of this text that were started.
fn started(region: &str, sql: &str) -> Vec<Value> {
    let queries = moto(&format!("queries?region={region}"), None);
    queries.as_array().unwrap().iter().filter(|query| query["text"] == sql).cloned().collect()
}

/// Queries in a region, which has one workgroup.
async fn queries(region: &str) -> Athena {
    let results = ResultConfiguration::builder().output_location("s3://acme-dev-results-p2/").build();
    let configuration = WorkGroupConfiguration::builder().enforce_work_group_configuration(true);
    let configuration = configuration.result_configuration(results).build();
    // Another test may have made it.
    let _ = athena(region).create_work_group().name(WORKGROUP).configuration(configuration).send().await;
    impatient(session_of(ACCOUNT, region))
}

fn impatient(session: AwsSession) -> Athena {
    Athena::new(session).asking(Duration::from_millis(1), Duration::from_millis(5))
}

async fn run(athena: &Athena, sql: &str) -> Result<FinishedQuery, LakeError> {
    athena.start(WORKGROUP, sql).await?.wait(&Stop::default(), |_| {}).await
}

fn causes(error: &LakeError) -> String {
    let (mut told, mut source) = (error.to_string(), error.source());
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_by_page_and_type() {
    let region = "us-west-1";
    let athena = queries(region).await;
    let columns =
        json!([["no", "varchar"], ["balance", "decimal"], ["seen", "timestamp with time zone"], ["raw", "varbinary"]]);
    let row = |n: usize| json!([format!("A{n}"), "10.50", "2026-11-22 05:06:07.000000 UTC", "01 ff"]);
    let mut rows: Vec<Value> = (0..2500).map(row).collect();
    // The names of the columns once more, as values of a row.
    rows.push(json!(["no", null, null, ""]));
    next(region, json!({"bytes": 123_456, "columns": columns, "rows": rows}));
    let sql = "select no, balance, seen, raw from \"dev_deposit\".\"account\"";
    let finished = run(&athena, sql).await.unwrap();
    assert_eq!((finished.scanned_bytes, finished.workgroup.as_str()), (123_456, WORKGROUP));

    let query = &started(region, sql)[0];
    assert_eq!((&query["workgroup"], &query["passed"]), (&json!(WORKGROUP), &json!([])), "the workgroup says all else");
    assert_eq!(query["id"], json!(finished.id));

    let mut results = finished.results().await.unwrap();
    let told: Vec<_> = results.columns().iter().map(|c| format!("{} {} {:?}", c.name, c.athena_type, c.kind)).collect();
    assert_eq!(
        told,
        ["no varchar Text", "balance decimal Number", "seen timestamp with time zone Text", "raw varbinary Text"]
    );
    let mut pages = Vec::new();
    while let Some(page) = results.next_page().await.unwrap() {
        pages.push(page);
    }
    // The header is a row of the first page.
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [999, 1000, 502]);
    let text = |values: [&str; 4]| values.map(|value| Some(value.to_owned())).to_vec();
    assert_eq!(pages[0][0], text(["A0", "10.50", "2026-11-22T05:06:07Z", "01ff"]));
    assert_eq!(pages[2][501], [Some("no".into()), None, None, Some(String::new())]);
    assert_eq!(results.next_page().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_of_its_type_is_an_error_without_the_value() {
    let region = "us-west-2";
    let athena = queries(region).await;
    next(region, json!({"columns": [["balance", "decimal"]], "rows": [["1,5"]]}));
    let error = run(&athena, "select 1").await.unwrap().results().await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::InvalidMetadata);
    assert!(error.to_string().starts_with("column \"balance\" has a value that is no decimal (query: "), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_told_until_the_end() {
    let region = "eu-west-2";
    let athena = queries(region).await;
    next(region, json!({"polls": 3, "bytes": 7}));
    let mut told = Vec::new();
    let query = athena.start(WORKGROUP, "select 1").await.unwrap();
    query.wait(&Stop::default(), |progress| told.push(progress)).await.unwrap();
    let waits = QueryProgress { is_running: false, scanned_bytes: 0 };
    let runs = QueryProgress { is_running: true, scanned_bytes: 7 };
    assert_eq!(told, [waits, waits, runs]);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_told_as_athena_tells_them() {
    let region = "eu-west-3";
    let athena = queries(region).await;
    let (invalid, unavailable) = (LakeErrorKind::InvalidInput, LakeErrorKind::Unavailable);
    let failed = |reason: &str| json!({"polls": 1, "state": "FAILED", "reason": reason});
    let mut internal = failed("GENERIC_INTERNAL_ERROR: null");
    internal["retryable"] = true.into();
    for (ends, kind, told) in [
        (
            failed("SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved"),
            invalid,
            "line 1:8: Column 'x' cannot be resolved",
        ),
        (failed("INVALID_CAST_ARGUMENT: Cannot cast '9001011' to INT"), invalid, "Cannot cast […] to INT (query: "),
        (failed("Query exhausted resources at this scale factor"), unavailable, "exhausted resources"),
        (internal, unavailable, "GENERIC_INTERNAL_ERROR"),
        (json!({"refused": "line 1:1: mismatched input 'selec'"}), invalid, "line 1:1: mismatched input 'selec'"),
        (
            json!({"state": "CANCELLED", "reason": "Bytes scanned limit was exceeded", "bytes": 9}),
            LakeErrorKind::Refused,
            "the query was cancelled in Athena: Bytes scanned limit was exceeded (scanned bytes: 9",
        ),
    ] {
        next(region, ends);
        let error = run(&athena, "select 1").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(causes(&error).contains(told), "{}", causes(&error));
    }
    let error = athena.start("none", "select 1").await.unwrap_err();
    assert_eq!(error.kind(), invalid);
    let told = causes(&error);
    assert!(told.contains("(workgroup: none)") && told.contains("WorkGroup none is not found"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_nobody_waits_for_is_stopped() {
    let region = "ap-northeast-1";
    let athena = queries(region).await;
    let state = |sql: &str| started(region, sql)[0]["state"].clone();
    next(region, json!({"polls": 1_000_000}));
    let asked = Arc::new(AtomicBool::new(false));
    let stop = Stop::when(Arc::clone(&asked));
    let running = athena.start(WORKGROUP, "select 1").await.unwrap();
    let mut seen = 0;
    let stopped = running.wait(&stop, |_| {
        seen += 1;
        asked.store(seen == 3, std::sync::atomic::Ordering::SeqCst);
    });
    let error = stopped.await.unwrap_err();
    assert_eq!((error.kind(), seen), (LakeErrorKind::Stopped, 3), "{error}");
    assert_eq!(state("select 1"), "CANCELLED");

    next(region, json!({"polls": 1_000_000}));
    drop(athena.start(WORKGROUP, "select 2").await.unwrap());
    assert_eq!(state("select 2"), "CANCELLED");

    next(region, json!({"polls": 1_000_000}));
    athena.start(WORKGROUP, "select 3").await.unwrap().stop().await.unwrap();
    assert_eq!(state("select 3"), "CANCELLED");

    run(&athena, "select 4").await.unwrap();
    assert_eq!(state("select 4"), "SUCCEEDED", "one that has ended is left alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_whose_state_cannot_be_asked_for_is_stopped() {
    queries(REGION).await;
    let session = Faulty::start("AmazonAthena.GetQueryExecution", Fate::LostBefore).session();
    next(REGION, json!({"polls": 1_000_000}));
    let error = run(&impatient(session), "select 'unseen'").await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Unavailable, "{error}");
    assert_eq!(started(REGION, "select 'unseen'")[0]["state"], "CANCELLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_an_answer_starts_one_query() {
    queries("sa-east-1").await;
    let proxy = Faulty::start("AmazonAthena.StartQueryExecution", Fate::LostAfterwards);
    let athena = impatient(proxy.session_in("sa-east-1"));
    let error = athena.start(WORKGROUP, "select 'lost'").await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Unavailable);
    assert!(error.to_string().starts_with("whether Athena has started the query is not known"), "{error}");
    assert!(proxy.seen() > 3, "the SDK's tries, and ours");
    assert_eq!(started("sa-east-1", "select 'lost'").len(), 1, "all by one token");
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_and_denial_are_told_apart() {
    queries("ca-central-1").await;
    let session = |request, answer| Faulty::start(request, answer).session_in("ca-central-1");
    let throttled = session("AmazonAthena.StartQueryExecution", Fate::Refused(400, "TooManyRequestsException"));
    let error = impatient(throttled).start(WORKGROUP, "select 1").await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (LakeErrorKind::Unavailable, true), "{error}");
    let denied = session("AmazonAthena.StartQueryExecution", Fate::Refused(400, "AccessDeniedException"));
    let error = impatient(denied).start(WORKGROUP, "select 1").await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Denied, "{error}");
    let denied = session("AmazonAthena.GetQueryResults", Fate::Refused(400, "AccessDeniedException"));
    let error = run(&impatient(denied), "select 1").await.unwrap().results().await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Denied, "{error}");
}
