//! Data lands: the job is run once all files of its interval are there.

use serde_json::{Value, json};

use super::{DAY, DEFINITION, Deployed, Ended, JOB, created};

const ROWS: &str = "ID,NAME,AMT\n1,kim,10.50\n2,lee,\n";
const OTHERS: &str = "ID,NAME,AMT\n3,park,1\n";

/// `run`, `waiting` or `never`; of a run, what it came to.
fn status(answer: &Value) -> (&str, &str) {
    let report = &answer["report"];
    (report["status"].as_str().unwrap_or_else(|| panic!("{answer}")), report["run"][0]["status"].as_str().unwrap_or(""))
}

fn look(lambda: &Deployed) -> Ended {
    lambda.invoke(&json!({"event": "look"}))
}

/// Rows and snapshots.
fn table(lambda: &Deployed) -> (Value, Value) {
    let table = lambda.aws.table("deposit", "account");
    (table["count"].clone(), table["snapshots"].clone())
}

#[test]
fn a_marker_starts_the_run_and_a_hundred_events_load_once() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    let first = lambda.land("a.csv", ROWS);
    let waiting = lambda.invoke(&first).answer();
    assert_eq!((&waiting["exit"], status(&waiting)), (&json!(75), ("waiting", "")));
    assert!(waiting["message"].as_str().unwrap().ends_with("waiting: _SUCCESS has not landed"), "{waiting}");
    let marker = lambda.land("_SUCCESS", "");
    assert_eq!(status(&lambda.invoke(&marker).answer()), ("run", "loaded"));
    // Duplicates, in any order, for several functions at once.
    let _helpers = [crate::function(&lambda.aws, &lambda.api, lambda.aws.endpoint())];
    let events = [&first, &marker];
    let ids: Vec<u64> = (0..100).map(|n| lambda.api.send(events[n % 2], 900)).collect();
    for id in ids {
        assert_eq!(status(&lambda.api.ended(id).answer()), ("run", "unchanged"));
    }
    assert_eq!(table(&lambda), (json!(2), json!(1)));
}

#[test]
fn the_same_event_for_many_functions_at_once_loads_once() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    lambda.land("a.csv", ROWS);
    let marker = lambda.land("_SUCCESS", "");
    let _helpers: Vec<_> = (0..3).map(|_| crate::function(&lambda.aws, &lambda.api, lambda.aws.endpoint())).collect();
    let ids: Vec<u64> = (0..12).map(|_| lambda.api.send(&marker, 900)).collect();
    let mut loaded = 0;
    for id in ids {
        match lambda.api.ended(id) {
            Ended::Answer(answer) => loaded += usize::from(status(&answer).1 == "loaded"),
            // Who lost too many races is asked again by Lambda.
            error => assert_eq!(error.error().0, "naru.TryAgainLater"),
        }
    }
    assert_eq!((loaded, table(&lambda)), (1, (json!(2), json!(1))));
    assert_eq!(status(&lambda.invoke(&marker).answer()), ("run", "unchanged"));
}

#[test]
fn a_late_file_waits_for_its_marker_and_is_not_lost() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    lambda.land("a.csv", ROWS);
    let marker = lambda.land("_SUCCESS", "");
    assert_eq!(status(&lambda.invoke(&marker).answer()), ("run", "loaded"));
    lambda.age("a.csv", 3600);
    lambda.age("_SUCCESS", 3600);
    let late = lambda.land("b.csv", OTHERS);
    let waiting = lambda.invoke(&late).answer();
    assert_eq!(status(&waiting), ("waiting", ""));
    assert!(waiting["message"].as_str().unwrap().contains("b.csv landed after _SUCCESS, which has to be put again"));
    // The table is whole as it is; a look says nothing at first, and then that somebody is needed.
    assert_eq!(look(&lambda).answer()["exit"], 0);
    lambda.age("b.csv", 2400);
    let (kind, told) = look(&lambda).error();
    assert_eq!((kind.as_str(), &told["exit"]), ("naru.TryAgainLater", &json!(75)));
    assert_eq!(told["report"]["intervals"][0]["failed"], json!(true), "{told}");
    // The marker again: the interval is loaded anew, each row once.
    lambda.land("_SUCCESS", "");
    assert_eq!(status(&lambda.invoke(&marker).answer()), ("run", "reloaded"));
    assert_eq!(table(&lambda), (json!(3), json!(2)));
}

#[test]
fn a_list_names_the_files_that_must_be_there() {
    let lambda = Deployed::with_job(JOB, &format!("@complete,list(_FILES.csv)\n{DEFINITION}"));
    let list =
        lambda.land("_FILES.csv", &format!("file,size_bytes\na.csv,{}\nsub/b.csv,{}\n", ROWS.len(), OTHERS.len()));
    let told = lambda.invoke(&list).answer();
    assert!(told["message"].as_str().unwrap().contains("by _FILES.csv, not landed: a.csv, sub/b.csv"), "{told}");
    lambda.land("a.csv", OTHERS);
    let last = lambda.land("sub/b.csv", OTHERS);
    let told = lambda.invoke(&last).answer();
    assert!(told["message"].as_str().unwrap().contains("of another size: a.csv"), "{told}");
    let right = lambda.land("a.csv", ROWS);
    assert_eq!(status(&lambda.invoke(&right).answer()), ("run", "loaded"));
    let unlisted = lambda.land("c.csv", OTHERS);
    let told = lambda.invoke(&unlisted).answer();
    assert!(told["message"].as_str().unwrap().contains("landed and not listed: c.csv"), "{told}");
    assert_eq!(table(&lambda), (json!(3), json!(1)));
    let bad = lambda.land("_FILES.csv", "a.csv\n\nb.csv,x\n");
    let (_, told) = lambda.invoke(&bad).error();
    let message = told["message"].as_str().unwrap();
    assert!(message.contains("the list of files has 2 faults") && message.contains("_FILES.csv:3"), "{message}");
}

#[test]
fn quiet_time_is_seen_by_a_look() {
    let lambda = Deployed::with_settings(JOB, DEFINITION, "[landing]\ncomplete = \"quiet_minutes(15)\"\n");
    let event = lambda.land("a.csv", ROWS);
    let waiting = lambda.invoke(&event).answer();
    assert_eq!(status(&waiting), ("waiting", ""));
    let looked = look(&lambda).answer();
    assert_eq!((&looked["exit"], looked["report"]["intervals"].as_array().unwrap().len()), (&json!(0), 1), "{looked}");
    lambda.age("a.csv", 1000);
    let looked = look(&lambda).answer();
    assert_eq!(status(&looked["report"]["intervals"][0]), ("run", "loaded"), "{looked}");
    let looked = look(&lambda).answer();
    assert_eq!(status(&looked["report"]["intervals"][0]), ("run", "unchanged"), "{looked}");
    // A late file is a new delivery, which is waited for in its turn.
    let late = lambda.land("b.csv", OTHERS);
    assert_eq!(status(&lambda.invoke(&late).answer()), ("waiting", ""));
    lambda.age("b.csv", 1000);
    let looked = lambda.invoke(&json!({"event": "look", "job": JOB})).answer();
    assert_eq!(status(&looked["report"]["intervals"][0]), ("run", "reloaded"), "{looked}");
    assert_eq!(table(&lambda), (json!(3), json!(2)));
    // What landed long ago is not looked at.
    for name in ["a.csv", "b.csv"] {
        lambda.age(name, 7200);
    }
    assert_eq!(look(&lambda).answer()["report"]["intervals"], json!([]));
}

#[test]
fn a_look_finds_what_events_have_missed_and_goes_on_past_what_fails() {
    let other = "core__deposit__balance__p1__append__pl__d";
    let aws = crate::AwsProject::with_jobs(&[(JOB, DEFINITION), (other, DEFINITION)]);
    let lambda = Deployed::of(aws);
    lambda.land("a.csv", "ID,NAME,AMT\nx,kim,1\n");
    lambda.land("_SUCCESS", "");
    lambda.aws.drop(JOB, "2026-11-23", "a.csv", ROWS);
    lambda.aws.drop(JOB, "2026-11-23", "_SUCCESS", "");
    lambda.aws.drop(other, DAY, "a.csv", ROWS);
    lambda.aws.drop(other, DAY, "_SUCCESS", "");
    let (kind, told) = look(&lambda).error();
    assert_eq!(
        (kind.as_str(), &told["exit"], &told["report"]["left"]),
        ("naru.Failed", &json!(1), &json!(1)),
        "{told}"
    );
    let intervals = told["report"]["intervals"].as_array().unwrap();
    assert_eq!((status(&intervals[0]).1, status(&intervals[1]).1), ("failed", "loaded"), "{told}");
    assert_eq!(lambda.aws.table("deposit", "balance")["count"], 2);
    let (_, told) = lambda.invoke(&json!({"event": "look", "job": "core__deposit"})).error();
    assert_eq!(told["exit"], 2);
}

#[test]
fn one_bad_record_does_not_hide_the_others() {
    let lambda = Deployed::with_job(JOB, DEFINITION);
    lambda.land("a.csv", ROWS);
    lambda.land("_SUCCESS", "");
    let (landing, defs) = (lambda.bucket("landing-p1"), lambda.bucket("defs"));
    let marker = format!("core/deposit/account/{DAY}/_SUCCESS");
    let mut event = created(&[
        (&landing, "core/deposit/nothing/2026-11-22/a.csv"),
        (&landing, "core/deposit/account/2026-11-31/a.csv"),
        (&defs, "table-defs/deposit/account.csv"),
        (&landing, &marker),
    ]);
    event["Records"]
        .as_array_mut()
        .unwrap()
        .push(json!({"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete"}));
    let (kind, told) = lambda.invoke(&event).error();
    assert_eq!((kind.as_str(), &told["message"]), ("naru.Failed", &json!("3 of 5 records failed")));
    let records = told["report"]["records"].as_array().unwrap();
    let exits: Vec<&Value> = records.iter().map(|record| &record["exit"]).collect();
    assert_eq!(exits, [&json!(1), &json!(1), &json!(0), &json!(0), &json!(2)], "{told}");
    assert!(records[0]["message"].as_str().unwrap().starts_with("no job's files land at s3://"), "{told}");
    assert!(records[1]["message"].as_str().unwrap().contains("2026-11-31"), "{told}");
    assert_eq!(status(&records[3]), ("run", "loaded"));
    // EventBridge says it in another way, with the key as it is.
    let bridge = json!({"version": "0", "source": "aws.s3", "detail-type": "Object Created",
        "detail": {"bucket": {"name": landing}, "object": {"key": marker}}});
    assert_eq!(status(&lambda.invoke(&bridge).answer()), ("run", "unchanged"));
    let own = json!({"event": "data", "bucket": landing, "key": marker});
    assert_eq!(status(&lambda.invoke(&own).answer()), ("run", "unchanged"));
}

#[test]
fn a_job_may_leave_it_to_its_schedule() {
    let lambda = Deployed::with_job(JOB, &format!("@complete,never\n{DEFINITION}"));
    lambda.land("a.csv", ROWS);
    let marker = lambda.land("_SUCCESS", "");
    let answer = lambda.invoke(&marker).answer();
    assert_eq!((&answer["exit"], status(&answer)), (&json!(0), ("never", "")));
    let asked = json!({"event": "run", "job": JOB, "date": DAY});
    assert_eq!(lambda.invoke(&asked).answer()["report"][0]["status"], "loaded");
}
