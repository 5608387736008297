//! The AWS adapters against moto on loopback, with what moto lacks added (`tests/aws`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by panicking")]

mod athena;
mod commit;
mod faulty;
mod keys;
mod landing;
mod live;
mod moto;
mod pointer;
mod storage;
