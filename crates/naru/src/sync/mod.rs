//! `naru sync`: what a project must have where it runs, and making it so.
//!
//! ```text
//!  contents.rs  the project's files, the manifest, the Spark program ─┐
//!  target/      what is there: buckets and Glue jobs, or a folder ────┴─▶ SyncPlan ─▶ carry_out ─▶ the record
//! ```

#[cfg(feature = "aws")]
mod archive;
#[cfg(feature = "aws")]
mod aws_contents;
mod carry_out;
mod claim;
mod contents;
mod plan;
#[cfg(feature = "aws")]
mod spark_program;
mod target;

#[cfg(feature = "aws")]
pub(crate) use aws_contents::DAGS_PREFIX;
pub(crate) use carry_out::carry_out;
pub(crate) use claim::is_left_by_the_dead;
pub(crate) use plan::SyncPlan;
pub(crate) use target::target;
