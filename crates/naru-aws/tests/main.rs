//! The AWS adapters against moto on loopback, with what moto lacks added (`tests/aws`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod commit;
mod faulty;
mod glue_jobs;
mod keys;
mod landing;
mod moto;
mod pointer;
mod storage;
