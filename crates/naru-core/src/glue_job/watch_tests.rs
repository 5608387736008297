//! Waiting for runs, against the model.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use super::testing::{Call, Failing, FakeClock, MemoryGlue, simple_job, simple_request};
use super::*;

/// A run that ends after a time; whoever is told to stop is told so after another.
struct Watching {
    glue: MemoryGlue,
    clock: Arc<FakeClock>,
}

impl Watching {
    fn new() -> Self {
        let glue = MemoryGlue::default();
        glue.create(&simple_job("account")).unwrap();
        glue.start(&simple_request("account", "d1"), 1).unwrap();
        Self { glue, clock: Arc::default() }
    }

    fn ends_after(&self, seconds: u64, state: GlueRunState) {
        let glue = self.glue.clone();
        self.clock.at(Duration::from_secs(seconds), move || glue.end("jr_1", state, Some("why")));
    }

    fn watch(&self, stop: &dyn Fn() -> Option<StopWish>) -> (Result<GlueRun, GlueJobError>, Vec<u64>) {
        let mut looks = Vec::new();
        let mut tell = |_: &GlueRun| looks.push(self.clock.now().as_secs());
        let result = watch((&self.glue, &*self.clock), "account", "jr_1", &mut tell, stop);
        (result, looks)
    }
}

#[test]
fn looks_get_rarer() {
    let watching = Watching::new();
    watching.ends_after(100, GlueRunState::Succeeded);
    let (run, looks) = watching.watch(&|| None);
    assert_eq!(run.unwrap().state, GlueRunState::Succeeded);
    assert_eq!(looks, [0, 2, 5, 9, 16, 26, 41, 64, 94, 124]);
}

#[test]
fn who_has_to_stop_leaves_the_run_or_stops_it() {
    for wish in [StopWish::LeaveRun, StopWish::StopRun] {
        let watching = Watching::new();
        let clock = Arc::clone(&watching.clock);
        let (result, _) = watching.watch(&move || (clock.now() >= Duration::from_secs(50)).then_some(wish));
        let state = watching.glue.all_runs()[0].state.clone();
        match wish {
            StopWish::LeaveRun => {
                let error = result.unwrap_err();
                assert_eq!((error.kind(), state), (GlueJobErrorKind::Stopped, GlueRunState::Running));
                assert!(error.is_retryable());
                insta::assert_snapshot!(error, @"told to stop; run jr_1 of Glue job account goes on, and the same command waits for it");
            }
            StopWish::StopRun => {
                assert_eq!((result.unwrap().state, state), (GlueRunState::Stopped, GlueRunState::Stopped));
            }
        }
        assert!(watching.clock.now() < Duration::from_secs(60), "asked for every second");
    }
}

#[test]
fn a_stop_that_fails_is_asked_for_again() {
    let watching = Watching::new();
    for _ in 0..3 {
        watching.glue.fail(Call::Stop, Failing::Before(GlueJobErrorKind::Unavailable));
    }
    let (result, _) = watching.watch(&|| Some(StopWish::StopRun));
    assert_eq!(result.unwrap().state, GlueRunState::Stopped);
    let watching = Watching::new();
    watching.glue.fail(Call::Stop, Failing::Before(GlueJobErrorKind::Denied));
    assert_eq!(watching.watch(&|| Some(StopWish::StopRun)).0.unwrap_err().kind(), GlueJobErrorKind::Denied);
}

#[test]
fn what_may_pass_is_waited_out_and_what_does_not_is_told() {
    let watching = Watching::new();
    for _ in 0..5 {
        watching.glue.fail(Call::Run, Failing::Before(GlueJobErrorKind::Unavailable));
    }
    watching.ends_after(60, GlueRunState::Failed);
    assert_eq!(watching.watch(&|| None).0.unwrap().reason.as_deref(), Some("why"));

    let watching = Watching::new();
    for _ in 0..1000 {
        watching.glue.fail(Call::Run, Failing::Before(GlueJobErrorKind::Unavailable));
    }
    assert_eq!(watching.watch(&|| None).0.unwrap_err().kind(), GlueJobErrorKind::Unavailable);
    assert!(watching.clock.now() >= Duration::from_secs(600));

    let watching = Watching::new();
    watching.glue.fail(Call::Run, Failing::Before(GlueJobErrorKind::Denied));
    assert_eq!(watching.watch(&|| None).0.unwrap_err().kind(), GlueJobErrorKind::Denied);
    watching.glue.forget_runs();
    assert_eq!(watching.watch(&|| None).0.unwrap_err().kind(), GlueJobErrorKind::NotFound);
}
