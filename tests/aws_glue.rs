//! `naru run` on route `sp` where the lake is on AWS: the job's Glue job is started once, waited for, and believed by its
//! table alone.
//!
//! moto runs no Spark: a test says how a run ends, and loads the table by the in-process track in Spark's stead, whose run
//! records are the same. That the program writes such tables on S3 is tested with the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::append::{DEFINITION, JOB};
use crate::support::Ran;
use crate::support::aws::AwsProject;

const DAY: &str = "2026-11-22";
const SPARK: [&str; 6] = ["run", JOB, "--date", DAY, "--engine", "sp"];

/// A project with a landed file, and the program in its code bucket.
fn project() -> AwsProject {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.drop(JOB, DAY, "a.csv", "ID,NAME,AMT\n1,kim,10.50\n2,lee,\n");
    put_program(&aws, "dev");
    aws
}

/// What `naru sync` is to put there; what is in it, moto does not look at.
fn put_program(aws: &AwsProject, phase: &str) {
    let version = env!("CARGO_PKG_VERSION");
    let wheel = format!("naru_decode-{version}-cp39-abi3-manylinux_2_28_x86_64.whl");
    let names = json!(["main.py", "naru_spark.zip", wheel]);
    aws.boto3(&format!(
        "for name in {names}: s3.put_object(Bucket='{}-{phase}-code', Key=f'spark/{version}/{{name}}', Body=b'.')\nprint(1)",
        aws.org
    ));
}

fn glue_job(aws: &AwsProject) -> String {
    format!("{}-dev-{JOB}", aws.org)
}

/// The runs of the project's job: id and state.
fn runs(aws: &AwsProject) -> Vec<(String, String)> {
    let job = glue_job(aws);
    let found = aws.boto3(&format!(
        "print(json.dumps([(run['Id'], run['JobRunState']) for run in glue.get_job_runs(JobName='{job}')['JobRuns']]))"
    ));
    serde_json::from_value(found).unwrap()
}

/// Tells moto how a run goes on; see `tests/aws/moto_additions/glue_jobs.py`.
fn end(aws: &AwsProject, run_id: &str, state: &str, reason: Option<&str>) {
    let asked = json!({"JobRunId": run_id, "JobRunState": state, "ErrorMessage": reason, "ExecutionTime": 90});
    let (body, host) = (asked.to_string(), aws.endpoint().strip_prefix("http://").unwrap());
    let mut moto = TcpStream::connect(host).unwrap();
    let head = format!("POST /moto-additions/glue-job-runs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    write!(moto, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    moto.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
}

/// A command that is under way.
struct Going {
    child: Child,
    told: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Going {
    fn begin(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (told, stderr) = (Arc::new(Mutex::new(String::new())), child.stderr.take().unwrap());
        let kept = Arc::clone(&told);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let mut kept = kept.lock().unwrap();
                kept.push_str(&line);
                kept.push('\n');
            }
        });
        Self { child, told, reader }
    }

    /// Waits until it tells something, and gives all that it has told.
    fn until(&mut self, part: &str) -> String {
        self.until_any(&[part])
    }

    fn until_any(&mut self, parts: &[&str]) -> String {
        let since = Instant::now();
        loop {
            let has_ended = self.child.try_wait().unwrap().is_some() && self.reader.is_finished();
            let told = self.told.lock().unwrap().clone();
            if parts.iter().any(|part| told.contains(part)) {
                return told;
            }
            assert!(!has_ended && since.elapsed() < Duration::from_secs(60), "{parts:?} is not told: {told}");
            sleep(Duration::from_millis(50));
        }
    }

    /// The id of the run that it waits for.
    fn run_id(&mut self) -> String {
        // One that is started, or waited for again; the log of one that is over is told, too.
        let told = self.until_any(&["is started; its log: ", "waiting for it; its log: "]);
        let is_it = |line: &&str| line.contains("its log: ") && !line.contains("has done this already");
        let line = told.lines().find(is_it).unwrap();
        let at = line.find("jr_").unwrap();
        line[at..].split([' ', ';']).next().unwrap().into()
    }

    fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    fn ends(mut self) -> Ran {
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        self.reader.join().unwrap();
        Ran { code, stdout, stderr: self.told.lock().unwrap().clone() }
    }
}

fn begin(aws: &AwsProject, more: &[&str]) -> Going {
    Going::begin(aws.command(&[SPARK.as_slice(), more].concat()))
}

/// Loads the table as the Glue run would, and has the run succeed.
fn succeed(aws: &AwsProject, run_id: &str) {
    aws.naru(&["run", JOB, "--date", DAY, "--engine", "pl", "--quiet"]).ok();
    end(aws, run_id, "SUCCEEDED", None);
}

#[test]
fn the_first_run_makes_the_job_and_the_second_starts_nothing() {
    let aws = AwsProject::with_jobs(&[(JOB, DEFINITION)]);
    aws.drop(JOB, DAY, "a.csv", "ID,NAME,AMT\n1,kim,10.50\n2,lee,\n");
    let plan = ["plan", JOB, "--date", DAY, "--engine", "sp"];
    let without = aws.naru(&SPARK).fails(1);
    for part in
        ["the Spark program of Glue job", "-dev-code/spark/0.1.0/main.py", "naru_spark.zip", "nothing was started"]
    {
        assert!(without.stderr.contains(part), "{}", without.stderr);
    }
    let said = aws.naru(&plan).ok().stdout;
    assert!(said.contains(&format!("glue job  {}", glue_job(&aws))) && said.contains("is created"), "{said}");
    put_program(&aws, "dev");
    let mut first = begin(&aws, &["--json"]);
    let run_id = first.run_id();
    succeed(&aws, &run_id);
    let first = first.ends().ok();
    for part in [
        "is created",
        "is started; its log: https://us-east-1.console.aws.amazon.com/",
        ": STARTING, ",
        "SUCCEEDED, 90 s",
    ] {
        assert!(first.stderr.contains(part), "{part}: {}", first.stderr);
    }
    let report = &first.json()[0];
    assert_eq!((&report["status"], &report["engine"], &report["rows"]), (&"loaded".into(), &"sp".into(), &2.into()));
    assert_eq!((&report["files"], &report["quarantine"]), (&1.into(), &Value::Null));
    assert!(report["file_bytes"].as_u64().unwrap() > 500 && report["snapshot_id"].as_i64().unwrap() > 0, "{report}");
    let again = aws.naru(&[SPARK.as_slice(), &["--json"]].concat()).ok();
    assert_eq!((&again.json()[0]["status"], &again.json()[0]["rows"]), (&"unchanged".into(), &2.into()));
    assert_eq!(runs(&aws), [(run_id, "SUCCEEDED".to_owned())]);
    assert!(aws.naru(&plan).ok().stdout.contains("is as its name says"));
    aws.project.write("naru.toml", format!("{}[glue]\ntimeout_minutes = 60\n", settings(&aws)).as_bytes());
    let said = aws.naru(&plan).ok().stdout;
    assert!(said.contains("~ timeout in minutes changes from 120 to 60"), "{said}");
}

fn settings(aws: &AwsProject) -> String {
    std::fs::read_to_string(aws.project.path().join("naru.toml")).unwrap()
}

#[test]
fn how_a_run_ends_is_how_the_command_ends() {
    let aws = project();
    let ends = [
        ("FAILED", Some("SparkException: the cluster is on fire"), 1, "failed: SparkException: the cluster is on fire"),
        (
            "FAILED",
            Some("Max concurrent compute capacity exceeded"),
            75,
            "ended without a result: Max concurrent compute",
        ),
        ("TIMEOUT", None, 75, "it was stopped at its timeout of 120 minutes"),
        ("STOPPED", None, 75, "it was stopped"),
        // Glue believes that it has succeeded; the table does not know of it.
        ("SUCCEEDED", None, 1, "succeeded, and the table does not record its rows"),
    ];
    for (number, (state, reason, code, told)) in ends.into_iter().enumerate() {
        let mut going = begin(&aws, &["--json"]);
        let run_id = going.run_id();
        end(&aws, &run_id, state, reason);
        let ended = going.ends().fails(code);
        assert!(ended.stderr.contains(told), "{told}: {}", ended.stderr);
        for part in ["log: https://", "it took 90 s"] {
            assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
        }
        assert_eq!(ended.json()[0]["exit"], code);
        assert_eq!(runs(&aws).len(), number + 1, "each command starts the next attempt");
    }
    // Whose rows are not there: a fresh one.
    let mut going = begin(&aws, &[]);
    let run_id = going.run_id();
    succeed(&aws, &run_id);
    going.ends().ok();
}

#[test]
fn a_run_is_waited_for_again_after_a_kill_and_after_a_signal() {
    let aws = project();
    let mut killed = begin(&aws, &[]);
    let run_id = killed.run_id();
    killed.signal("KILL");
    killed.ends();
    let mut left = begin(&aws, &[]);
    assert_eq!(left.run_id(), run_id);
    assert!(left.until("DPU-seconds").contains("is under way; waiting for it"));
    left.signal("TERM");
    let left = left.ends().fails(75);
    for part in ["stopped by SIGTERM: 0 of 1 runs are done", "goes on, and the same command waits for it"] {
        assert!(left.stderr.contains(part), "{part}: {}", left.stderr);
    }
    let mut last = begin(&aws, &["--json"]);
    assert_eq!(last.run_id(), run_id);
    succeed(&aws, &run_id);
    assert_eq!(last.ends().ok().json()[0]["status"], "loaded");
    assert_eq!(runs(&aws), [(run_id, "SUCCEEDED".to_owned())]);
}

#[test]
fn a_signal_stops_the_run_where_that_is_asked_for() {
    let aws = project();
    let mut going = begin(&aws, &["--stop-glue-run"]);
    let run_id = going.run_id();
    going.until("DPU-seconds");
    going.signal("TERM");
    let stopped = going.ends().fails(75);
    assert!(stopped.stderr.contains("STOPPED"), "{}", stopped.stderr);
    assert_eq!(runs(&aws), [(run_id, "STOPPED".to_owned())]);
}

#[test]
fn no_second_run_goes_beside_another() {
    let aws = project();
    let mut first = begin(&aws, &[]);
    let run_id = first.run_id();
    first.signal("KILL");
    first.ends();
    aws.drop(JOB, DAY, "b.csv", "ID,NAME,AMT\n3,park,1\n");
    let other = aws.naru(&SPARK).fails(75);
    assert!(other.stderr.contains("by another plan; try again when it has ended"), "{}", other.stderr);
    end(&aws, &run_id, "FAILED", Some("ended"));
    let job = glue_job(&aws);
    let by_hand = aws.boto3(&format!("print(json.dumps(glue.start_job_run(JobName='{job}')['JobRunId']))"));
    let full = aws.naru(&SPARK).fails(75);
    assert!(full.stderr.contains("max_concurrent_runs"), "{}", full.stderr);
    end(&aws, by_hand.as_str().unwrap(), "STOPPED", None);
    let mut last = begin(&aws, &["--json"]);
    let run_id = last.run_id();
    succeed(&aws, &run_id);
    assert_eq!(last.ends().ok().json()[0]["rows"], 3);
}

#[test]
fn runs_in_qa_alter_no_job() {
    let aws = AwsProject::without_buckets(&[(JOB, DEFINITION)]);
    aws.project
        .write("naru.toml", settings(&aws).replace("[names]", "[phases.qa]\nlake = \"aws\"\n[names]").as_bytes());
    aws.make_buckets_of("qa");
    put_program(&aws, "qa");
    let at_qa = |args: &[&str]| aws.naru(&[args, &["--phase", "qa"]].concat());
    aws.drop_in("qa", JOB, DAY, "a.csv", "ID,NAME,AMT\n1,kim,10.50\n");
    let refused = at_qa(&SPARK).fails(1);
    for part in ["a run in qa does not alter it", "is created", "run `naru sync --phase qa`"] {
        assert!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    let planned = at_qa(&["plan", JOB, "--date", DAY, "--engine", "sp"]).ok().stdout;
    assert!(planned.contains("would fail: its Glue job differs; run `naru sync --phase qa`"), "{planned}");
    let found = aws.boto3("print(json.dumps([job for job in glue.list_jobs()['JobNames'] if '-qa-' in job]))");
    assert_eq!(found, json!([]));
    // What needs a key needs a secret that Glue's runs have it from.
    let treated = DEFINITION.replace("NAME,name,string,,,p1,,", "NAME,name,string,,,p1,hash,");
    aws.project.job(JOB, &treated);
    let keyed = at_qa(&SPARK).fails(1);
    let told = "name are treated with a key, and naru.toml names no secret that Glue's runs have it from";
    assert!(keyed.stderr.contains(told), "{}", keyed.stderr);
}
