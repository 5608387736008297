//! The session with AWS, begun when a command first needs the lake there.

use std::sync::Mutex;

use naru_aws::{AwsAccount, AwsLake, AwsSession};
use naru_core::physical::PhysicalNames;
use naru_core::{Phase, Project};
use naru_lake::LakeError;

/// One lake for a command, however many of its jobs run side by side: one runtime, one pool of connections.
#[derive(Debug, Default)]
pub(crate) struct SharedAwsLake(Mutex<Option<AwsLake>>);

impl SharedAwsLake {
    /// One that is there already.
    pub(crate) fn of(lake: AwsLake) -> Self {
        Self(Mutex::new(Some(lake)))
    }

    /// The lake of an account; the first call makes it.
    ///
    /// # Errors
    /// No region, neither here nor in the environment.
    pub(crate) fn open(
        &self,
        project: &Project,
        phase: Phase,
        account: &str,
        region: Option<&str>,
    ) -> Result<AwsLake, LakeError> {
        let mut shared = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(lake) = &*shared {
            return Ok(lake.clone());
        }
        let session = AwsSession::connect(AwsAccount::new(account)?, region)?;
        Ok(shared.insert(lake_of(session, project, phase)).clone())
    }
}

/// A project's lake by a session.
pub(crate) fn lake_of(session: AwsSession, project: &Project, phase: Phase) -> AwsLake {
    let project = project.clone();
    AwsLake::new(session, move |bucket: &str| PhysicalNames::key_alias(&project, phase, bucket))
}
