//! Glue jobs: what a job's Glue job must be, who may make it so, and how a run of it is started once and watched.
//!
//! ```text
//!  name, phase, naru.toml ─▶ GlueJobSpec ─┐
//!  what Glue has ─────────▶ GlueJobSpec ──┴▶ differences ─▶ by_run / by_sync ─▶ create, update, leave, refuse
//!
//!  load plan ─▶ StartRequest ─▶ Starter ─▶ one run of this identity and digest ─▶ watch ─▶ RunMeaning, RunCost
//! ```
//!
//! What is asked of AWS goes through the ports in [`ports`]. They stand here, and not in `naru-lake`, since nothing
//! about them is of Iceberg: they are plain types that adapters of both lakes can reach, and the lake need not know
//! what Spark is. They block, since nobody has anything else to do while a run is started or waited for.

mod authority;
mod claim;
mod cost;
mod difference;
mod ensure;
mod links;
mod meaning;
pub mod ports;
mod run;
pub mod settings;
mod spec;
mod start;
mod start_request;
mod start_step;
#[cfg(test)]
mod start_tests;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod watch;
#[cfg(test)]
mod watch_tests;

pub use authority::{JobAction, JobRefused, by_run, by_sync};
pub use claim::StartClaim;
pub use cost::RunCost;
pub use difference::{GlueJobDifference, differences};
pub use ensure::{EnsureError, ensure_by_run, ensure_by_sync, look_for_differences};
pub use links::run_link;
pub use meaning::RunMeaning;
pub use ports::{Clock, GlueJobError, GlueJobErrorKind, GlueJobs, StartClaims, Version};
pub use run::{GlueRun, GlueRunState};
pub use settings::{GlueSettings, WorkerType};
pub use spec::{GLUE_VERSION, GlueJobSpec, SparkProgram};
pub use start::{Started, Starter};
pub use start_request::{
    AGAIN_ARGUMENT, ATTEMPT_ARGUMENT, DIGEST_ARGUMENT, FORCE_ARGUMENT, PLAN_ARGUMENT, RUN_ARGUMENT, RunKey,
    StartRequest, TREATMENT_KEY_ID_ARGUMENT,
};
pub use watch::{StopWish, watch};
