//! A query from its start to its end.

use std::fmt;
use std::time::Duration;

use aws_sdk_athena::types::QueryExecution;
use naru_lake::{LakeError, LakeErrorKind, Stop};
use uuid::Uuid;

use super::outcome::{Outcome, outcome};
use crate::failure::{Cause, Failure};
use crate::s3::lake_error;
use crate::session::AwsSession;

/// How often a start without an answer is asked for again, by the same token: a query that was started is found, not
/// started twice.
const START_ATTEMPTS: u32 = 2;
/// How long a query that is no longer wanted may take to be stopped before this process goes on without knowing.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Queries of a session's account. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Athena {
    session: AwsSession,
    first_wait: Duration,
    longest_wait: Duration,
}

/// How far a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryProgress {
    /// It runs; until then it waits for capacity.
    pub is_running: bool,
    /// Bytes scanned so far.
    pub scanned_bytes: u64,
}

impl Athena {
    /// Queries by a session. A running query is asked about after 0.1 s, then ever more seldom, up to every 2 s.
    pub fn new(session: AwsSession) -> Self {
        Self { session, first_wait: Duration::from_millis(100), longest_wait: Duration::from_secs(2) }
    }

    /// The same, asking about a running query after `first`, and then after half as long again each time, up to `longest`.
    #[must_use]
    pub fn asking(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_wait, self.longest_wait) = (first, longest);
        self
    }

    /// Starts a query in a workgroup. `sql` names tables as the catalog does.
    ///
    /// # Errors
    /// `InvalidInput` for what Athena refuses, as wrong SQL or a workgroup that does not exist; `Denied`; `Unavailable` when
    /// Athena asks to be slower, or does not answer: then the query may run all the same, and ends by the workgroup's limits.
    pub async fn start(&self, workgroup: &str, sql: &str) -> Result<RunningQuery, LakeError> {
        let token = Uuid::new_v4().to_string();
        let mut attempt = 1;
        let id = loop {
            let request = self.session.athena().start_query_execution().work_group(workgroup).query_string(sql);
            let request = request.client_request_token(&token);
            let started = self.session.run(async move { Ok(request.send().await?.query_execution_id) }).await;
            match started {
                Ok(Some(id)) => break id,
                Ok(None) => {
                    let failure = Failure::new(Cause::Other, "the answer has no id of a query");
                    return Err(refused(workgroup, failure));
                }
                Err(error) if error.cause == Cause::NoAnswer && attempt < START_ATTEMPTS => attempt += 1,
                Err(error) => return Err(refused(workgroup, error)),
            }
        };
        tracing::debug!(id, workgroup, "a query was started");
        Ok(RunningQuery { athena: self.clone(), id, workgroup: workgroup.into(), has_ended: false })
    }
}

/// A query under way. Dropped before its end, it is stopped: no query runs on that nobody waits for.
pub struct RunningQuery {
    athena: Athena,
    id: String,
    workgroup: String,
    has_ended: bool,
}

/// A query that has succeeded.
#[derive(Debug, Clone)]
pub struct FinishedQuery {
    pub(super) session: AwsSession,
    /// Athena's id of it.
    pub id: String,
    /// The workgroup that it ran in.
    pub workgroup: String,
    /// Bytes that it read.
    pub scanned_bytes: u64,
    /// From the submission to the end, in milliseconds.
    pub milliseconds: u64,
}

impl RunningQuery {
    /// Athena's id of the query.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Waits for the query's end, and tells of its progress whenever Athena was asked. Told to stop, it stops the query.
    ///
    /// # Errors
    /// `InvalidInput` with Athena's message for a query that fails, `Denied` if what it reads is denied, `Refused` if
    /// somebody else or a limit of the workgroup has cancelled it, `Unavailable` if the same query may succeed later, or
    /// Athena does not answer, `Stopped`.
    pub async fn wait(
        mut self,
        stop: &Stop,
        mut progress: impl FnMut(QueryProgress) + Send,
    ) -> Result<FinishedQuery, LakeError> {
        let mut wait = self.athena.first_wait;
        loop {
            if stop.is_requested() {
                self.stop_now().await?;
                return Err(
                    self.told(LakeError::new(LakeErrorKind::Stopped, "the query was told to stop, and is stopped"))
                );
            }
            match outcome(&self.look().await?) {
                Outcome::Waiting(state) => progress(state),
                Outcome::Succeeded { scanned_bytes, milliseconds } => {
                    self.has_ended = true;
                    let (session, id) = (self.athena.session.clone(), self.id.clone());
                    let workgroup = self.workgroup.clone();
                    return Ok(FinishedQuery { session, id, workgroup, scanned_bytes, milliseconds });
                }
                Outcome::Failed(error) => {
                    self.has_ended = true;
                    return Err(self.told(error));
                }
            }
            let pause = wait;
            let slept = self.athena.session.run(async move {
                tokio::time::sleep(pause).await;
                Ok(())
            });
            slept.await.map_err(|error| self.failed("wait for a query", error))?;
            wait = (wait + wait / 2).min(self.athena.longest_wait);
        }
    }

    /// Stops the query, and waits until Athena has taken the request.
    ///
    /// # Errors
    /// `Unavailable`, `Denied`.
    pub async fn stop(mut self) -> Result<(), LakeError> {
        self.stop_now().await
    }

    async fn look(&self) -> Result<QueryExecution, LakeError> {
        let session = &self.athena.session;
        let request = session.athena().get_query_execution().query_execution_id(&self.id);
        let asked = session.run(async move { Ok(request.send().await?.query_execution) }).await;
        let found = asked.and_then(|found| {
            found.ok_or_else(|| Failure::new(Cause::NoAnswer, "the answer says nothing of the query"))
        });
        found.map_err(|error| self.failed("ask about a query", error))
    }

    async fn stop_now(&mut self) -> Result<(), LakeError> {
        // Whether or not it succeeds: a second try at the end would find the same.
        self.has_ended = true;
        let request = self.athena.session.athena().stop_query_execution().query_execution_id(&self.id);
        let asked = self.athena.session.run(async move { Ok(request.send().await.map(|_| ())?) }).await;
        asked.map_err(|error| self.failed("stop a query", error))
    }

    fn failed(&self, doing: &str, failure: Failure) -> LakeError {
        self.told(lake_error(doing, &self.workgroup, failure))
    }

    fn told(&self, error: LakeError) -> LakeError {
        error.with("query", &self.id).with("workgroup", &self.workgroup)
    }
}

impl Drop for RunningQuery {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let request = self.athena.session.athena().stop_query_execution().query_execution_id(&self.id);
        let stopping =
            self.athena.session.runtime().start_task(async move { request.send().await.map_err(Failure::from) });
        // The process may end next, and the request with it.
        match stopping.map(|stopping| stopping.recv_timeout(STOP_PATIENCE)) {
            Ok(Ok(Ok(_))) => tracing::debug!(id = self.id, "a query that nobody waits for was stopped"),
            _ => tracing::warn!(id = self.id, "a query that nobody waits for may run on; stop it in Athena"),
        }
    }
}

impl fmt::Debug for RunningQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningQuery").field("id", &self.id).field("workgroup", &self.workgroup).finish_non_exhaustive()
    }
}

/// A query that was not started.
fn refused(workgroup: &str, failure: Failure) -> LakeError {
    let kind = match failure.cause {
        Cause::Throttled | Cause::NoAnswer => LakeErrorKind::Unavailable,
        Cause::Denied | Cause::KeyUnusable => LakeErrorKind::Denied,
        _ => LakeErrorKind::InvalidInput,
    };
    let message = match failure.cause {
        Cause::NoAnswer => "whether Athena has started the query is not known: it does not answer".to_owned(),
        Cause::Other => "Athena does not start the query".to_owned(),
        _ => format!("Athena does not start the query: {}", failure.reason()),
    };
    LakeError::new(kind, message).with("workgroup", workgroup).because(failure)
}
