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
        let project = project.clone();
        let alias_of = move |bucket: &str| PhysicalNames::key_alias(&project, phase, bucket);
        Ok(shared.insert(AwsLake::new(session, alias_of)).clone())
    }
}
