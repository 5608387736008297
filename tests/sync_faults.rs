//! `naru sync` that ends anywhere: what ran before runs on, and the same command again ends as one clean sync.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::append::{DEFINITION, JOB};
use crate::killed::Random;
use crate::support::aws::AwsProject;
use crate::support::proxy::{Fate, Proxy};
use crate::support::run;
use crate::sync::{OTHER, project};

const THIRD: &str = "core__deposit__grade__p1__append__pl__d";

/// Changes, adds and removes something of every kind; `step` makes each time another.
fn change(aws: &AwsProject, step: usize) {
    aws.project.job(JOB, &format!("{DEFINITION}EXTRA,extra{step},int,,,p1,,,\n"));
    let settings = aws.project.path().join("naru.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    let kept: String = text.split("\n[glue]").next().unwrap().into();
    std::fs::write(&settings, format!("{kept}\n[glue]\ntimeout_minutes = {}\n", 100 + step)).unwrap();
    let (comes, goes) = if step.is_multiple_of(2) { (THIRD, OTHER) } else { (OTHER, THIRD) };
    aws.project.job(comes, DEFINITION);
    if aws.project.path().join(format!("dags/{goes}.py")).exists() {
        aws.project.remove_job(goes);
    }
}

/// What is there hangs together: every DAG file has its definition and its Glue job.
#[track_caller]
fn check_whole(aws: &AwsProject) {
    let found = aws.boto3(&format!(
        "keys = lambda bucket: [o['Key'] for o in s3.list_objects_v2(Bucket='{org}-dev-' + bucket).get('Contents', [])]\n\
         jobs = [job['Name'] for job in glue.get_jobs(MaxResults=1000)['Jobs']]\n\
         print(json.dumps([keys('dags'), keys('defs'), [job for job in jobs if job.startswith('{org}-')]]))",
        org = aws.org
    ));
    let [dags, defs, jobs]: [Vec<String>; 3] = serde_json::from_value(found).unwrap();
    for job in dags.iter().filter_map(|key| key.strip_prefix("dags/")?.strip_suffix(".py")) {
        let segments: Vec<&str> = job.split("__").collect();
        assert!(defs.contains(&format!("table-defs/{}/{}.csv", segments[1], segments[2])), "{job}: {defs:?}");
        assert!(jobs.contains(&format!("{}-dev-{job}", aws.org)), "{job}: {jobs:?}");
    }
}

/// The same command again ends well, and then there is nothing to do.
#[track_caller]
fn check_goes_on(aws: &AwsProject) {
    aws.naru(&["sync", "--prune", "--quiet"]).ok();
    check_whole(aws);
    let again = aws.naru(&["sync", "--prune", "--json"]).ok().json();
    assert_eq!(again["record"], json!(null), "{again}");
}

#[test]
fn a_request_that_fails_anywhere_leaves_a_sync_that_goes_on() {
    let (aws, wheel) = project();
    aws.naru(&["sync", "--wheel", &wheel]).ok();
    // How many requests change something; the rest only looks.
    let changing = |head: &str| {
        let is_write = head.starts_with("PUT ") || head.starts_with("DELETE ");
        is_write
            || ["AWSGlue.CreateJob", "AWSGlue.UpdateJob", "AWSGlue.DeleteJob"].iter().any(|call| head.contains(call))
    };
    change(&aws, 0);
    let counted = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&counted);
    let counting = Proxy::start(move |_, head| {
        counter.fetch_add(usize::from(changing(head)), Ordering::SeqCst);
        Fate::Done
    });
    run(aws.command(&["sync", "--prune"]).env("AWS_ENDPOINT_URL", counting.endpoint())).ok();
    check_whole(&aws);
    let writes = counted.load(Ordering::SeqCst);
    assert!(writes >= 10, "{writes}");
    // Every one of them with NARU_FAULTS=all, else a sample.
    let all = std::env::var("NARU_FAULTS").is_ok_and(|which| which == "all");
    for at in (0..writes).step_by(if all { 1 } else { 3 }) {
        let fate = if at.is_multiple_of(2) { Fate::LostAfterwards } else { Fate::Refused(403, "AccessDenied") };
        change(&aws, at + 1);
        let seen = AtomicUsize::new(0);
        let proxy = Proxy::start(move |_, head| {
            let is_past = changing(head) && seen.fetch_add(1, Ordering::SeqCst) >= at;
            if is_past { fate } else { Fate::Done }
        });
        let failed = run(aws.command(&["sync", "--prune"]).env("AWS_ENDPOINT_URL", proxy.endpoint()));
        assert!([1, 75].contains(&failed.code), "{at} of {writes}: {}", failed.stderr);
        check_whole(&aws);
        check_goes_on(&aws);
    }
}

#[test]
fn killed_anywhere_a_sync_goes_on() {
    let (aws, wheel) = project();
    aws.naru(&["sync", "--wheel", &wheel]).ok();
    let mut random = Random(7);
    let mut longest = Duration::from_secs(1);
    for step in 0..5 {
        change(&aws, step);
        let mut child = aws.command(&["sync", "--prune", "-q"]).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(longest.mul_f64(random.share()));
        child.kill().unwrap();
        child.wait().unwrap();
        check_whole(&aws);
        let started = Instant::now();
        check_goes_on(&aws);
        longest = started.elapsed();
    }
    let records = aws.boto3(&format!(
        "found = [o['Key'] for o in s3.list_objects_v2(Bucket='{bucket}')['Contents']]\n\
         print(json.dumps([json.loads(s3.get_object(Bucket='{bucket}', Key=k)['Body'].read())['status'] for k in found]))",
        bucket = format_args!("{}-dev-audit", aws.org)
    ));
    let statuses: Vec<String> = serde_json::from_value(records).unwrap();
    let counted = statuses.iter().fold(BTreeMap::new(), |mut counts, status| {
        *counts.entry(status.as_str()).or_insert(0) += 1;
        counts
    });
    assert!(counted["done"] >= 2 && !counted.contains_key("failed"), "{counted:?}");
    // What was killed has been found out by the sync after it.
    assert!(!counted.contains_key("running"), "{counted:?}");
}
