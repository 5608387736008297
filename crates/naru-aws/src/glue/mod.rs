//! The Glue Data Catalog as the catalog; Glue's jobs and their runs.

mod columns;
mod job_definition;
pub(crate) mod job_error;
mod job_run;
mod jobs;
mod pointer;
mod table_input;

pub use jobs::AwsGlueJobs;
pub use pointer::GluePointer;
