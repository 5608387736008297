//! Every request of a run on AWS, gone wrong in every way: what is left, the same command completes as one clean run.
//!
//! A seeded sample by default; `NARU_FAULTS=all` makes every request go wrong in every way.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use serde_json::json;

use crate::append::DEFINITION;
use crate::killed::Random;
use crate::support::aws::AwsProject;
use crate::support::proxy::{Fate, Proxy};

/// More requests than a run makes.
const LONGEST: usize = 80;
const SAMPLE: usize = 24;

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
enum Wrong {
    /// One request's answer, and with how many tries the client goes at it.
    Answer(Fate, u32),
    /// Everything from one request on.
    AllAnswersFrom(Fate),
    /// `kill -9` before a request is done, or after it.
    Killed(Fate),
}

const WRONGS: [Wrong; 14] = [
    Wrong::Answer(Fate::Late, 1),
    Wrong::Answer(Fate::LostBefore, 1),
    Wrong::Answer(Fate::LostAfterwards, 1),
    Wrong::Answer(Fate::LostAfterwards, 3),
    Wrong::Answer(Fate::CutOff, 1),
    Wrong::Answer(Fate::CutOff, 3),
    Wrong::Answer(Fate::Refused(500, "InternalError"), 1),
    Wrong::Answer(Fate::Refused(503, "SlowDown"), 2),
    Wrong::Answer(Fate::Refused(400, "ThrottlingException"), 1),
    Wrong::Answer(Fate::Refused(400, "ConcurrentModificationException"), 1),
    Wrong::AllAnswersFrom(Fate::Refused(400, "ExpiredToken")),
    Wrong::AllAnswersFrom(Fate::LostBefore),
    Wrong::Killed(Fate::LostBefore),
    Wrong::Killed(Fate::LostAfterwards),
];

/// Which of a table's runs goes wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Run {
    /// The one that makes the table.
    First,
    /// A second delivery of an interval, whose rows take the place of the first's.
    Rerun,
}

/// The job of a table of its own.
fn job(number: usize) -> String {
    format!("core__deposit__account{number}__p1__append__pl__d")
}

#[test]
fn whatever_becomes_of_a_request_the_same_command_ends_as_one_clean_run() {
    let mut trials = Vec::new();
    for run in [Run::First, Run::Rerun] {
        trials.extend((0..LONGEST).flat_map(|request| WRONGS.map(|wrong| (run, request, wrong))));
    }
    if std::env::var("NARU_FAULTS").as_deref() != Ok("all") {
        let mut random = Random(20_261_122);
        // Most runs have about 30 requests; the others show that nothing comes behind the last.
        trials.retain(|(_, request, _)| *request < 32);
        for end in (1..trials.len()).rev() {
            trials.swap(end, (random.share() * (end + 1) as f64) as usize);
        }
        trials.truncate(SAMPLE);
    }
    let aws = AwsProject::with_jobs(&[(&job(0), DEFINITION)]);
    let (mut expected, mut past_the_end) = (0, [LONGEST; 2]);
    for (number, (run, request, wrong)) in trials.into_iter().enumerate() {
        if request > past_the_end[run as usize] {
            continue;
        }
        if trial(&aws, number, run, request, wrong) == Met::Nothing {
            past_the_end[run as usize] = request;
        }
        aws.project.remove_job(&job(number));
        expected += 1;
    }
    // Every table, by the independent reader: two rows each, and every figure of its files true.
    let tables = aws.tables();
    assert_eq!(tables.len(), expected);
    for (name, table) in tables {
        let mut ids: Vec<i64> =
            table["rows"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2], "{name}");
    }
}

/// Whether the run came as far as the request.
#[derive(PartialEq)]
enum Met {
    Nothing,
    Request,
}

fn trial(aws: &AwsProject, number: usize, run: Run, request: usize, wrong: Wrong) -> Met {
    let job = job(number);
    aws.project.job(&job, DEFINITION);
    let day = "2026-11-22";
    if run == Run::Rerun {
        put(aws, &job, day, "ID,NAME,AMT\n7,old,1\n8,old,1\n9,old,1\n");
        aws.loaded(&job, day);
    }
    put(aws, &job, day, "ID,NAME,AMT\n1,kim,1\n2,lee,2\n");
    let naru = Arc::new(AtomicI32::new(0));
    let victim = Arc::clone(&naru);
    let proxy = Proxy::start(move |seen, _| match wrong {
        Wrong::Answer(fate, _) if seen == request => fate,
        Wrong::AllAnswersFrom(fate) if seen >= request => fate,
        Wrong::Killed(fate) if seen == request => {
            if fate == Fate::LostBefore {
                kill(&victim);
            }
            fate
        }
        _ => Fate::Done,
    });
    let attempts = if let Wrong::Answer(_, attempts) = wrong { attempts } else { 1 };
    let mut command = aws.command(&["run", &job, "--date", day, "-q"]);
    command.env("AWS_ENDPOINT_URL", proxy.endpoint()).env("AWS_MAX_ATTEMPTS", attempts.to_string());
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    naru.store(child.id().cast_signed(), Ordering::SeqCst);
    if let Wrong::Killed(Fate::LostAfterwards) = wrong {
        while proxy.seen() <= request && !is_over(&naru) {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        kill(&naru);
    }
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let about = format!("{run:?}, request {request}, {wrong:?}: {:?}\n{told}", output.status);
    let met = if proxy.seen() > request { Met::Request } else { Met::Nothing };
    match output.status.code() {
        Some(0) => {}
        // Access is denied for good; a conflict that the catalog does not bear out is told as what it is.
        Some(1) => {
            let denied = matches!(wrong, Wrong::AllAnswersFrom(Fate::Refused(..)));
            let conflict = matches!(wrong, Wrong::Answer(Fate::Refused(_, "ConcurrentModificationException"), _));
            assert!(denied || conflict, "{about}");
        }
        Some(75) => assert!(!matches!(wrong, Wrong::Killed(_)), "{about}"),
        None => assert!(matches!(wrong, Wrong::Killed(_)), "{about}"),
        Some(_) => panic!("{about}"),
    }
    assert!(!told.contains("panic"), "{about}");
    let again = aws.load(&job, day);
    assert_eq!(again.code, 0, "{about}\nthen\n{}", again.stderr);
    assert_eq!(again.json()[0]["rows"], json!(2), "{about}");
    met
}

/// Puts a file into the landing bucket, by a request that nobody signs: moto does not mind, and a process less is started.
fn put(aws: &AwsProject, job: &str, day: &str, text: &str) {
    let s: Vec<&str> = job.split("__").collect();
    let path = format!("/{}-dev-landing-{}/{}/{}/{}/{day}/a.csv", aws.org, s[3], s[0], s[1], s[2]);
    let address = aws.endpoint().strip_prefix("http://").unwrap();
    let mut moto = TcpStream::connect(address).unwrap();
    let length = text.len();
    write!(
        moto,
        "PUT {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
    .unwrap();
    let mut answer = String::new();
    moto.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn kill(process: &AtomicI32) {
    let id = process.load(Ordering::SeqCst).to_string();
    let _ = std::process::Command::new("kill").args(["-9", &id]).status();
}

/// Whether a process of this one's has ended, waited for or not.
fn is_over(process: &AtomicI32) -> bool {
    let id = process.load(Ordering::SeqCst);
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_none_or(|rest| rest.trim_start().starts_with('Z'))
}
