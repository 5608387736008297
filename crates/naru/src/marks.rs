//! The store of marks that the project has set, and marking what has run.

use std::sync::OnceLock;

use chrono::Utc;
use naru_core::Interval;
use naru_core::marks::{Mark, MarkError, MarkErrorKind, MarkStore, MarkStoreKind};
use naru_local::DirectoryMarks;

use crate::error::{CommandError, Exit};
use crate::origin;
use crate::workspace::Workspace;

/// A store of marks that is opened when it is first needed, once for all runs of a command.
#[derive(Default)]
pub(crate) struct SharedMarks(OnceLock<Result<Box<dyn MarkStore>, CommandError>>);

impl SharedMarks {
    /// Marks an interval of a job as done, where the project has a store.
    pub(crate) fn mark(&self, workspace: &Workspace, job: &str, interval: &Interval) -> Result<(), CommandError> {
        if workspace.project.marks.is_none() {
            return Ok(());
        }
        let store = self.0.get_or_init(|| open(workspace)).as_ref().map_err(Clone::clone)?;
        store.put(&Mark::of(job, interval, Utc::now(), origin::actor()), interval)?;
        Ok(())
    }
}

/// Opens the project's store of marks in the workspace's phase.
///
/// # Errors
/// No `[marks]`; a store that cannot be opened.
pub(crate) fn open(workspace: &Workspace) -> Result<Box<dyn MarkStore>, CommandError> {
    let Some(settings) = &workspace.project.marks else {
        return Err(CommandError::failed("the project has no marks")
            .hint("write [marks] with store and location into naru.toml; docs/marks.md says how"));
    };
    let location = settings.location_of(&workspace.project, workspace.phase);
    match settings.store {
        MarkStoreKind::Directory => Ok(Box::new(DirectoryMarks::new(workspace.root.join(location)))),
        MarkStoreKind::S3 => on_s3(workspace, &location),
        MarkStoreKind::Postgres => in_postgres(&location),
    }
}

#[cfg(feature = "aws")]
fn on_s3(workspace: &Workspace, location: &str) -> Result<Box<dyn MarkStore>, CommandError> {
    let lake = workspace.aws_lake()?;
    Ok(Box::new(naru_aws::S3Marks::new(lake.keys().clone(), location)?))
}

#[cfg(not(feature = "aws"))]
fn on_s3(_: &Workspace, _: &str) -> Result<Box<dyn MarkStore>, CommandError> {
    Err(not_built("AWS", "aws"))
}

/// The password comes from `NARU_MARKS_PASSWORD`, and from nowhere that others see.
#[cfg(feature = "postgres")]
fn in_postgres(location: &str) -> Result<Box<dyn MarkStore>, CommandError> {
    let password = std::env::var("NARU_MARKS_PASSWORD").ok();
    Ok(Box::new(naru_postgres::PostgresMarks::connect(location, password.as_deref())?))
}

#[cfg(not(feature = "postgres"))]
fn in_postgres(_: &str) -> Result<Box<dyn MarkStore>, CommandError> {
    Err(not_built("PostgreSQL", "postgres"))
}

#[cfg(not(all(feature = "aws", feature = "postgres")))]
fn not_built(what: &str, feature: &str) -> CommandError {
    CommandError::failed(format!("the project's marks are on {what}, and this program was built without it"))
        .hint(format!("build it with the feature {feature}, which is on by default"))
}

impl From<MarkError> for CommandError {
    fn from(error: MarkError) -> Self {
        let failed = Self::failed(error.to_string());
        match error.kind() {
            MarkErrorKind::Unavailable => failed
                .with_exit(Exit::TryAgainLater)
                .hint("the store of marks is busy or out of reach; run the same command again"),
            MarkErrorKind::Refused => failed.hint("see [marks] in naru.toml, and docs/marks.md"),
        }
    }
}
