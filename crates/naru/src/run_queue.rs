//! Jobs that are to be run, each not before those that it stands on.

use std::sync::{Condvar, Mutex, MutexGuard};

use naru_core::Interval;

use crate::planning::PlannedJob;

/// One job's intervals, in order: two runs of one table never go side by side.
pub(crate) struct JobRuns {
    pub(crate) job: PlannedJob,
    pub(crate) intervals: Vec<Interval>,
    /// Places in the queue of the jobs that must have succeeded before.
    pub(crate) after: Vec<usize>,
}

/// What has become of a job of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Done,
    Failed,
}

/// A job to be run, or to be left since one that it stands on has failed.
pub(crate) enum Next {
    /// Run it, then say [`RunQueue::ended`].
    Run(usize, JobRuns),
    /// Leave it.
    Leave(JobRuns),
}

/// The jobs of a command, handed out to whoever runs them.
pub(crate) struct RunQueue {
    jobs: Mutex<Vec<(State, Option<JobRuns>)>>,
    changed: Condvar,
}

impl RunQueue {
    pub(crate) fn new(jobs: Vec<JobRuns>) -> Self {
        let jobs = jobs.into_iter().map(|job| (State::Waiting, Some(job))).collect();
        Self { jobs: Mutex::new(jobs), changed: Condvar::new() }
    }

    /// The next job, in the queue's order; waits where all that is left stands on what is being run. None at the end.
    pub(crate) fn next(&self) -> Option<Next> {
        let mut jobs = self.lock();
        loop {
            let states: Vec<State> = jobs.iter().map(|(state, _)| *state).collect();
            let is = |place: &usize, state: State| states.get(*place) == Some(&state);
            for (place, (state, job)) in jobs.iter_mut().enumerate().filter(|(_, (state, _))| *state == State::Waiting)
            {
                let after = job.as_ref().map_or(&[] as &[usize], |job| &job.after);
                if after.iter().any(|place| is(place, State::Failed)) {
                    *state = State::Failed;
                    self.changed.notify_all();
                    return job.take().map(Next::Leave);
                }
                if after.iter().all(|place| is(place, State::Done)) {
                    *state = State::Running;
                    return job.take().map(|job| Next::Run(place, job));
                }
            }
            if !states.contains(&State::Waiting) {
                return None;
            }
            jobs = self.changed.wait(jobs).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
    }

    /// Says how a job has ended: well, when all its intervals are done.
    pub(crate) fn ended(&self, place: usize, well: bool) {
        if let Some((state, _)) = self.lock().get_mut(place) {
            *state = if well { State::Done } else { State::Failed };
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(State, Option<JobRuns>)>> {
        self.jobs.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
