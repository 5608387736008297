//! A PostgreSQL of a test's own; it ends with the test.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use super::{python, repository, run};

const PASSWORD: &str = "a password of the tests";

/// A server on loopback.
pub(crate) struct Postgres {
    server: Mutex<Child>,
    port: String,
    certificate: String,
    binaries: String,
}

impl Postgres {
    /// Starts one; see `tests/postgres/serve.py`.
    pub(crate) fn start() -> Self {
        let mut server = python()
            .arg(repository().join("tests/postgres/serve.py"))
            .arg(PASSWORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let mut line = || lines.next().unwrap_or_else(|| panic!("PostgreSQL has not started; see above")).unwrap();
        let (port, certificate, binaries) = (line(), line(), line());
        Self { server: Mutex::new(server), port, certificate, binaries }
    }

    /// Host and port, by the name that its certificate has.
    pub(crate) fn address(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The path of its certificate.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Of the user `naru`.
    pub(crate) fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Runs a statement, and gives its rows.
    #[track_caller]
    pub(crate) fn sql(&self, statement: &str) -> String {
        let mut psql = Command::new(format!("{}/psql", self.binaries));
        psql.args(["-h", "127.0.0.1", "-p", &self.port, "-U", "naru", "-d", "postgres", "-At", "-c", statement]);
        run(psql.env("PGPASSWORD", PASSWORD)).ok().stdout
    }

    /// Ends it.
    pub(crate) fn stop(&self) {
        let mut server = self.server.lock().unwrap();
        drop(server.stdin.take());
        server.wait().unwrap();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}
