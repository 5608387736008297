//! Glue's jobs and runs, and claims of starts in S3.

mod contracts;
mod processes;
mod starts;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use naru_aws::{AwsGlueJobs, AwsSession, RunFiles, SystemClock};
use naru_core::glue_job::testing::{simple_job, simple_request};
use naru_core::glue_job::{GlueJobError, GlueJobSpec, GlueJobs, GlueRun, GlueRunState, StartRequest, Started, Starter};

use crate::moto::{Bucket, endpoint, keys, session};

/// A job with room for many runs, and its code bucket.
struct Site {
    bucket: String,
    request: StartRequest,
}

impl Site {
    async fn new() -> Self {
        let bucket = Bucket::new().await.name;
        let name = format!("acme-dev-{}", uuid::Uuid::new_v4().simple());
        let spec = GlueJobSpec { max_concurrent_runs: 20, ..simple_job(&name) };
        AwsGlueJobs::new(session()).create(&spec).unwrap();
        Self { bucket, request: simple_request(&name, "d1") }
    }

    /// Starts the site's run as a process would.
    fn start(&self, session: &AwsSession, grace: Duration) -> Result<Started, GlueJobError> {
        start(session, &self.bucket, &self.request, grace)
    }

    fn runs(&self) -> Vec<GlueRun> {
        AwsGlueJobs::new(session()).runs_of(&self.request.job, &self.request.key.run).unwrap()
    }
}

fn start(session: &AwsSession, bucket: &str, request: &StartRequest, grace: Duration) -> Result<Started, GlueJobError> {
    let (jobs, claims) = (AwsGlueJobs::new(session.clone()), RunFiles::new(keys(session), bucket));
    let (clock, interval) = (SystemClock::default(), Duration::from_millis(100));
    let holder = uuid::Uuid::new_v4().to_string();
    let starter = Starter { jobs: &jobs, claims: &claims, clock: &clock, holder, grace, interval };
    starter.start(request, false, &|| false)
}

/// Ends a run in moto; see `tests/aws/moto_additions/glue_jobs.py`.
fn end(run_id: &str, state: &GlueRunState, reason: Option<&str>) {
    let asked = serde_json::json!({
        "JobRunId": run_id, "JobRunState": state.as_str(), "ErrorMessage": reason, "ExecutionTime": 90, "DPUSeconds": 360.0,
    });
    let (body, host) = (asked.to_string(), endpoint().strip_prefix("http://").unwrap());
    let mut moto = TcpStream::connect(host).unwrap();
    let head = format!("POST /moto-additions/glue-job-runs HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    write!(moto, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    moto.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
}
