//! `naru mark` and `naru wait`, with marks in a directory, on S3 and in PostgreSQL.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::append::{DEFINITION, JOB};
use crate::support::aws::AwsProject;
use crate::support::postgres::Postgres;
use crate::support::{Project, Ran, run};

const DIRECTORY: &str = "\n[marks]\nstore = \"directory\"\nlocation = \"marks\"\n";

/// A project with marks, by the settings that are added.
pub(crate) fn marked(settings: &str) -> Project {
    let project = Project::with_job(JOB, DEFINITION);
    set(&project, settings);
    project
}

fn set(project: &Project, settings: &str) {
    let file = project.path().join("naru.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + settings).unwrap();
}

#[test]
fn a_run_that_succeeds_is_marked_and_no_other() {
    let project = marked(DIRECTORY);
    let wait = |day: &str| project.naru(&["wait", JOB, "--date", day, "--timeout", "0"]);
    project.load(JOB, "2026-11-22").fails(75);
    wait("2026-11-22").fails(75);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    project.loaded(JOB, "2026-11-22");
    wait("2026-11-22").ok();
    wait("2026-11-23").fails(75);
    let path = project.path().join(format!("marks/{JOB}/2026-11-22.json"));
    let first = std::fs::read(&path).unwrap();
    // A mark that was lost comes back with the same command: nothing is loaded twice.
    std::fs::remove_file(&path).unwrap();
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "unchanged");
    assert_ne!(std::fs::read(&path).unwrap(), first, "it was marked later");
}

#[test]
fn a_run_whose_mark_is_refused_is_loaded_and_tried_again() {
    let project = marked(DIRECTORY);
    project.write("marks", b"a file where a directory should be");
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    let report = project.load(JOB, "2026-11-22").fails(75).json()[0].clone();
    assert_eq!((&report["status"], &report["exit"]), (&json!("loaded"), &json!(75)));
    std::fs::remove_file(project.path().join("marks")).unwrap();
    assert_eq!(project.loaded(JOB, "2026-11-22")["status"], "unchanged");
    project.naru(&["wait", JOB, "--date", "2026-11-22", "--timeout", "0"]).ok();
}

#[test]
fn a_slice_is_done_when_all_its_days_are() {
    let project = marked(DIRECTORY);
    let wait = || project.naru(&["wait", JOB, "--date", "2026-02", "--slice", "month", "--timeout", "0", "--json"]);
    project.naru(&["mark", JOB, "--interval-start", "2026-02-01", "--interval-end", "2026-02-28"]).ok();
    let waited = wait().fails(75).json();
    assert_eq!(waited["missing"], json!(["2026-02-28"]));
    assert_eq!(waited["intervals"].as_array().unwrap().len(), 28);
    project.naru(&["mark", JOB, "--date", "2026-02-28", "--by", "control-m"]).ok();
    let waited = wait().ok().json();
    assert_eq!((&waited["is_done"], &waited["missing"]), (&json!(true), &json!([])));
    assert_eq!(waited["marks"][27]["marked_by"], "control-m");
    // A span asks for all that lies in it, also in part.
    let span = [
        "wait",
        JOB,
        "--interval-start",
        "2026-02-27T05",
        "--interval-end",
        "2026-02-28T01",
        "--timeout",
        "0",
        "--json",
    ];
    assert_eq!(project.naru(&span).ok().json()["intervals"], json!(["2026-02-27", "2026-02-28"]));
    let short = project.naru(&["wait", JOB, "--date", "2026-02-01", "--slice", "hour", "--timeout", "0"]).fails(2);
    assert!(short.stderr.contains("no hour holds a run of it"), "{}", short.stderr);
}

#[test]
fn another_schedulers_job_is_waited_for_by_its_name() {
    let project = marked(DIRECTORY);
    let legacy = "LEGACY.DAILY-7";
    let asked = project.naru(&["mark", legacy, "--date", "2026-11-22"]).fails(2);
    assert!(asked.stderr.contains("give --cadence"), "{}", asked.stderr);
    project.naru(&["mark", "../x", "--date", "2026-11-22", "--cadence", "d"]).fails(2);
    project.naru(&["mark", JOB, "--date", "2026-11-22", "--cadence", "m"]).fails(2);
    let started = Instant::now();
    let args = ["wait", legacy, "--cadence", "d", "--date", "2026-11-22", "--timeout", "60", "--every", "1"];
    let waiting = project.command(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    project.naru(&["mark", legacy, "--cadence", "d", "--date", "2026-11-22"]).ok();
    let output = waiting.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    // A run on demand: any one within the slice.
    let on_demand = ["wait", "X", "--cadence", "x", "--slice", "day", "--date", "2026-11-22", "--timeout", "0"];
    project.naru(&on_demand).fails(75);
    project.naru(&["mark", "X", "--cadence", "x", "--date", "2026-11-22-again"]).ok();
    project.naru(&on_demand).ok();
}

#[test]
fn without_a_store_there_is_nothing_to_mark() {
    let project = Project::with_job(JOB, DEFINITION);
    let told = project.naru(&["mark", JOB, "--date", "2026-11-22"]).fails(1).stderr;
    assert!(told.contains("write [marks]"), "{told}");
}

#[test]
fn a_wait_is_stopped_by_a_signal() {
    let project = marked(DIRECTORY);
    let args = ["wait", JOB, "--date", "2026-11-22", "--timeout", "60"];
    let waiting = project.command(&args).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    let kill = std::process::Command::new("kill").args(["-TERM", &waiting.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(waiting.wait_with_output().unwrap().status.code(), Some(75));
}

#[test]
fn marks_on_s3_are_encrypted_by_their_buckets_key() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    set(&aws.project, "[marks]\nstore = \"s3\"\nlocation = \"s3://{org}-{phase}-audit/marks/\"\n");
    let wait = ["wait", JOB, "--date", "2026-11-22", "--timeout", "0"];
    aws.naru(&wait).fails(75);
    aws.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    aws.loaded(JOB, "2026-11-22");
    aws.naru(&wait).ok();
    let bucket = format!("{}-dev-audit", aws.org);
    let head = aws.boto3(&format!(
        "head = s3.head_object(Bucket='{bucket}', Key='marks/{JOB}/2026-11-22.json')\n\
         key = kms.describe_key(KeyId='alias/{bucket}')['KeyMetadata']['Arn']\n\
         print(json.dumps([head['ServerSideEncryption'], head['SSEKMSKeyId'] == key]))"
    ));
    assert_eq!(head, json!(["aws:kms", true]));
}

fn in_postgres(postgres: &Postgres, options: &str) -> Project {
    let location = format!("postgresql://naru@{}/postgres?{options}", postgres.address());
    marked(&format!("\n[marks]\nstore = \"postgres\"\nlocation = \"{location}\"\n"))
}

fn with_password(project: &Project, args: &[&str], password: &str) -> Ran {
    run(project.command(args).env("NARU_MARKS_PASSWORD", password))
}

#[test]
fn marks_in_postgres_are_rows_that_others_write_too() {
    let postgres = Postgres::start();
    let project = in_postgres(&postgres, "sslmode=disable");
    let naru = |args: &[&str]| with_password(&project, args, postgres.password());
    let wait = ["wait", JOB, "--date", "2026-11-22", "--timeout", "0"];
    naru(&wait).fails(75);
    project.drop(JOB, "2026-11-22", "a.csv", "ID,NAME,AMT\n1,kim,1\n");
    naru(&["run", JOB, "--date", "2026-11-22"]).ok();
    naru(&wait).ok();
    // By hand, as another scheduler would.
    postgres.sql(&format!(
        "INSERT INTO naru_marks VALUES ('{JOB}', '2026-11-23 00:00+09', '2026-11-24 00:00+09', now(), 'control-m')"
    ));
    naru(&["wait", JOB, "--date", "2026-11-23", "--timeout", "0"]).ok();
    // Two that mark the first row at once, and the same row again.
    postgres.sql("DROP TABLE naru_marks");
    let mark = ["mark", JOB, "--date", "2026-11-24"];
    let marking: Vec<_> = (0..6)
        .map(|_| project.command(&mark).env("NARU_MARKS_PASSWORD", postgres.password()).spawn().unwrap())
        .collect();
    assert!(marking.into_iter().all(|mut child| child.wait().unwrap().success()));
    assert_eq!(postgres.sql("SELECT count(*) FROM naru_marks").trim(), "1");
}

#[test]
fn a_connection_that_is_lost_is_made_again() {
    let postgres = Postgres::start();
    let project = in_postgres(&postgres, "sslmode=disable");
    let args = ["wait", JOB, "--date", "2026-11-22", "--timeout", "60", "--every", "1"];
    let mut waiting = project.command(&args);
    waiting.env("NARU_MARKS_PASSWORD", postgres.password()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let waiting = waiting.spawn().unwrap();
    let others = "FROM pg_stat_activity WHERE application_name = 'naru'";
    while postgres.sql(&format!("SELECT count(*) {others}")).trim() == "0" {
        std::thread::sleep(Duration::from_millis(100));
    }
    postgres.sql(&format!("SELECT pg_terminate_backend(pid) {others}"));
    with_password(&project, &["mark", JOB, "--date", "2026-11-22"], postgres.password()).ok();
    let output = waiting.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_database_is_reached_by_verified_tls_or_not_at_all() {
    let postgres = Postgres::start();
    let mark = ["mark", JOB, "--date", "2026-11-22"];
    // It outlives the server, whose directory goes with it.
    let certificate = tempfile::NamedTempFile::new().unwrap();
    std::fs::copy(postgres.certificate(), certificate.path()).unwrap();
    let trusted = in_postgres(&postgres, &format!("sslrootcert={}", certificate.path().display()));
    with_password(&trusted, &mark, postgres.password()).ok();
    let told = with_password(&trusted, &mark, "wrong").fails(1).stderr;
    assert!(told.contains("28P01") && !told.contains("wrong"), "{told}");
    // Nobody vouches for it, unless the system does.
    let untrusted = in_postgres(&postgres, "");
    let told = with_password(&untrusted, &mark, postgres.password()).fails(1).stderr;
    assert!(told.contains("certificate"), "{told}");
    postgres.stop();
    let told = with_password(&trusted, &mark, "x").fails(75).stderr;
    assert!(told.contains("out of reach"), "{told}");
}
