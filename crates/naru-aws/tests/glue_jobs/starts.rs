//! Starts that go wrong on their way to Glue.

use std::time::Duration;

use naru_aws::{AwsGlueJobs, SystemClock};
use naru_core::glue_job::{GlueJobErrorKind, GlueRunState, RunMeaning, Started, StopWish, watch};

use super::Site;
use crate::faulty::{Fate, Faulty};
use crate::moto::session;

const START: &str = "AWSGlue.StartJobRun";
/// Long, as a minute is: nothing in these tests waits for it.
const LONG: Duration = Duration::from_secs(120);
const SHORT: Duration = Duration::from_millis(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_started_watched_and_taken_over() {
    let site = Site::new().await;
    let Started::New(id) = site.start(&session(), LONG).unwrap() else { panic!("a new run") };
    assert_eq!(site.start(&session(), LONG).unwrap(), Started::Attached(id.clone()));
    let mut states = Vec::new();
    let mut tell = |run: &naru_core::glue_job::GlueRun| {
        states.push(run.state.as_str().to_owned());
        super::end(&run.id, &GlueRunState::Succeeded, None);
    };
    let (jobs, clock) = (AwsGlueJobs::new(session()), SystemClock::default());
    let run = watch((&jobs, &clock), &site.request.job, &id, &mut tell, &|| None).unwrap();
    assert_eq!((RunMeaning::of(&run), states.last().map(String::as_str)), (RunMeaning::Done, Some("SUCCEEDED")));
    assert!(matches!(site.start(&session(), LONG).unwrap(), Started::TakenOver(run) if run.id == id));
    assert_eq!(site.runs().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_stopped_when_asked_to() {
    let site = Site::new().await;
    let id = site.start(&session(), LONG).unwrap().run_id().to_owned();
    let (jobs, clock) = (AwsGlueJobs::new(session()), SystemClock::default());
    let stop = || Some(StopWish::StopRun);
    let run = watch((&jobs, &clock), &site.request.job, &id, &mut |_| {}, &stop).unwrap();
    assert_eq!(run.state, GlueRunState::Stopped);
    // A stopped run is tried again.
    assert!(matches!(site.start(&session(), LONG).unwrap(), Started::New(_)));
    assert_eq!(site.runs().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_answer_is_lost_is_found_and_not_sent_again() {
    let site = Site::new().await;
    let faulty = Faulty::start(START, Fate::LostAfterwards);
    let Started::Attached(id) = site.start(&faulty.session(), LONG).unwrap() else { panic!("found") };
    assert_eq!((site.runs().len(), site.runs()[0].id == id, faulty.seen()), (1, true, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_never_arrived_is_made_by_who_comes_next() {
    let site = Site::new().await;
    let faulty = Faulty::start(START, Fate::LostBefore);
    let error = site.start(&faulty.session(), SHORT).unwrap_err();
    assert_eq!((error.kind(), faulty.seen(), site.runs().len()), (GlueJobErrorKind::UnknownOutcome, 1, 0));
    assert!(matches!(site.start(&session(), SHORT).unwrap(), Started::New(_)));
    assert_eq!(site.runs().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_end_in_try_again_and_refusals_do_not() {
    for (status, code, kind, is_retryable) in [
        (400, "ConcurrentRunsExceededException", GlueJobErrorKind::ConcurrentRuns, true),
        (400, "ResourceNumberLimitExceededException", GlueJobErrorKind::ResourceLimit, true),
        (400, "ThrottlingException", GlueJobErrorKind::Unavailable, true),
        (400, "AccessDeniedException", GlueJobErrorKind::Denied, false),
        (400, "InvalidInputException", GlueJobErrorKind::Other, false),
        (400, "EntityNotFoundException", GlueJobErrorKind::NotFound, false),
    ] {
        let site = Site::new().await;
        let faulty = Faulty::start(START, Fate::Refused(status, code));
        let error = site.start(&faulty.session(), LONG).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable(), faulty.seen()), (kind, is_retryable, 1), "{code}");
        // The claim was released: nobody waits.
        assert!(matches!(site.start(&session(), LONG).unwrap(), Started::New(_)), "{code}");
        assert_eq!(site.runs().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_answer_is_lost_is_the_holders_own() {
    let site = Site::new().await;
    // Every write into the bucket is done and its answer lost, also those that the SDK sends again.
    let faulty = Faulty::start("x-amz-server-side-encryption-bucket-key-enabled", Fate::LostAfterwards);
    assert!(matches!(site.start(&faulty.session(), LONG).unwrap(), Started::New(_)));
    assert_eq!(site.runs().len(), 1);
    assert!(faulty.seen() > 1);
}
