//! Starting a run once, whoever asks for it, and however often.
//!
//! Glue's start call has no client token: asked twice, it starts twice. So an attempt is claimed first, by a file that
//! only one can write (`If-None-Match: *`), and a run carries what it is known by as arguments.
//!
//! | what is there | what is done |
//! | --- | --- |
//! | a run of this identity and digest goes on | attach to it |
//! | such a run has succeeded | take it over; if the caller wants a fresh one, claim the next attempt |
//! | such a run has failed, was stopped or ran out of time | claim the next attempt |
//! | a run of this identity goes on by another digest | `OtherPlan`: try again when it has ended |
//! | no run, no claim | claim, start |
//! | a claim, its run known, the run there | attach; a run that began and ended meanwhile is taken for the answer |
//! | a claim, its run known, the run nowhere for the grace time | Glue has forgotten it: claim the next attempt |
//! | a claim without a run | look again, for the grace time: its holder may be between claim and start |
//! | … still without a run | its holder died: take the claim over, look for a run of the attempt once more, start |
//! | a claim that was released | take it over at once, start |
//! | two take one claim over | one wins by compare-and-swap, the other looks again |
//! | the claim's write has no answer, or meets itself on a retry | read it: the holder's word tells whose it is |
//! | the holder slept after its claim (half the grace time) | it reads the claim again, and looks again if it is another's |
//! | the start was refused | release the claim, give the error |
//! | the start has no answer | look for the run by its arguments, for the grace time; not found: `UnknownOutcome`, and the claim stays: who comes next looks once more before it starts |
//! | the run's id cannot be written into the claim | no matter: the run is found by its arguments |
//!
//! What this does not rule out: a holder that sleeps for the grace time exactly between its last look at the claim and
//! Glue's taking the request starts a second run. It costs money, and never commits: the commit is validated against
//! the plan's base snapshot.

use std::fmt;
use std::time::Duration;

use super::claim::StartClaim;
use super::meaning::RunMeaning;
use super::ports::{Clock, GlueJobError, GlueJobErrorKind, GlueJobs, StartClaims, Version};
use super::run::GlueRun;
use super::start_request::StartRequest;
use super::start_step::{ByClaim, Step, by_claim, by_runs};

/// Starts runs.
#[derive(Debug)]
pub struct Starter<'a> {
    /// Glue.
    pub jobs: &'a dyn GlueJobs,
    /// Where claims are.
    pub claims: &'a dyn StartClaims,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Who asks: unlike any other process's word, and of use to a person, as `host:pid:uuid`. A new one for each start.
    pub holder: String,
    /// How long a claim may say nothing before its holder counts as dead; how long a run may take to be listed. A
    /// minute.
    pub grace: Duration,
    /// Time between two looks. Two seconds.
    pub interval: Duration,
}

/// What became of a start.
#[derive(Debug, Clone, PartialEq)]
pub enum Started {
    /// A run was started: its id.
    New(String),
    /// A run of this key goes on, or has just ended: its id.
    Attached(String),
    /// A run of this key had succeeded before. Whether its rows are in the table, the table's run record says; if they
    /// are not, start a fresh one.
    TakenOver(GlueRun),
}

impl Started {
    /// The run's id.
    pub fn run_id(&self) -> &str {
        match self {
            Self::New(id) | Self::Attached(id) => id,
            Self::TakenOver(run) => &run.id,
        }
    }
}

/// A claim that is being looked at: of which attempt, which version, since when.
struct Watched {
    attempt: u32,
    version: Version,
    since: Duration,
}

/// What came of claiming an attempt.
enum Claimed {
    Held(Version),
    By(StartClaim, Version),
}

/// What came of looking at somebody else's claim.
enum Looked {
    Found(Started),
    /// This attempt is over; the next one is free.
    Spent,
    Held(Version),
    Again,
}

impl Starter<'_> {
    /// Sees to it that a run of this key goes on or has succeeded; see the table above. `fresh`: that one has succeeded
    /// before is not enough, since the table does not have its rows, or the user forces it. `is_stopped` is asked while
    /// waiting for others.
    ///
    /// # Errors
    /// Those of the ports; `OtherPlan`, `Stopped`.
    pub fn start(
        &self,
        request: &StartRequest,
        fresh: bool,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<Started, GlueJobError> {
        let (mut watched, mut spent) = (None, 0);
        loop {
            if is_stopped() {
                let message = "told to stop before a run was started";
                return Err(GlueJobError::new(GlueJobErrorKind::Stopped, message));
            }
            let runs = self.jobs.runs_of(&request.job, &request.key.run)?;
            let attempt = match by_runs(&runs, &request.key, fresh) {
                Step::Attach(run) => return Ok(Started::Attached(run.id)),
                Step::TakeOver(run) => return Ok(Started::TakenOver(run)),
                Step::OtherPlan(run) => return Err(other_plan(request, &run)),
                Step::Claim(attempt) => attempt.max(spent + 1),
            };
            let claimed_at = self.clock.now();
            let version = match self.claim(request, attempt, None)? {
                Claimed::Held(version) => version,
                Claimed::By(claim, version) => {
                    match self.look_at(request, fresh, attempt, (claim, version), &mut watched)? {
                        Looked::Held(version) => version,
                        Looked::Found(started) => return Ok(started),
                        Looked::Spent => {
                            spent = attempt;
                            continue;
                        }
                        Looked::Again => {
                            self.clock.sleep(self.interval);
                            continue;
                        }
                    }
                }
            };
            if let Some(started) = self.start_claimed(request, attempt, version, claimed_at)? {
                return Ok(started);
            }
        }
    }

    fn words(&self, request: &StartRequest, attempt: u32) -> StartClaim {
        StartClaim {
            holder: self.holder.clone(),
            job: request.job.clone(),
            run: request.key.run.clone(),
            plan_digest: request.key.plan_digest.clone(),
            attempt,
            run_id: None,
            released: false,
        }
    }

    /// Claims an attempt, where there is no claim or over a version of one.
    fn claim(&self, request: &StartRequest, attempt: u32, over: Option<&Version>) -> Result<Claimed, GlueJobError> {
        let key = request.key.claim_key(attempt);
        let error = match self.claims.put(&key, &self.words(request, attempt), over) {
            Ok(version) => return Ok(Claimed::Held(version)),
            Err(error) => error,
        };
        if !matches!(error.kind(), GlueJobErrorKind::Conflict | GlueJobErrorKind::UnknownOutcome) {
            return Err(error);
        }
        match self.claims.get(&key)? {
            Some((claim, version)) if claim == self.words(request, attempt) => Ok(Claimed::Held(version)),
            Some((claim, version)) => Ok(Claimed::By(claim, version)),
            // It was not written, and nobody else wrote one.
            None => Err(error),
        }
    }

    /// Decides by a claim that is another's.
    fn look_at(
        &self,
        request: &StartRequest,
        fresh: bool,
        attempt: u32,
        (claim, version): (StartClaim, Version),
        watched: &mut Option<Watched>,
    ) -> Result<Looked, GlueJobError> {
        let now = self.clock.now();
        // Whoever has looked at the attempt before its run was known has waited for this run.
        let has_waited = watched.as_ref().is_some_and(|watched| watched.attempt == attempt);
        let unchanged = match watched {
            Some(seen) if seen.attempt == attempt && seen.version == version => now.saturating_sub(seen.since),
            _ => {
                *watched = Some(Watched { attempt, version: version.clone(), since: now });
                Duration::ZERO
            }
        };
        match by_claim(&claim, unchanged, self.grace) {
            ByClaim::Wait => Ok(Looked::Again),
            ByClaim::TakeOver => match self.claim(request, attempt, Some(&version))? {
                Claimed::Held(version) => Ok(Looked::Held(version)),
                Claimed::By(..) => Ok(Looked::Again),
            },
            ByClaim::LookAt(run_id) => match self.jobs.run(&request.job, &run_id)? {
                None if unchanged >= self.grace => Ok(Looked::Spent),
                None => Ok(Looked::Again),
                Some(run) => Ok(match RunMeaning::of(&run) {
                    RunMeaning::Live => Looked::Found(Started::Attached(run.id)),
                    _ if has_waited => Looked::Found(Started::Attached(run.id)),
                    RunMeaning::Done if !fresh => Looked::Found(Started::TakenOver(run)),
                    _ => Looked::Spent,
                }),
            },
        }
    }

    /// Starts the attempt that is claimed; none if the claim is another's by now.
    fn start_claimed(
        &self,
        request: &StartRequest,
        attempt: u32,
        version: Version,
        claimed_at: Duration,
    ) -> Result<Option<Started>, GlueJobError> {
        // Who held the claim before may have started the run, and told nobody.
        if let Some(run) = self.find(request, attempt)? {
            return Ok(Some(Started::Attached(run)));
        }
        let key = request.key.claim_key(attempt);
        if self.clock.now().saturating_sub(claimed_at) >= self.grace / 2 {
            let is_ours = |(claim, found): (StartClaim, Version)| claim.holder == self.holder && found == version;
            if !self.claims.get(&key)?.is_some_and(is_ours) {
                return Ok(None);
            }
        }
        match self.jobs.start(request, attempt) {
            Ok(run_id) => {
                let claim = StartClaim { run_id: Some(run_id.clone()), ..self.words(request, attempt) };
                // If it cannot be written, the run is found by its arguments.
                drop(self.claims.put(&key, &claim, Some(&version)));
                Ok(Some(Started::New(run_id)))
            }
            Err(error) if error.kind() == GlueJobErrorKind::UnknownOutcome => match self.look_for(request, attempt) {
                Some(run_id) => Ok(Some(Started::Attached(run_id))),
                None => Err(error),
            },
            Err(error) => {
                let claim = StartClaim { released: true, ..self.words(request, attempt) };
                // If it cannot be written, others wait for the grace time.
                drop(self.claims.put(&key, &claim, Some(&version)));
                Err(error)
            }
        }
    }

    /// A run of this key and attempt.
    fn find(&self, request: &StartRequest, attempt: u32) -> Result<Option<String>, GlueJobError> {
        let runs = self.jobs.runs_of(&request.job, &request.key.run)?;
        let is_it = |run: &GlueRun| run.attempt() == attempt && run.key().as_ref() == Some(&request.key);
        Ok(runs.into_iter().find(is_it).map(|run| run.id))
    }

    /// As [`Self::find`], for the grace time.
    fn look_for(&self, request: &StartRequest, attempt: u32) -> Option<String> {
        let since = self.clock.now();
        loop {
            // What cannot be listed now is looked for again.
            if let Ok(Some(run_id)) = self.find(request, attempt) {
                return Some(run_id);
            }
            if self.clock.now().saturating_sub(since) >= self.grace {
                return None;
            }
            self.clock.sleep(self.interval);
        }
    }
}

fn other_plan(request: &StartRequest, run: &GlueRun) -> GlueJobError {
    let message = format!(
        "run {} of Glue job {} loads {} by another plan; try again when it has ended, or stop it",
        run.id, request.job, request.key.run
    );
    GlueJobError::new(GlueJobErrorKind::OtherPlan, message)
}

impl fmt::Display for Started {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New(id) => write!(f, "Glue run {id} is started"),
            Self::Attached(id) => write!(f, "Glue run {id} is under way; waiting for it"),
            Self::TakenOver(run) => write!(f, "Glue run {} has done this already", run.id),
        }
    }
}
