//! What a workgroup's configuration is.

use aws_sdk_athena::error::ProvideErrorMetadata;
use aws_sdk_athena::types::{WorkGroup, WorkGroupState};
use naru_core::check::live::FoundWorkgroup;

use crate::failure::Failure;
use crate::session::AwsSession;

/// The workgroup of a name; none if there is none.
pub(crate) async fn workgroup(session: &AwsSession, name: &str) -> Result<Option<FoundWorkgroup>, Failure> {
    let request = session.athena().get_work_group().work_group(name);
    let asked = session.run(async move {
        match request.send().await {
            // What Athena says of a name that it does not know. Names that it would refuse are none of naru's.
            Err(error) if error.code() == Some("InvalidRequestException") => Ok(None),
            result => Ok(result?.work_group),
        }
    });
    Ok(asked.await?.as_ref().map(found))
}

fn found(workgroup: &WorkGroup) -> FoundWorkgroup {
    let configuration = workgroup.configuration();
    let results = configuration.and_then(|configuration| configuration.result_configuration());
    let encryption = results.and_then(|results| results.encryption_configuration());
    let managed = configuration.and_then(|configuration| configuration.managed_query_results_configuration());
    let engine = configuration.and_then(|configuration| configuration.engine_version());
    let version = engine.and_then(|engine| engine.effective_engine_version().or(engine.selected_engine_version()));
    FoundWorkgroup {
        is_enabled: workgroup.state() == Some(&WorkGroupState::Enabled),
        enforces_configuration: configuration.and_then(|c| c.enforce_work_group_configuration()) == Some(true),
        manages_results: managed.is_some_and(|managed| managed.enabled()),
        output_location: results.and_then(|results| results.output_location()).map(Into::into),
        encryption: encryption.map(|encryption| encryption.encryption_option().as_str().into()),
        kms_key: encryption.and_then(|encryption| encryption.kms_key()).map(Into::into),
        scan_limit_bytes: configuration.and_then(|configuration| configuration.bytes_scanned_cutoff_per_query()),
        engine_version: version.map(Into::into),
    }
}
