//! Behaviour of the decode kernel.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod bad_inputs;
mod block_sizes;
mod dialects;
mod encodings;
mod ranges;
mod reasons;
mod round_trip;
mod sample;
mod source_errors;
mod stored;
mod sums;
mod support;
mod tokenizing;
mod trailers;
mod treatments;
