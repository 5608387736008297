//! The AWS adapters against moto on loopback, with what moto lacks added (`tests/aws`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod athena;
mod commit;
mod faulty;
mod glue_jobs;
mod keys;
mod landing;
mod live;
mod marks;
mod moto;
#[path = "../../../tests/support/moto.rs"]
mod moto_server;
mod pointer;
#[path = "../../../tests/support/proxy.rs"]
#[allow(dead_code, reason = "the acceptance tests count its requests")]
mod proxy;
mod storage;
