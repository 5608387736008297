//! The table of marks.

use std::sync::{Mutex, MutexGuard};

use naru_core::Interval;
use naru_core::marks::{Mark, MarkError, MarkErrorKind, MarkStore};
use naru_core::needs::Window;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row};

use crate::location::{Security, parse};
use crate::tls;

/// Made by whoever marks first. Other schedulers may write into it by themselves.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS naru_marks (\
    job text NOT NULL, interval_start timestamptz NOT NULL, interval_end timestamptz NOT NULL, \
    marked_at timestamptz NOT NULL, marked_by text NOT NULL, PRIMARY KEY (job, interval_start))";

const PUT: &str = "INSERT INTO naru_marks (job, interval_start, interval_end, marked_at, marked_by) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (job, interval_start) DO UPDATE \
    SET interval_end = EXCLUDED.interval_end, marked_at = EXCLUDED.marked_at, marked_by = EXCLUDED.marked_by";

const WITHIN: &str = "SELECT job, interval_start, interval_end, marked_at, marked_by FROM naru_marks \
    WHERE job = $1 AND interval_start >= $2 AND interval_start < $3 ORDER BY interval_start";

const FIND: &str = "SELECT job, interval_start, interval_end, marked_at, marked_by FROM naru_marks \
    WHERE job = $1 AND interval_start = $2";

/// Marks in a database. A connection that was lost is made again with the next request.
pub struct PostgresMarks {
    location: String,
    password: Option<String>,
    client: Mutex<Client>,
}

impl PostgresMarks {
    /// Connects to `postgresql://user@host/database`.
    ///
    /// # Errors
    /// `Unavailable` where the server is out of reach, `Refused` where it does not let in.
    pub fn connect(location: &str, password: Option<&str>) -> Result<Self, MarkError> {
        let client = Mutex::new(connect(location, password)?);
        Ok(Self { location: location.into(), password: password.map(Into::into), client })
    }

    fn rows(&self, doing: &str, query: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, MarkError> {
        match self.client()?.query(query, values) {
            // Nobody has marked anything yet. Source: PostgreSQL, Appendix A, undefined_table.
            Err(error) if error.code().is_some_and(|code| code.code() == "42P01") => Ok(Vec::new()),
            read => read.map_err(|error| failed(doing, &error)),
        }
    }

    fn client(&self) -> Result<MutexGuard<'_, Client>, MarkError> {
        let mut client = self.client.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if client.is_closed() {
            *client = connect(&self.location, self.password.as_deref())?;
        }
        Ok(client)
    }
}

impl MarkStore for PostgresMarks {
    fn put(&self, mark: &Mark, _: &Interval) -> Result<(), MarkError> {
        let doing = format!("mark {}", mark.job);
        let Mark { job, interval_start, interval_end, marked_at, marked_by } = mark;
        let values: [&(dyn ToSql + Sync); 5] = [job, interval_start, interval_end, marked_at, marked_by];
        let mut client = self.client()?;
        match client.execute(PUT, &values) {
            Err(error) if error.code().is_some_and(|code| code.code() == "42P01") => {}
            put => return put.map(|_| ()).map_err(|error| failed(&doing, &error)),
        }
        // Two that make it at once: one of them may be told that it is there, which is all that matters.
        if let Err(error) = client.batch_execute(TABLE)
            && !error.code().is_some_and(|code| ["23505", "42P07"].contains(&code.code()))
        {
            return Err(failed(&doing, &error));
        }
        client.execute(PUT, &values).map(|_| ()).map_err(|error| failed(&doing, &error))
    }

    fn find(&self, job: &str, interval: &Interval) -> Result<Option<Mark>, MarkError> {
        let rows = self.rows(&format!("read the marks of {job}"), FIND, &[&job, &interval.start])?;
        rows.first().map(|row| mark(job, row)).transpose()
    }

    fn within(&self, job: &str, window: &Window) -> Result<Vec<Mark>, MarkError> {
        let rows = self.rows(&format!("read the marks of {job}"), WITHIN, &[&job, &window.start, &window.end])?;
        rows.iter().map(|row| mark(job, row)).collect()
    }
}

fn connect(location: &str, password: Option<&str>) -> Result<Client, MarkError> {
    let (config, security) = parse(location, password)?;
    let client = match security {
        Security::Plain => config.connect(NoTls),
        Security::VerifyFull { authorities } => config.connect(tls::connector(authorities.as_deref())?),
    };
    client.map_err(|error| failed("connect to the database of marks", &error))
}

fn mark(job: &str, row: &Row) -> Result<Mark, MarkError> {
    let read = || -> Result<Mark, postgres::Error> {
        Ok(Mark {
            job: row.try_get(0)?,
            interval_start: row.try_get(1)?,
            interval_end: row.try_get(2)?,
            marked_at: row.try_get(3)?,
            marked_by: row.try_get(4)?,
        })
    };
    read().map_err(|error| failed(&format!("read the marks of {job}"), &error))
}

/// What the server said, or that it cannot be reached. A server that is starting, stopping or full may answer later.
/// Source: PostgreSQL, Appendix A, classes 08, 53, 57 and 40.
fn failed(doing: &str, error: &postgres::Error) -> MarkError {
    let passes = |code: &str| ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class));
    match error.as_db_error() {
        Some(told) => {
            let kind = if passes(told.code().code()) { MarkErrorKind::Unavailable } else { MarkErrorKind::Refused };
            MarkError::new(kind, doing, format!("{} ({})", told.message(), told.code().code()))
        }
        None => {
            let mut reason = error.to_string();
            let mut cause = std::error::Error::source(error);
            while let Some(error) = cause {
                reason = format!("{reason}: {error}");
                cause = error.source();
            }
            // A certificate that is not trusted will not be trusted later.
            let is_refused = reason.contains("certificate") || reason.contains("password missing");
            let kind = if is_refused { MarkErrorKind::Refused } else { MarkErrorKind::Unavailable };
            MarkError::new(kind, doing, reason)
        }
    }
}
