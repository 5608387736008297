//! The contracts of the ports.

use super::{simple_job, simple_request};
use crate::glue_job::{
    GlueJobError, GlueJobErrorKind, GlueJobSpec, GlueJobs, GlueRunState, StartClaim, StartClaims, StartRequest, Version,
};

/// Where the contracts are run: Glue and claims, and how runs end there.
pub trait GlueSite {
    /// Glue.
    fn jobs(&self) -> &dyn GlueJobs;

    /// Claims.
    fn claims(&self) -> &dyn StartClaims;

    /// Ends a run.
    fn end(&self, run_id: &str, state: &GlueRunState, reason: Option<&str>);

    /// A name that no job has.
    fn new_name(&self) -> String;
}

/// Runs the contract of [`GlueJobs`].
pub fn jobs_contract(site: &dyn GlueSite) {
    jobs_are_made_and_changed(site);
    runs_are_started_and_found(site);
    there_is_room_for_as_many_as_the_job_says(site);
    runs_end(site);
    runs_stop(site);
    runs_of_an_identity_are_all_found(site);
}

fn jobs_are_made_and_changed(site: &dyn GlueSite) {
    let (jobs, name) = (site.jobs(), site.new_name());
    let mut spec = simple_job(&name);
    assert_eq!(jobs.find(&name).unwrap(), None);
    expect(jobs.update(&spec), GlueJobErrorKind::NotFound);
    jobs.create(&spec).unwrap();
    assert_eq!(jobs.find(&name).unwrap().as_ref(), Some(&spec));
    let other = GlueJobSpec { role: "other".into(), ..simple_job(&name) };
    expect(jobs.create(&other), GlueJobErrorKind::AlreadyExists);
    (spec.role, spec.workers, spec.timeout_minutes) = ("other".into(), 5, 7);
    (spec.max_concurrent_runs, spec.worker_type) = (4, "G.2X".into());
    spec.default_arguments = [("--a".to_owned(), "b".to_owned())].into();
    spec.tags.insert("level".into(), "p3".into());
    jobs.update(&spec).unwrap();
    assert_eq!(jobs.find(&name).unwrap().as_ref(), Some(&spec));
    // Others' tags stay.
    let mut fewer = spec.clone();
    fewer.tags.remove("source");
    jobs.update(&fewer).unwrap();
    assert_eq!(jobs.find(&name).unwrap(), Some(spec));
}

fn job(site: &dyn GlueSite, runs_at_once: u32) -> StartRequest {
    let name = site.new_name();
    let mut spec = simple_job(&name);
    spec.max_concurrent_runs = runs_at_once;
    site.jobs().create(&spec).unwrap();
    simple_request(&name, "d1")
}

fn runs_are_started_and_found(site: &dyn GlueSite) {
    let jobs = site.jobs();
    let none = simple_request(&site.new_name(), "d1");
    expect(jobs.start(&none, 1), GlueJobErrorKind::NotFound);
    assert_eq!(jobs.runs_of(&none.job, &none.key.run).unwrap(), []);
    assert_eq!(jobs.run(&none.job, "jr_none").unwrap(), None);
    let request = job(site, 1);
    assert_eq!(jobs.runs_of(&request.job, &request.key.run).unwrap(), []);
    assert_eq!(jobs.run(&request.job, "jr_none").unwrap(), None);
    let id = jobs.start(&request, 3).unwrap();
    let run = jobs.run(&request.job, &id).unwrap().unwrap();
    assert!(run.state.is_live());
    assert_eq!((run.key().as_ref(), run.attempt()), (Some(&request.key), 3));
    assert_eq!((run.worker_type.as_str(), run.workers, run.timeout_minutes), ("G.1X", 3, 60));
    assert_eq!(run.arguments["--plan"], request.plan_location);
    assert_eq!(run.arguments["--datalake-formats"], "iceberg", "the job's arguments are the run's");
    let found = jobs.runs_of(&request.job, &request.key.run).unwrap();
    assert_eq!(found.iter().map(|run| &run.id).collect::<Vec<_>>(), [&id]);
    assert_eq!(jobs.runs_of(&request.job, "corebank/deposit/account/2026-11-23").unwrap(), []);
}

fn there_is_room_for_as_many_as_the_job_says(site: &dyn GlueSite) {
    let (jobs, request) = (site.jobs(), job(site, 2));
    let first = jobs.start(&request, 1).unwrap();
    let second = jobs.start(&request, 1).unwrap();
    assert_ne!(first, second, "asked twice, it starts twice");
    expect(jobs.start(&request, 1), GlueJobErrorKind::ConcurrentRuns);
    site.end(&first, &GlueRunState::Succeeded, None);
    jobs.start(&request, 2).unwrap();
}

fn runs_end(site: &dyn GlueSite) {
    let jobs = site.jobs();
    for (state, reason) in [
        (GlueRunState::Succeeded, None),
        (GlueRunState::Failed, Some("AnalysisException: no such column")),
        (GlueRunState::Timeout, None),
        (GlueRunState::Stopped, None),
    ] {
        let request = job(site, 1);
        let id = jobs.start(&request, 1).unwrap();
        site.end(&id, &state, reason);
        let run = jobs.run(&request.job, &id).unwrap().unwrap();
        assert_eq!((&run.state, run.reason.as_deref()), (&state, reason));
        assert!(!run.state.is_live());
        assert_eq!(jobs.runs_of(&request.job, &request.key.run).unwrap()[0].state, state);
        jobs.stop(&request.job, &id).expect("to stop what has ended does nothing");
        assert_eq!(jobs.run(&request.job, &id).unwrap().unwrap().state, state);
    }
}

fn runs_stop(site: &dyn GlueSite) {
    let (jobs, request) = (site.jobs(), job(site, 1));
    expect(jobs.stop(&request.job, "jr_none"), GlueJobErrorKind::NotFound);
    let id = jobs.start(&request, 1).unwrap();
    jobs.stop(&request.job, &id).unwrap();
    let states: Vec<_> = (0..20).map(|_| jobs.run(&request.job, &id).unwrap().unwrap().state).collect();
    assert_eq!((&states[0], &states[19]), (&GlueRunState::Stopping, &GlueRunState::Stopped));
}

/// More than a page of them.
fn runs_of_an_identity_are_all_found(site: &dyn GlueSite) {
    let (jobs, request) = (site.jobs(), job(site, 300));
    let mut started: Vec<String> = (1..=250).map(|attempt| jobs.start(&request, attempt).unwrap()).collect();
    let found = jobs.runs_of(&request.job, &request.key.run).unwrap();
    let mut found: Vec<String> = found.into_iter().map(|run| run.id).collect();
    started.sort();
    found.sort();
    assert_eq!(found, started);
}

/// Runs the contract of [`StartClaims`].
pub fn claims_contract(site: &dyn GlueSite) {
    let claims = site.claims();
    let key = format!("runs/{}/2026-11-22 둘째/d1/attempt-1.json", site.new_name());
    assert_eq!(claims.get(&key).unwrap(), None);
    let mine = claim("mine");
    let first = claims.put(&key, &mine, None).unwrap();
    assert_eq!(claims.get(&key).unwrap(), Some((mine.clone(), first.clone())));
    expect(claims.put(&key, &claim("another's"), None), GlueJobErrorKind::Conflict);
    assert_eq!(claims.get(&key).unwrap(), Some((mine.clone(), first.clone())), "nothing was written");
    let started = StartClaim { run_id: Some("jr_1".into()), ..mine };
    let second = claims.put(&key, &started, Some(&first)).unwrap();
    assert_ne!(second, first);
    expect(claims.put(&key, &claim("late"), Some(&first)), GlueJobErrorKind::Conflict);
    assert_eq!(claims.get(&key).unwrap(), Some((started, second)));
    let elsewhere = format!("{key}.none");
    expect(claims.put(&elsewhere, &claim("mine"), Some(&first)), GlueJobErrorKind::Conflict);
    assert_eq!(claims.get(&elsewhere).unwrap(), None);
    one_of_many_wins(site, &key, None);
    let (_, seen) = claims.get(&format!("{key}.race")).unwrap().unwrap();
    one_of_many_wins(site, &key, Some(&seen));
}

fn one_of_many_wins(site: &dyn GlueSite, key: &str, over: Option<&Version>) {
    let (key, claims) = (format!("{key}.race"), site.claims());
    let won: Vec<bool> = std::thread::scope(|scope| {
        let (key, racer) = (&key, |n: usize| claim(&format!("racer {n} over {over:?}")));
        let racers: Vec<_> = (0..8).map(|n| scope.spawn(move || claims.put(key, &racer(n), over).is_ok())).collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{won:?}");
    let winner = won.iter().position(|won| *won).unwrap();
    assert!(claims.get(&key).unwrap().unwrap().0.holder.starts_with(&format!("racer {winner} ")));
}

fn claim(holder: &str) -> StartClaim {
    StartClaim {
        holder: holder.into(),
        job: "acme-dev-account".into(),
        run: "corebank/deposit/account/2026-11-22".into(),
        plan_digest: "d1".into(),
        attempt: 1,
        run_id: None,
        released: false,
    }
}

fn expect<T: std::fmt::Debug>(result: Result<T, GlueJobError>, kind: GlueJobErrorKind) {
    assert_eq!(result.unwrap_err().kind(), kind);
}
