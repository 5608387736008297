//! End-to-end tests, through the binary; a module for each thing that a user does or meets.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

mod append;
mod aws;
mod aws_faults;
mod aws_glue;
mod aws_maintain;
mod aws_query;
mod backfill;
mod bad_input;
mod concurrency;
mod control;
mod demo;
mod demo_killed;
mod docs;
mod evolution;
mod evolved_tables;
mod exit_codes;
mod infer;
mod killed;
mod maintain;
mod manifest;
mod merge;
mod merge_deletions;
mod merge_rules;
mod names;
mod nycflights13;
mod os_faults;
mod partitions;
mod planning;
mod position_deletes;
mod quarantine;
mod quarantine_faults;
mod quarantine_privacy;
mod queries;
mod readers;
mod replace;
mod round_trip;
mod scd2;
mod signals;
mod spark_merge;
mod spark_writes;
mod temporary_files;
mod tidy;
mod treatments;
