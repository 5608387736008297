//! The contracts of the ports, and what is Glue's own.

use aws_sdk_glue::types::{ConnectionsList, JobUpdate, NotificationProperty};
use naru_aws::{AwsGlueJobs, RunFiles};
use naru_core::glue_job::testing::{GlueSite, claims_contract, jobs_contract, simple_job};
use naru_core::glue_job::{GlueJobErrorKind, GlueJobs, GlueRunState, RunKey, StartClaims, differences, ensure_by_sync};

use super::Site;
use crate::moto::{ACCOUNT, Bucket, REGION, glue, keys, s3, session, session_of};

struct Moto {
    jobs: AwsGlueJobs,
    claims: RunFiles,
}

impl Moto {
    async fn new() -> Self {
        let claims = RunFiles::new(keys(&session()), Bucket::new().await.name);
        Self { jobs: AwsGlueJobs::new(session()), claims }
    }
}

impl GlueSite for Moto {
    fn jobs(&self) -> &dyn GlueJobs {
        &self.jobs
    }

    fn claims(&self) -> &dyn StartClaims {
        &self.claims
    }

    fn end(&self, run_id: &str, state: &GlueRunState, reason: Option<&str>) {
        super::end(run_id, state, reason);
    }

    fn new_name(&self) -> String {
        format!("acme-dev-{}", uuid::Uuid::new_v4().simple())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn glue_holds_the_contract_of_jobs() {
    jobs_contract(&Moto::new().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_holds_the_contract_of_claims() {
    claims_contract(&Moto::new().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_keeps_what_is_not_ours() {
    let (site, jobs) = (Moto::new().await, AwsGlueJobs::new(session()));
    let wanted = simple_job(&site.new_name());
    jobs.create(&wanted).unwrap();
    let others = JobUpdate::builder()
        .role("other")
        .command(aws_sdk_glue::types::JobCommand::builder().name("glueetl").script_location("s3://b/k").build())
        .connections(ConnectionsList::builder().connections("bank-vpc").build())
        .notification_property(NotificationProperty::builder().notify_delay_after(5).build())
        .default_arguments("--others", "secret")
        .non_overridable_arguments("--plan", "s3://elsewhere/plan.json")
        .build();
    glue(REGION).update_job().job_name(&wanted.name).job_update(others).send().await.unwrap();
    let arn = format!("arn:aws:glue:{REGION}:{ACCOUNT}:job/{}", wanted.name);
    glue(REGION).tag_resource().resource_arn(&arn).tags_to_add("team", "loans").send().await.unwrap();

    let changed = ensure_by_sync(&jobs, &wanted).unwrap();
    assert!(changed.iter().any(|change| change.to_string() == "argument --plan is removed"), "{changed:?}");
    let found = jobs.find(&wanted.name).unwrap().unwrap();
    assert_eq!(differences(Some(&found), &wanted), []);
    assert_eq!(found.tags["team"], "loans");
    let job = glue(REGION).get_job().job_name(&wanted.name).send().await.unwrap().job.unwrap();
    assert_eq!(job.connections.unwrap().connections(), ["bank-vpc"]);
    assert_eq!(job.notification_property.unwrap().notify_delay_after(), Some(5));
    assert_eq!(ensure_by_sync(&jobs, &wanted).unwrap(), [], "and nothing more to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_how_it_ended_and_what_it_used() {
    let (site, jobs) = (Site::new().await, AwsGlueJobs::new(session()));
    let id = jobs.start(&site.request, 1).unwrap();
    super::end(&id, &GlueRunState::Failed, Some("AnalysisException: no such column"));
    let run = jobs.run(&site.request.job, &id).unwrap().unwrap();
    assert_eq!(run.reason.as_deref(), Some("AnalysisException: no such column"));
    assert_eq!((run.execution_seconds, run.dpu_seconds), (90, Some(360.0)));
    assert!(run.started_seconds.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_runs_are_encrypted_by_the_key_of_their_bucket() {
    let bucket = Bucket::new().await;
    let files = RunFiles::new(keys(&session()), &bucket.name);
    let key = RunKey { run: "corebank/deposit/account/2026-11-22".into(), plan_digest: "d1".into() };
    for _ in 0..2 {
        files.write_plan(&key.plan_key(), "{}").unwrap();
    }
    let head = s3().head_object().bucket(&bucket.name).key(key.plan_key()).send().await.unwrap();
    assert!(head.ssekms_key_id().unwrap().ends_with(&bucket.key_id), "{head:?}");
    assert_eq!(head.bucket_key_enabled(), Some(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_claimed_in_a_bucket_with_a_fault_or_of_another() {
    let site = Site::new().await;
    let bare = Site { bucket: Bucket::bare().await.name, request: site.request.clone() };
    let grace = std::time::Duration::from_secs(1);
    let error = bare.start(&session(), grace).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (GlueJobErrorKind::Other, false));
    assert!(error.to_string().contains("has no default encryption; make SSE-KMS by alias/"), "{error}");
    let error = site.start(&session_of("999999999999", REGION), grace).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (GlueJobErrorKind::Denied, false));
    assert_eq!(site.runs(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_claim_is_told() {
    let site = Site::new().await;
    RunFiles::new(keys(&session()), &site.bucket).write_plan(&site.request.key.claim_key(1), "[]").unwrap();
    let error = site.start(&session(), std::time::Duration::from_secs(1)).unwrap_err();
    assert!(error.to_string().contains("attempt-1.json is no claim of a start"), "{error}");
}
