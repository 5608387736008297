//! Every case of the table in `start`, against the model, by a clock that the tests move.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::time::Duration;

use super::testing::{
    Call, Failing, FakeClock, GlueSite, MemoryGlue, claims_contract, jobs_contract, simple_job, simple_request,
};
use super::*;

const GRACE: Duration = Duration::from_secs(60);
const JOB: &str = "account";

struct Site(MemoryGlue, std::sync::atomic::AtomicUsize);

impl GlueSite for Site {
    fn jobs(&self) -> &dyn GlueJobs {
        &self.0
    }

    fn claims(&self) -> &dyn StartClaims {
        &self.0
    }

    fn end(&self, run_id: &str, state: &GlueRunState, reason: Option<&str>) {
        self.0.end(run_id, state.clone(), reason);
    }

    fn new_name(&self) -> String {
        format!("job-{}", self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
    }
}

#[test]
fn the_model_holds_the_contracts() {
    jobs_contract(&Site(MemoryGlue::default(), Default::default()));
    claims_contract(&Site(MemoryGlue::default(), Default::default()));
}

/// A process that starts runs; all share Glue and the clock.
struct Bank {
    glue: MemoryGlue,
    clock: Arc<FakeClock>,
}

impl Bank {
    fn new() -> Self {
        let glue = MemoryGlue::default();
        let spec = GlueJobSpec { max_concurrent_runs: 20, ..simple_job(JOB) };
        glue.create(&spec).unwrap();
        Self { glue, clock: Arc::default() }
    }

    fn starter(&self, holder: &str) -> Starter<'_> {
        let (interval, holder) = (Duration::from_secs(2), holder.into());
        Starter { jobs: &self.glue, claims: &self.glue, clock: &*self.clock, holder, grace: GRACE, interval }
    }

    fn start(&self, holder: &str) -> Result<Started, GlueJobError> {
        self.starter(holder).start(&request(), false, &|| false)
    }

    fn fresh(&self, holder: &str) -> Result<Started, GlueJobError> {
        self.starter(holder).start(&request(), true, &|| false)
    }

    /// A claim of somebody who is not heard of again.
    fn claimed(&self, attempt: u32, run_id: Option<&str>) {
        self.glue.put(&request().key.claim_key(attempt), &claim("dead", attempt, run_id), None).unwrap();
    }

    fn claim(&self, attempt: u32) -> StartClaim {
        self.glue.get(&request().key.claim_key(attempt)).unwrap().unwrap().0
    }

    fn runs(&self) -> usize {
        self.glue.all_runs().len()
    }
}

fn request() -> StartRequest {
    simple_request(JOB, "d1")
}

fn claim(holder: &str, attempt: u32, run_id: Option<&str>) -> StartClaim {
    StartClaim {
        holder: holder.into(),
        job: JOB.into(),
        run: request().key.run,
        plan_digest: "d1".into(),
        attempt,
        run_id: run_id.map(Into::into),
        released: false,
    }
}

fn new(id: &str) -> Started {
    Started::New(id.into())
}

fn attached(id: &str) -> Started {
    Started::Attached(id.into())
}

fn kind(result: Result<Started, GlueJobError>) -> GlueJobErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn a_run_is_started_once_and_attached_to_afterwards() {
    let bank = Bank::new();
    assert_eq!(bank.start("a").unwrap(), new("jr_1"));
    assert_eq!(bank.claim(1), StartClaim { run_id: Some("jr_1".into()), ..claim("a", 1, None) });
    for holder in ["a", "b"] {
        assert_eq!(bank.start(holder).unwrap(), attached("jr_1"));
        assert_eq!(bank.fresh(holder).unwrap(), attached("jr_1"), "what goes on is fresh");
    }
    assert_eq!((bank.runs(), bank.clock.now()), (1, Duration::ZERO));
}

#[test]
fn what_has_succeeded_is_taken_over_unless_it_must_be_fresh() {
    let bank = Bank::new();
    bank.start("a").unwrap();
    bank.glue.end("jr_1", GlueRunState::Succeeded, None);
    let Started::TakenOver(run) = bank.start("b").unwrap() else { panic!("taken over") };
    assert_eq!((run.id.as_str(), bank.runs()), ("jr_1", 1));
    assert_eq!(bank.fresh("b").unwrap(), new("jr_2"));
    assert_eq!(bank.claim(2).run_id.as_deref(), Some("jr_2"));
}

#[test]
fn what_has_not_succeeded_is_tried_again() {
    for state in ["FAILED", "TIMEOUT", "STOPPED", "ERROR", "EXPIRED"] {
        let bank = Bank::new();
        bank.start("a").unwrap();
        bank.glue.end("jr_1", GlueRunState::of(state), Some("no"));
        assert_eq!(bank.start("b").unwrap(), new("jr_2"), "{state}");
        assert_eq!(bank.glue.all_runs()[1].attempt(), 2);
    }
}

#[test]
fn another_plan_of_the_same_run_is_waited_for() {
    let bank = Bank::new();
    bank.starter("a").start(&simple_request(JOB, "d0"), false, &|| false).unwrap();
    let error = bank.start("b").unwrap_err();
    assert_eq!((error.kind(), error.is_retryable(), bank.runs()), (GlueJobErrorKind::OtherPlan, true, 1));
    insta::assert_snapshot!(error, @"run jr_1 of Glue job account loads corebank/deposit/account/2026-11-22 by another plan; try again when it has ended, or stop it");
    bank.glue.end("jr_1", GlueRunState::Succeeded, None);
    assert_eq!(bank.start("b").unwrap(), new("jr_2"), "another digest is other work");
    assert_eq!(bank.glue.all_runs()[1].attempt(), 1);
}

#[test]
fn a_claim_whose_run_is_known_but_not_listed_yet_is_attached_to() {
    let bank = Bank::new();
    bank.start("a").unwrap();
    bank.glue.hide_runs(true);
    let glue = bank.glue.clone();
    bank.clock.at(Duration::from_secs(10), move || glue.hide_runs(false));
    assert_eq!(bank.start("b").unwrap(), attached("jr_1"));
    assert_eq!((bank.runs(), bank.clock.now()), (1, Duration::from_secs(10)));
}

/// Lets a claim's holder start its run, which ends at once and is not listed yet.
fn starts_and_ends(glue: &MemoryGlue, state: GlueRunState) {
    let key = request().key.claim_key(1);
    let id = glue.start(&request(), 1).unwrap();
    glue.end(&id, state, Some("no"));
    glue.hide_from_listings(true);
    let (seen, version) = glue.get(&key).unwrap().unwrap();
    glue.put(&key, &StartClaim { run_id: Some(id), ..seen }, Some(&version)).unwrap();
}

#[test]
fn a_run_that_began_and_ended_while_it_was_waited_for_is_the_answer() {
    for state in [GlueRunState::Failed, GlueRunState::Succeeded] {
        let bank = Bank::new();
        bank.claimed(1, None);
        let glue = bank.glue.clone();
        bank.clock.at(Duration::from_secs(10), move || starts_and_ends(&glue, state));
        assert_eq!((bank.start("b").unwrap(), bank.runs()), (attached("jr_1"), 1));
    }
}

#[test]
fn a_run_that_ended_before_and_is_known_by_its_claim_alone_counts_as_one_that_is_listed() {
    let ended = |state| {
        let bank = Bank::new();
        bank.claimed(1, None);
        starts_and_ends(&bank.glue, state);
        bank
    };
    assert_eq!(ended(GlueRunState::Failed).start("b").unwrap(), new("jr_2"));
    let bank = ended(GlueRunState::Succeeded);
    assert!(matches!(bank.start("b").unwrap(), Started::TakenOver(_)));
    assert_eq!(bank.fresh("b").unwrap(), new("jr_2"));
}

#[test]
fn runs_that_glue_has_forgotten_are_spent() {
    let bank = Bank::new();
    bank.start("a").unwrap();
    bank.glue.forget_runs();
    assert_eq!(bank.start("b").unwrap(), new("jr_1"), "the model counts anew");
    assert_eq!((bank.glue.all_runs()[0].attempt(), bank.clock.now()), (2, GRACE));
}

#[test]
fn a_claim_of_a_dead_holder_is_taken_over_after_the_grace_time() {
    let bank = Bank::new();
    bank.claimed(1, None);
    assert_eq!(bank.start("b").unwrap(), new("jr_1"));
    assert_eq!((bank.clock.now(), bank.claim(1).holder.as_str()), (GRACE, "b"));
}

#[test]
fn a_holder_that_died_after_its_start_has_started() {
    let bank = Bank::new();
    bank.claimed(1, None);
    bank.glue.start(&request(), 1).unwrap();
    assert_eq!(bank.start("b").unwrap(), attached("jr_1"));
    // Listed only after the claim was taken over.
    let bank = Bank::new();
    bank.claimed(1, None);
    bank.glue.start(&request(), 1).unwrap();
    bank.glue.hide_runs(true);
    let glue = bank.glue.clone();
    bank.clock.at(GRACE, move || glue.hide_runs(false));
    assert_eq!((bank.start("b").unwrap(), bank.runs()), (attached("jr_1"), 1));
}

#[test]
fn a_claim_that_changes_is_watched_anew() {
    let bank = Bank::new();
    bank.claimed(1, None);
    let glue = bank.glue.clone();
    bank.clock.at(Duration::from_secs(50), move || {
        let (_, version) = glue.get(&request().key.claim_key(1)).unwrap().unwrap();
        glue.put(&request().key.claim_key(1), &claim("other", 1, None), Some(&version)).unwrap();
    });
    assert_eq!(bank.start("b").unwrap(), new("jr_1"));
    assert_eq!(bank.clock.now(), Duration::from_secs(50) + GRACE);
}

#[test]
fn a_refused_start_is_released_and_told() {
    for refused in [GlueJobErrorKind::ConcurrentRuns, GlueJobErrorKind::ResourceLimit, GlueJobErrorKind::Unavailable] {
        let bank = Bank::new();
        bank.glue.fail(Call::Start, Failing::Before(refused));
        let error = bank.start("a").unwrap_err();
        assert_eq!((error.kind(), error.is_retryable(), bank.runs()), (refused, true, 0));
        assert!(bank.claim(1).released);
        // Whoever comes next need not wait, be it the same process.
        assert_eq!(bank.start(if refused == GlueJobErrorKind::Unavailable { "a" } else { "b" }).unwrap(), new("jr_1"));
        assert_eq!(bank.clock.now(), Duration::ZERO);
    }
    let bank = Bank::new();
    bank.glue.fail(Call::Start, Failing::Before(GlueJobErrorKind::Denied));
    assert!(!bank.start("a").unwrap_err().is_retryable());
}

#[test]
fn a_start_without_an_answer_is_looked_for() {
    let bank = Bank::new();
    bank.glue.fail(Call::Start, Failing::After(GlueJobErrorKind::UnknownOutcome));
    assert_eq!((bank.start("a").unwrap(), bank.runs()), (attached("jr_1"), 1));

    let bank = Bank::new();
    bank.glue.fail(Call::Start, Failing::After(GlueJobErrorKind::UnknownOutcome));
    bank.glue.hide_runs(true);
    let glue = bank.glue.clone();
    bank.clock.at(Duration::from_secs(30), move || glue.hide_runs(false));
    assert_eq!((bank.start("a").unwrap(), bank.runs()), (attached("jr_1"), 1));
}

#[test]
fn a_start_that_nobody_finds_stays_claimed_for_the_grace_time() {
    let bank = Bank::new();
    bank.glue.fail(Call::Start, Failing::Before(GlueJobErrorKind::UnknownOutcome));
    let error = bank.start("a").unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (GlueJobErrorKind::UnknownOutcome, true));
    assert_eq!(bank.claim(1), claim("a", 1, None));
    assert_eq!((bank.start("b").unwrap(), bank.runs()), (new("jr_1"), 1));
    assert!(bank.clock.now() >= GRACE * 2);
}

#[test]
fn a_claims_write_without_an_answer_is_read() {
    // It was written.
    let bank = Bank::new();
    bank.glue.fail(Call::Put, Failing::After(GlueJobErrorKind::UnknownOutcome));
    assert_eq!(bank.start("a").unwrap(), new("jr_1"));
    // An SDK's own retry meets what it has written itself.
    let bank = Bank::new();
    bank.glue.fail(Call::Put, Failing::After(GlueJobErrorKind::Conflict));
    assert_eq!(bank.start("a").unwrap(), new("jr_1"));
    // It was not.
    let bank = Bank::new();
    bank.glue.fail(Call::Put, Failing::Before(GlueJobErrorKind::UnknownOutcome));
    assert_eq!((kind(bank.start("a")), bank.runs()), (GlueJobErrorKind::UnknownOutcome, 0));
    // It cannot be.
    let bank = Bank::new();
    bank.glue.fail(Call::Put, Failing::Before(GlueJobErrorKind::Denied));
    assert_eq!((kind(bank.start("a")), bank.runs()), (GlueJobErrorKind::Denied, 0));
}

#[test]
fn a_run_whose_id_cannot_be_written_down_is_found_by_its_arguments() {
    let bank = Bank::new();
    bank.claimed(1, None);
    let (glue, version) = (bank.glue.clone(), bank.glue.get(&request().key.claim_key(1)).unwrap().unwrap().1);
    let released = StartClaim { released: true, ..claim("dead", 1, None) };
    glue.put(&request().key.claim_key(1), &released, Some(&version)).unwrap();
    // The first write meets the claim; the second takes it over; the third says the id.
    bank.glue.fail(Call::Put, Failing::Before(GlueJobErrorKind::Conflict));
    assert_eq!(bank.start("a").unwrap(), new("jr_1"));

    let bank = Bank::new();
    bank.glue.fail(Call::Start, Failing::After(GlueJobErrorKind::UnknownOutcome));
    assert_eq!(bank.start("a").unwrap(), attached("jr_1"));
    assert_eq!(bank.claim(1).run_id, None);
    assert_eq!(bank.start("b").unwrap(), attached("jr_1"));
}

/// A clock on which whoever claims an attempt falls asleep: each look at it is half the grace time later.
#[derive(Debug)]
struct Sleepy(std::sync::Mutex<Duration>);

impl Clock for Sleepy {
    fn now(&self) -> Duration {
        let mut now = self.0.lock().unwrap();
        *now += GRACE / 2;
        *now
    }

    fn sleep(&self, _time: Duration) {}
}

#[test]
fn who_slept_after_its_claim_reads_it_again() {
    let bank = Bank::new();
    let sleepy = Sleepy(std::sync::Mutex::default());
    let sleeper = Starter { clock: &sleepy, ..bank.starter("sleeper") };
    assert_eq!(sleeper.start(&request(), false, &|| false).unwrap(), new("jr_1"), "it is its own still");
    // While it slept, another has taken the claim over and started.
    let bank = Bank::new();
    let stolen = Stolen(bank.glue.clone());
    let sleeper = Starter { clock: &sleepy, claims: &stolen, ..bank.starter("sleeper") };
    assert_eq!(sleeper.start(&request(), false, &|| false).unwrap(), attached("jr_1"));
    assert_eq!((bank.runs(), bank.claim(1).holder.as_str()), (1, "thief"));
}

/// Claims that another takes over as soon as they are read by their holder.
#[derive(Debug)]
struct Stolen(MemoryGlue);

impl StartClaims for Stolen {
    fn get(&self, key: &str) -> Result<Option<(StartClaim, Version)>, GlueJobError> {
        let (_, version) = self.0.get(key)?.unwrap();
        if self.0.all_runs().is_empty() {
            let id = self.0.start(&request(), 1)?;
            self.0.put(key, &claim("thief", 1, Some(&id)), Some(&version))?;
        }
        self.0.get(key)
    }

    fn put(&self, key: &str, claim: &StartClaim, over: Option<&Version>) -> Result<Version, GlueJobError> {
        self.0.put(key, claim, over)
    }
}

#[test]
fn who_is_told_to_stop_waits_no_longer() {
    let bank = Bank::new();
    bank.claimed(1, None);
    let clock = Arc::clone(&bank.clock);
    let is_stopped = move || clock.now() >= Duration::from_secs(10);
    let error = bank.starter("b").start(&request(), false, &is_stopped).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable(), bank.runs()), (GlueJobErrorKind::Stopped, true, 0));
}

#[test]
fn ten_at_once_start_one_run() {
    for round in 0..50 {
        let bank = Bank::new();
        let ids: Vec<String> = std::thread::scope(|scope| {
            let start = |n: usize| {
                let glue = bank.glue.clone();
                // A clock of its own: `FakeClock` is one thread's.
                scope.spawn(move || {
                    let (clock, interval) = (FakeClock::default(), Duration::from_millis(1));
                    let (jobs, claims, holder) = (&glue, &glue, format!("racer {n}"));
                    let starter =
                        Starter { jobs, claims, clock: &clock, holder, grace: Duration::from_secs(3600), interval };
                    starter.start(&request(), n.is_multiple_of(2), &|| false).unwrap().run_id().to_owned()
                })
            };
            let racers: Vec<_> = (0..10).map(start).collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).collect()
        });
        assert_eq!((bank.runs(), ids.iter().all(|id| id == "jr_1")), (1, true), "round {round}");
    }
}
