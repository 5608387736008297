//! Maintenance: old snapshots expire, and files that nothing refers to are deleted.
//!
//! ```text
//! newest state ─▶ expire (a commit of metadata) ─▶ references of all that is left ─┐
//! listing of the table's directory ───────────────────────────────────────────────┴▶ delete what is old and in neither
//! ```
//!
//! Safe beside running writers: the files of a commit that is under way are younger than the grace period.

mod expire;
mod references;

use std::fmt;
use std::time::SystemTime;

use async_trait::async_trait;

use self::references::References;
use crate::error::{LakeError, LakeErrorKind};
use crate::lake::{Lake, TableName};
use crate::ports::ListedTable;
use crate::table::LakeTable;

/// Lists what stands below a prefix of the storage. Iceberg's `Storage` cannot.
#[async_trait]
pub trait FileLister: fmt::Debug + Send + Sync {
    /// All files at any depth, those of unfinished writes included; empty if there is no such prefix.
    async fn list(&self, prefix: &str) -> Result<Vec<StoredFile>, LakeError>;
}

/// A file of the storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// URI.
    pub location: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When it was last written.
    pub modified: SystemTime,
}

/// What maintenance keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Snapshots made at this time or later, in milliseconds since 1970-01-01 UTC.
    pub snapshots_since_ms: i64,
    /// So many of the newest snapshots of the current history, however old; at least 1.
    pub snapshots: usize,
    /// Files written at this time or later, whether or not something refers to them.
    pub files_since: SystemTime,
}

/// What maintenance did to a table, or would do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Snapshots that expired.
    pub expired_snapshots: usize,
    /// Files that were deleted.
    pub deleted_files: usize,
    /// Their size in bytes.
    pub deleted_bytes: u64,
}

impl Lake {
    /// Expires a table's old snapshots and deletes files in its directory that no snapshot refers to. With `dry_run` it
    /// changes nothing, and says what it would do.
    ///
    /// `neighbours` are the tables that could lie in the table's directory, itself among them or not: all that have their
    /// files where this one has ([`Self::tables`], or [`Self::tables_of`] the databases that share its buckets).
    ///
    /// Branches and tags keep their snapshots. A run whose snapshot has expired is no longer recorded: running it again
    /// loads it again, in place of the rows that it had loaded.
    ///
    /// # Errors
    /// `Refused` if another table lies in the table's directory; `InvalidMetadata` if the listing lacks a file that the
    /// table needs (nothing is deleted then); `Conflict`, the catalog's and storage's; the first file that cannot be deleted
    /// (the others are).
    pub async fn maintain(
        &self,
        lister: &dyn FileLister,
        name: &TableName,
        neighbours: &[ListedTable],
        keep: Keep,
        dry_run: bool,
    ) -> Result<Maintained, LakeError> {
        let TableName { database, table } = name;
        let before = self.expect_table(database, table).await?;
        refuse_nested(name, &before, neighbours)?;
        let expired = expire::expired(&before, keep)?;
        let table = if dry_run {
            before
        } else {
            self.commit_metadata(database, table, |table| expire::without(table, keep)).await?
        };
        let references = References::of(&table, if dry_run { &expired } else { &[] }).await?;
        let listed = lister.list(&format!("{}/", table.location())).await?;
        references.check_against(&table, &listed)?;
        let unused: Vec<StoredFile> = listed
            .into_iter()
            .filter(|file| file.modified < keep.files_since && !references.holds(&file.location))
            .collect();
        if !dry_run {
            self.delete_unused(&unused).await?;
        }
        Ok(Maintained {
            expired_snapshots: expired.len(),
            deleted_files: unused.len(),
            deleted_bytes: unused.iter().map(|file| file.size_bytes).sum(),
        })
    }

    /// Deletes all that it can; the first failure is the error, since what was not deleted must not be told as deleted.
    async fn delete_unused(&self, unused: &[StoredFile]) -> Result<(), LakeError> {
        let mut failed = None;
        for file in unused {
            if let Err(error) = self.file_io().delete(&file.location).await {
                failed.get_or_insert(LakeError::storage("delete a file", &file.location, error));
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// Files of a table in another's directory would look like files that nothing refers to.
fn refuse_nested(name: &TableName, table: &LakeTable, neighbours: &[ListedTable]) -> Result<(), LakeError> {
    let directory = format!("{}/", references::normal(table.location()));
    let is_inside = |other: &&ListedTable| {
        other.name != *name && references::normal(&other.metadata_location).starts_with(&directory)
    };
    let Some(other) = neighbours.iter().find(is_inside) else { return Ok(()) };
    let message = "another table lies in the table's directory, so that its files cannot be told apart";
    Err(LakeError::new(LakeErrorKind::Refused, message)
        .with("table", table.full_name())
        .with("other table", &other.name))
}
