//! Spark, started once for all tests of this process, and asked by one test at a time.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::cells::{Row, compare, rows_of_csv};
use super::{Project, python, repository};

static SPARK: Mutex<Option<Session>> = Mutex::new(None);

/// `tests/spark/serve.py`; it ends when this process does, and its standard input with it.
struct Session {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    log: File,
}

impl Session {
    fn start() -> Self {
        let log = tempfile::tempfile().unwrap();
        let mut child = python()
            .arg(repository().join("tests/spark/serve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.try_clone().unwrap())
            .spawn()
            .unwrap();
        let (requests, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, requests, answers, log }
    }

    /// The answer, or why there is none.
    fn ask(&mut self, request: &Value) -> Result<Value, String> {
        let mut line = String::new();
        let asked = writeln!(self.requests, "{request}").and_then(|()| self.answers.read_line(&mut line));
        match asked {
            Ok(read) if read > 0 => {}
            _ => {
                return Err(format!(
                    "Spark ended ({:?}); it needs Java 17:\n{}",
                    self.child.try_wait(),
                    self.log_text()
                ));
            }
        }
        let mut reply: Value = serde_json::from_str(&line).map_err(|e| format!("{e}: {line}"))?;
        match reply.get("error") {
            Some(error) => Err(error.as_str().unwrap_or_default().into()),
            None => Ok(reply["answer"].take()),
        }
    }

    fn log_text(&mut self) -> String {
        let mut text = Vec::new();
        let _ = self.log.rewind().and_then(|()| self.log.read_to_end(&mut text));
        String::from_utf8_lossy(&text).into_owned()
    }
}

/// Asks Spark about a lake; see `tests/spark/serve.py`.
#[track_caller]
fn ask(project: &Project, what: &str, argument: &Value) -> Value {
    let request = json!({"lake": project.lake(), what: argument});
    let asked = {
        let mut session = SPARK.lock().unwrap_or_else(PoisonError::into_inner);
        session.get_or_insert_with(Session::start).ask(&request)
    };
    asked.unwrap_or_else(|error| panic!("Spark, asked to {what} {argument}: {error}"))
}

fn rows(value: &Value) -> Vec<Row> {
    serde_json::from_value(value.clone()).unwrap()
}

impl Project {
    /// Has Spark and PyIceberg read every table of the lake, or those named (`deposit.account`): what they find is,
    /// cell for cell, what `naru query` finds. Gives the rows of each table, in the order of `tables`.
    #[track_caller]
    pub(crate) fn check_with_spark(&self, tables: &[&str]) -> Vec<Vec<Row>> {
        let names: Vec<_> = tables.iter().map(|table| format!("dev_{table}")).collect();
        let read = ask(self, "read", &json!(names));
        let mut found = Vec::new();
        for table in read.as_array().unwrap() {
            let name = table["name"].as_str().unwrap().strip_prefix("dev_").unwrap();
            let columns: Vec<(String, String)> = serde_json::from_value(table["columns"].clone()).unwrap();
            let own = rows_of_csv(&self.csv(&format!("select * from {name}")), &columns);
            let history = self.naru(&["history", name, "--json"]).ok().json();
            for reader in ["spark", "pyiceberg"] {
                compare(&format!("{name}: naru"), &own, reader, &rows(&table[reader]["rows"]));
                let snapshots = history["snapshots"].as_array().unwrap().len();
                assert_eq!(table[reader]["snapshots"], snapshots, "{name}: snapshots that {reader} finds");
            }
            found.push(own);
        }
        found
    }

    /// Runs statements in Spark, where `naru` is the lake's catalog and `own` one of Spark's; the last one's rows.
    #[track_caller]
    pub(crate) fn spark_sql(&self, statements: &[&str]) -> Vec<Row> {
        rows(&ask(self, "sql", &json!(statements)))
    }

    /// Has Spark merge a batch into a table of its own; see `Batch` of `tests/spark/merge.py`.
    #[track_caller]
    pub(crate) fn spark_merge(&self, batch: &Value) {
        ask(self, "merge", batch);
    }
}
