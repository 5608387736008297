//! Which of the table's files a replacement of partitions replaces, also where the table was partitioned otherwise before.

use std::collections::HashSet;

use iceberg::spec::{DataContentType, ManifestEntry, PartitionSpecRef, Struct};

use super::partition_values::widest;
use super::repartitioned::share_of_partition;
use crate::commit::CommitRequest;
use crate::error::{LakeError, LakeErrorKind};
use crate::history::Share;
use crate::manifests::LoadedManifest;
use crate::run_record::Change;
use crate::table::LakeTable;

/// The partitions that a request replaces; none for other changes.
pub(crate) struct Touched {
    table: String,
    spec: PartitionSpecRef,
    partitions: HashSet<Struct>,
}

impl Touched {
    pub(crate) fn by(table: &LakeTable, request: &CommitRequest) -> Self {
        let spec = table.metadata().default_partition_spec().clone();
        let partitions = match request.change {
            Change::ReplacePartitions => request.added.iter().map(|file| widest(file.file.partition())).collect(),
            _ => HashSet::new(),
        };
        Self { table: table.full_name(), spec, partitions }
    }

    /// Whether all rows of a file are in these partitions, or none.
    ///
    /// # Errors
    /// `Refused` for a file of an earlier partition spec that may hold rows both inside and outside.
    pub(crate) fn holds(&self, loaded: &LoadedManifest, entry: &ManifestEntry) -> Result<bool, LakeError> {
        if self.partitions.is_empty() {
            return Ok(false);
        }
        let file = entry.data_file();
        if loaded.spec_id() == self.spec.spec_id() {
            return Ok(self.partitions.contains(&widest(file.partition())));
        }
        if entry.content_type() != DataContentType::Data {
            // Deletes of rows that are gone do no harm; those of rows that stay are needed.
            return Ok(false);
        }
        let shares: Vec<Share> = self.partitions.iter().map(|p| share_of_partition(file, &self.spec, p)).collect();
        if shares.iter().all(|share| *share == Share::None) {
            return Ok(false);
        }
        if shares.contains(&Share::All) {
            return Ok(true);
        }
        let message = "a data file from before the table was partitioned anew may hold rows of the partitions to be replaced beside others; load the whole table once with `@replace,table`, or have another engine rewrite its data files";
        Err(LakeError::new(LakeErrorKind::Refused, message).with("table", &self.table).with("file", entry.file_path()))
    }
}
