//! What a run of a Glue job is asked to do, and by which arguments it is known again.

use std::collections::BTreeMap;

use crate::plan::RunIdentity;
use crate::run::{Again, plan_digest};
use crate::{LoadPlan, PhysicalNames, Project};

/// The argument that holds [`RunKey::run`].
pub const RUN_ARGUMENT: &str = "--naru-run";
/// The argument that holds [`RunKey::plan_digest`].
pub const DIGEST_ARGUMENT: &str = "--naru-plan-digest";
/// The argument that holds the attempt, from 1.
pub const ATTEMPT_ARGUMENT: &str = "--naru-attempt";
/// The argument that says where the load plan is.
pub const PLAN_ARGUMENT: &str = "--plan";
/// The argument of a run that loads again what is loaded; left out of others.
pub const FORCE_ARGUMENT: &str = "--force";
/// The argument of a run that a replay has asked for: [`Again::word`]; left out of others.
pub const AGAIN_ARGUMENT: &str = "--again";
/// The argument that says the id of the treatment key that the run must have; left out where no column needs one.
pub const TREATMENT_KEY_ID_ARGUMENT: &str = "--treatment-key-id";

/// What makes two runs of a Glue job the same work.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunKey {
    /// The run's identity: `corebank/deposit/account/2026-11-22`.
    pub run: String,
    /// Digest of the load plan, hexadecimal; of a replay's with [`Again::word`] behind it: it does other work.
    pub plan_digest: String,
}

/// A run that is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartRequest {
    /// The job's name in Glue.
    pub job: String,
    /// What the run is.
    pub key: RunKey,
    /// `s3://` location of the load plan.
    pub plan_location: String,
    /// What a worker is, as `G.1X`.
    pub worker_type: String,
    /// Workers, by the bytes that the plan loads.
    pub workers: u32,
    /// When the run is stopped, in minutes.
    pub timeout_minutes: u32,
    /// Load again what is loaded, as `naru run --force` does.
    pub force: bool,
    /// Why what is loaded is done again.
    pub again: Again,
    /// Id of the treatment key that the run must have; none: it needs none.
    pub treatment_key_id: Option<String>,
}

impl RunKey {
    /// The key of a plan. Why the plan's engine was chosen is no part of it: that depends on the machine that asks.
    pub fn of(plan: &LoadPlan, again: Again) -> Self {
        let RunIdentity { source, database, table, interval } = &plan.run;
        let digest = plan_digest(&LoadPlan { reason: String::new(), ..plan.clone() });
        Self {
            run: format!("{source}/{database}/{table}/{interval}"),
            plan_digest: again.word().map_or(digest.clone(), |word| format!("{digest}-{word}")),
        }
    }

    /// Where all that belongs to this key is in the code bucket.
    fn prefix(&self) -> String {
        format!("runs/{}/{}/", self.run, self.plan_digest)
    }

    /// Key of the load plan in the code bucket.
    pub fn plan_key(&self) -> String {
        format!("{}plan.json", self.prefix())
    }

    /// Key of the claim of an attempt in the code bucket.
    pub fn claim_key(&self, attempt: u32) -> String {
        format!("{}attempt-{attempt}.json", self.prefix())
    }
}

impl StartRequest {
    /// The run that executes a plan.
    pub fn of(project: &Project, names: &PhysicalNames, plan: &LoadPlan, force: bool, again: Again) -> Self {
        let key = RunKey::of(plan, again);
        Self {
            job: names.glue_job.as_str().into(),
            plan_location: format!("s3://{}/{}", names.code.name, key.plan_key()),
            key,
            worker_type: project.glue.worker_type.as_str().into(),
            workers: project.route.spark_workers(plan.mode, &plan.sources),
            timeout_minutes: project.glue.timeout_minutes,
            force,
            again,
            treatment_key_id: None,
        }
    }

    /// The arguments of the run: what its program needs, and what it is known by.
    pub fn arguments(&self, attempt: u32) -> BTreeMap<String, String> {
        let force = self.force.then(|| (FORCE_ARGUMENT.to_owned(), "true".to_owned()));
        let again = self.again.word().map(|word| (AGAIN_ARGUMENT.to_owned(), word.to_owned()));
        let always = [
            (PLAN_ARGUMENT.to_owned(), self.plan_location.clone()),
            (RUN_ARGUMENT.to_owned(), self.key.run.clone()),
            (DIGEST_ARGUMENT.to_owned(), self.key.plan_digest.clone()),
            (ATTEMPT_ARGUMENT.to_owned(), attempt.to_string()),
        ];
        let key_id = self.treatment_key_id.clone().map(|id| (TREATMENT_KEY_ID_ARGUMENT.to_owned(), id));
        always.into_iter().chain(force).chain(again).chain(key_id).collect()
    }
}
