//! Marks in PostgreSQL do what every store of marks does.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../../tests/support/postgres.rs"]
#[allow(dead_code, reason = "the acceptance tests use the rest")]
mod postgres;

use std::path::{Path, PathBuf};
use std::process::Command;

use naru_postgres::PostgresMarks;
use postgres::Postgres;

#[test]
fn postgres_does_what_every_store_does() {
    let server = Postgres::start();
    let location = format!("postgresql://naru@{}/postgres?sslrootcert={}", server.address(), server.certificate());
    naru_core::marks::testing::suite(&PostgresMarks::connect(&location, Some(server.password())).unwrap());
}

/// What `tests/support/postgres.rs` asks of the tests around it.
fn python() -> Command {
    let python =
        std::env::var_os("NARU_TEST_PYTHON").map_or_else(|| repository().join(".venv/bin/python"), PathBuf::from);
    Command::new(python)
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

struct Ran {
    stdout: String,
    is_ok: bool,
}

impl Ran {
    fn ok(self) -> Self {
        assert!(self.is_ok, "{}", self.stdout);
        self
    }
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran { stdout: String::from_utf8(output.stdout).unwrap(), is_ok: output.status.success() }
}
