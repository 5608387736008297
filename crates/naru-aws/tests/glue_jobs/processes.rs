//! Processes that start one run: many at once, and one that is killed between its claim and its start.
//!
//! Each is this test program again, with one test that starts the run which the environment names.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use naru_aws::{AwsAccount, AwsSession, RunFiles};
use naru_core::glue_job::testing::simple_request;
use naru_core::glue_job::{StartClaims, Started};

use super::Site;
use crate::faulty::{Fate, Faulty};
use crate::moto::{ACCOUNT, REGION, config, endpoint, keys, session};

const CHILD: &str = "NARU_TEST_CHILD";

/// Starts a process that starts the site's run; it prints the run's id.
fn process(site: &Site, endpoint: &str, grace_seconds: u32) -> Child {
    let told = format!("{endpoint} {} {} {grace_seconds}", site.bucket, site.request.job);
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "glue_jobs::processes::the_process_itself", "--ignored", "--nocapture"])
        .env(CHILD, told)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn run_id(process: Child) -> String {
    let output = process.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let id = told.split_whitespace().find_map(|word| word.strip_prefix("run=")).map(String::from);
    id.unwrap_or_else(|| panic!("{told}{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
#[ignore = "a process of the other tests, which say by the environment what it starts"]
fn the_process_itself() {
    let told = std::env::var(CHILD).expect("the other tests of this module start it");
    let words: Vec<&str> = told.split(' ').collect();
    let [endpoint, bucket, job, grace] = words[..] else { panic!("{told}") };
    let session = AwsSession::with_config(AwsAccount::new(ACCOUNT).unwrap(), config(REGION, endpoint)).unwrap();
    let grace = Duration::from_secs(grace.parse().unwrap());
    let started = super::start(&session, bucket, &simple_request(job, "d1"), grace).unwrap();
    writeln!(std::io::stdout(), "run={}", started.run_id()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_processes_at_once_start_one_run() {
    let site = Site::new().await;
    let processes: Vec<Child> = (0..10).map(|_| process(&site, endpoint(), 120)).collect();
    let ids: Vec<String> = processes.into_iter().map(run_id).collect();
    let runs = site.runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert!(ids.iter().all(|id| *id == runs[0].id), "{ids:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_between_claim_and_start_is_stepped_in_for() {
    let site = Site::new().await;
    let stalled = Faulty::start("AWSGlue.StartJobRun", Fate::Never);
    let mut killed = process(&site, stalled.address(), 60);
    let since = Instant::now();
    while stalled.seen() == 0 {
        assert!(since.elapsed() < Duration::from_secs(120) && killed.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(20));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let claims = RunFiles::new(keys(&session()), &site.bucket);
    let (claim, _) = claims.get(&site.request.key.claim_key(1)).unwrap().unwrap();
    assert_eq!((claim.run_id, site.runs().len()), (None, 0), "claimed, and not started");

    let since = Instant::now();
    let grace = Duration::from_secs(2);
    let others: Vec<Child> = (0..3).map(|_| process(&site, endpoint(), 2)).collect();
    let mine = site.start(&session(), grace).unwrap();
    assert!(since.elapsed() >= grace, "a holder may still be at it");
    assert!(matches!(mine, Started::New(_) | Started::Attached(_)));
    let ids: Vec<String> = others.into_iter().map(run_id).collect();
    assert_eq!(site.runs().len(), 1);
    assert!(ids.iter().all(|id| id == mine.run_id()));
}
