//! The model: Glue's jobs, their runs and the claims of starts, in memory, with calls that fail on command.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::glue_job::{
    GlueJobError, GlueJobErrorKind, GlueJobSpec, GlueJobs, GlueRun, GlueRunState, StartClaim, StartClaims,
    StartRequest, Version,
};

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// [`GlueJobs::create`].
    Create,
    /// [`GlueJobs::start`].
    Start,
    /// [`GlueJobs::run`].
    Run,
    /// [`GlueJobs::stop`].
    Stop,
    /// [`StartClaims::put`].
    Put,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failing {
    /// It is not done.
    Before(GlueJobErrorKind),
    /// It is done all the same.
    After(GlueJobErrorKind),
}

/// The model. Clones share what is in it.
#[derive(Debug, Clone, Default)]
pub struct MemoryGlue(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    jobs: BTreeMap<String, GlueJobSpec>,
    runs: Vec<(String, GlueRun)>,
    claims: BTreeMap<String, (StartClaim, Version)>,
    failing: Vec<(Call, Failing)>,
    writes: usize,
    changes: usize,
    is_listing_late: bool,
    hidden: bool,
}

impl MemoryGlue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets the next call of a kind fail. Said twice, the next two.
    pub fn fail(&self, call: Call, failing: Failing) {
        self.state().failing.push((call, failing));
    }

    /// Ends a run.
    pub fn end(&self, run_id: &str, state: GlueRunState, reason: Option<&str>) {
        let mut all = self.state();
        let (_, run) = all.runs.iter_mut().find(|(_, run)| run.id == run_id).unwrap();
        (run.state, run.reason) = (state, reason.map(Into::into));
    }

    /// Whether runs are left out of listings; by their ids they are found.
    pub fn hide_from_listings(&self, hidden: bool) {
        self.state().is_listing_late = hidden;
    }

    /// Whether runs can be found: what was started moments ago cannot.
    pub fn hide_runs(&self, hidden: bool) {
        self.state().hidden = hidden;
    }

    /// Forgets all runs, as Glue does after some time.
    pub fn forget_runs(&self) {
        self.state().runs.clear();
    }

    /// All runs, in the order of their starts.
    pub fn all_runs(&self) -> Vec<GlueRun> {
        self.state().runs.iter().map(|(_, run)| run.clone()).collect()
    }

    /// How often a job was made or changed.
    pub fn changes(&self) -> usize {
        self.state().changes
    }

    /// Does something that is to fail, if it is to.
    fn failing<T>(
        &self,
        call: Call,
        act: impl FnOnce(&mut State) -> Result<T, GlueJobError>,
    ) -> Result<T, GlueJobError> {
        let mut state = self.state();
        let at = state.failing.iter().position(|(of, _)| *of == call);
        match at.map(|at| state.failing.remove(at).1) {
            None => act(&mut state),
            Some(Failing::Before(kind)) => Err(error(kind, "fails by the test, undone")),
            Some(Failing::After(kind)) => act(&mut state).and(Err(error(kind, "fails by the test, done"))),
        }
    }
}

fn error(kind: GlueJobErrorKind, message: &str) -> GlueJobError {
    GlueJobError::new(kind, message)
}

impl GlueJobs for MemoryGlue {
    fn find(&self, job: &str) -> Result<Option<GlueJobSpec>, GlueJobError> {
        Ok(self.state().jobs.get(job).cloned())
    }

    fn create(&self, spec: &GlueJobSpec) -> Result<(), GlueJobError> {
        self.failing(Call::Create, |state| {
            if state.jobs.contains_key(&spec.name) {
                return Err(error(GlueJobErrorKind::AlreadyExists, "there is such a job"));
            }
            state.changes += 1;
            state.jobs.insert(spec.name.clone(), spec.clone());
            Ok(())
        })
    }

    fn update(&self, spec: &GlueJobSpec) -> Result<(), GlueJobError> {
        let mut state = self.state();
        state.changes += 1;
        let missing = || error(GlueJobErrorKind::NotFound, "there is no such job");
        let found = state.jobs.get_mut(&spec.name).ok_or_else(missing)?;
        let mut tags = found.tags.clone();
        tags.extend(spec.tags.clone());
        *found = GlueJobSpec { tags, ..spec.clone() };
        Ok(())
    }

    fn start(&self, request: &StartRequest, attempt: u32) -> Result<String, GlueJobError> {
        self.failing(Call::Start, |state| {
            let missing = || error(GlueJobErrorKind::NotFound, "there is no such job");
            let spec = state.jobs.get(&request.job).cloned().ok_or_else(missing)?;
            let live = state.runs.iter().filter(|(job, run)| *job == request.job && run.state.is_live()).count();
            if live >= spec.max_concurrent_runs as usize {
                return Err(error(GlueJobErrorKind::ConcurrentRuns, "too many runs at once"));
            }
            let mut arguments = spec.default_arguments;
            arguments.extend(request.arguments(attempt));
            let run = GlueRun {
                id: format!("jr_{}", state.runs.len() + 1),
                state: GlueRunState::Running,
                reason: None,
                arguments,
                started_seconds: Some(1_800_000_000 + state.runs.len() as i64),
                execution_seconds: 0,
                dpu_seconds: None,
                worker_type: request.worker_type.clone(),
                workers: request.workers,
                timeout_minutes: request.timeout_minutes,
                log_group: None,
            };
            let id = run.id.clone();
            state.runs.push((request.job.clone(), run));
            Ok(id)
        })
    }

    fn run(&self, job: &str, run_id: &str) -> Result<Option<GlueRun>, GlueJobError> {
        self.failing(Call::Run, |state| {
            let hidden = state.hidden;
            let run = state.runs.iter_mut().find(|(of, run)| of == job && run.id == run_id && !hidden);
            Ok(run.map(|(_, run)| {
                let seen = run.clone();
                if run.state == GlueRunState::Stopping {
                    run.state = GlueRunState::Stopped;
                }
                seen
            }))
        })
    }

    fn runs_of(&self, job: &str, run: &str) -> Result<Vec<GlueRun>, GlueJobError> {
        let state = self.state();
        let of_run = |found: &GlueRun| found.key().is_some_and(|key| key.run == run);
        if state.hidden || state.is_listing_late {
            return Ok(Vec::new());
        }
        Ok(state.runs.iter().filter(|(of, found)| of == job && of_run(found)).map(|(_, run)| run.clone()).collect())
    }

    fn stop(&self, job: &str, run_id: &str) -> Result<(), GlueJobError> {
        self.failing(Call::Stop, |state| {
            let missing = || error(GlueJobErrorKind::NotFound, "there is no such run");
            let run = state.runs.iter_mut().find(|(of, run)| of == job && run.id == run_id);
            let (_, run) = run.ok_or_else(missing)?;
            if run.state.is_live() {
                run.state = GlueRunState::Stopping;
            }
            Ok(())
        })
    }
}

impl StartClaims for MemoryGlue {
    fn get(&self, key: &str) -> Result<Option<(StartClaim, Version)>, GlueJobError> {
        Ok(self.state().claims.get(key).cloned())
    }

    fn put(&self, key: &str, claim: &StartClaim, over: Option<&Version>) -> Result<Version, GlueJobError> {
        self.failing(Call::Put, |state| {
            if state.claims.get(key).map(|(_, version)| version) != over {
                return Err(error(GlueJobErrorKind::Conflict, "somebody else has written the claim"));
            }
            state.writes += 1;
            let version = Version(state.writes.to_string());
            state.claims.insert(key.into(), (claim.clone(), version.clone()));
            Ok(version)
        })
    }
}
