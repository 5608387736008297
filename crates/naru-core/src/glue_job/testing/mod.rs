//! For tests of this crate and of adapters: the contracts of the ports as suites, a model of Glue in memory, and a
//! clock that only tests move.

// A suite says what it expects by panicking, as tests do.
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

mod clock;
mod contract;
mod memory;

pub use clock::FakeClock;
pub use contract::{GlueSite, claims_contract, jobs_contract};
pub use memory::{Call, Failing, MemoryGlue};

use std::collections::BTreeMap;

use super::{GlueJobSpec, RunKey, StartRequest};
use crate::run::Again;

/// A job for tests.
pub fn simple_job(name: &str) -> GlueJobSpec {
    let text = |text: &str| text.to_owned();
    GlueJobSpec {
        name: name.into(),
        description: text("naru: loads deposit.account from corebank"),
        role: text("acme-dev-glue-p2"),
        glue_version: text("5.1"),
        command: text("glueetl"),
        python_version: text("3"),
        script_location: text("s3://acme-dev-code/spark/0.1.0/main.py"),
        worker_type: text("G.1X"),
        workers: 2,
        timeout_minutes: 120,
        max_concurrent_runs: 1,
        max_retries: 0,
        queues: false,
        execution_class: text("STANDARD"),
        security_configuration: text("acme-dev-glue-p2"),
        default_arguments: BTreeMap::from([(text("--datalake-formats"), text("iceberg"))]),
        fixed_arguments: BTreeMap::new(),
        tags: BTreeMap::from([(text("level"), text("p2")), (text("source"), text("corebank"))]),
    }
}

/// A request for tests: the run of a day, by a digest.
pub fn simple_request(job: &str, digest: &str) -> StartRequest {
    let run = format!("corebank/deposit/{job}/2026-11-22");
    StartRequest {
        again: Again::IfChanged,
        treatment_key_id: None,
        job: job.into(),
        key: RunKey { run, plan_digest: digest.into() },
        plan_location: "s3://acme-dev-code/runs/plan.json".into(),
        worker_type: "G.1X".into(),
        workers: 3,
        timeout_minutes: 60,
        force: false,
    }
}
