//! naru on AWS Lambda: the real program, asked by Lambda's runtime API on loopback, with moto for S3 and Glue.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/lambda.rs"]
mod runtime_api;
#[allow(dead_code, unused_imports, reason = "naru's own tests use the rest")]
mod support;

#[path = "lambda/data.rs"]
mod data;
#[path = "lambda/definition.rs"]
mod definition;
#[path = "lambda/faults.rs"]
mod faults;
#[path = "lambda/glue.rs"]
mod glue;
#[path = "lambda/run.rs"]
mod run;

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use runtime_api::{Ended, Function, RuntimeApi};
use serde_json::{Value, json};
use support::aws::{AwsProject, ENVIRONMENT};

const JOB: &str = "core__deposit__account__p1__append__auto__d";
const DEFINITION: &str = "\
source,target,type,key,required,level,treatment,format,description
ID,id,bigint,1,y,p1,,,Number
NAME,name,string,,,p1,,,Name
AMT,amount,\"decimal(18,2)\",,,p1,,,Amount
";
const DAY: &str = "2026-11-22";

/// A project that is synced, and a function of its phase.
struct Deployed {
    aws: AwsProject,
    api: RuntimeApi,
    _functions: Vec<Function>,
}

impl Deployed {
    fn with_job(job: &str, definition: &str) -> Self {
        Self::of(AwsProject::with_jobs(&[(job, definition)]))
    }

    fn of(aws: AwsProject) -> Self {
        sync(&aws);
        let api = RuntimeApi::start();
        let functions = vec![function(&aws, &api, aws.endpoint())];
        Self { aws, api, _functions: functions }
    }

    /// The same, with lines behind those of naru.toml.
    fn with_settings(job: &str, definition: &str, settings: &str) -> Self {
        let aws = AwsProject::with_jobs(&[(job, definition)]);
        add_settings(&aws, settings);
        Self::of(aws)
    }

    fn invoke(&self, event: &Value) -> Ended {
        self.invoke_for(event, 900)
    }

    fn invoke_for(&self, event: &Value, seconds: u64) -> Ended {
        self.api.ended(self.api.send(event, seconds))
    }

    /// The bucket of a layer, as in `landing-p1`.
    fn bucket(&self, layer: &str) -> String {
        format!("{}-dev-{layer}", self.aws.org)
    }

    /// Puts an object, and gives the event that S3 sends of it.
    fn put(&self, layer: &str, key: &str, body: &str) -> Value {
        let bucket = self.bucket(layer);
        let file = self.aws.project.write("dropped", body.as_bytes());
        support::run(&mut self.aws.script("put.py", &[&file.to_string_lossy(), &format!("s3://{bucket}/{key}")])).ok();
        created(&[(&bucket, key)])
    }

    /// Drops a file of the job's day.
    fn land(&self, name: &str, body: &str) -> Value {
        self.put("landing-p1", &format!("core/deposit/account/{DAY}/{name}"), body)
    }

    /// Makes a file of the job's day older than it is.
    fn age(&self, name: &str, seconds: u64) {
        let (bucket, key) = (self.bucket("landing-p1"), format!("core/deposit/account/{DAY}/{name}"));
        let body = json!({"Bucket": bucket, "Key": key, "Seconds": seconds}).to_string();
        post(&self.aws, "/moto-additions/s3-age", &body);
    }

    /// An object of a bucket as JSON; null if there is none.
    fn object(&self, layer: &str, key: &str) -> Value {
        self.aws.boto3(&format!(
            "found = s3.list_objects_v2(Bucket='{0}', Prefix='{1}').get('Contents', [])\n\
             print(s3.get_object(Bucket='{0}', Key='{1}')['Body'].read().decode() if found else 'null')",
            self.bucket(layer),
            key
        ))
    }
}

fn sync(aws: &AwsProject) {
    let wheel = aws.project.write("kernel.whl", b"PK a wheel of the tests");
    aws.naru(&["sync", "--wheel", &wheel.to_string_lossy()]).ok();
}

fn add_settings(aws: &AwsProject, settings: &str) {
    let file = aws.project.path().join("naru.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}{settings}")).unwrap();
}

/// A function of the project's phase dev, which finds AWS at an endpoint.
fn function(aws: &AwsProject, api: &RuntimeApi, endpoint: &str) -> Function {
    let mut command = Command::new(env!("CARGO_BIN_EXE_naru-lambda"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("NARU_")) {
        command.env_remove(name);
    }
    command.envs(ENVIRONMENT).env("AWS_ENDPOINT_URL", endpoint);
    command.env("NARU_DEFS_BUCKET", format!("{}-dev-defs", aws.org)).env("NARU_PHASE", "dev");
    let log = File::options().create(true).append(true).open(aws.project.path().join("function.log")).unwrap();
    api.function(command.stderr(log))
}

/// S3's notification of new objects, whose keys need no encoding here.
fn created(objects: &[(&str, &str)]) -> Value {
    let record = |(bucket, key): &(&str, &str)| {
        json!({"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": bucket}, "object": {"key": key, "sequencer": "0A1B2C3D4E5F678901"}}})
    };
    json!({"Records": objects.iter().map(record).collect::<Vec<_>>()})
}

fn post(aws: &AwsProject, path: &str, body: &str) {
    let host = aws.endpoint().strip_prefix("http://").unwrap();
    let mut moto = TcpStream::connect(host).unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    write!(moto, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    moto.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{answer}");
}
