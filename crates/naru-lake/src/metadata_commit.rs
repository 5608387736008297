//! Commits that change a table's metadata and none of its rows.

use iceberg::spec::{TableMetadata, TableMetadataBuilder};

use crate::attempt::{metadata_deletes_expired, next_metadata_file};
use crate::backoff;
use crate::error::{LakeError, LakeErrorKind};
use crate::lake::Lake;
use crate::ports::PointerErrorKind;
use crate::table::LakeTable;

/// How often a change is tried when others commit at the same time.
const ATTEMPTS: u32 = 10;

impl Lake {
    /// Changes a table's metadata as `change` says of its newest state; none: there is nothing to change.
    ///
    /// # Errors
    /// `Conflict` if others commit all the time; `NotFound`, `InvalidInput`, the catalog's and storage's.
    pub(crate) async fn commit_metadata(
        &self,
        database: &str,
        name: &str,
        change: impl Fn(&LakeTable) -> Result<Option<TableMetadataBuilder>, LakeError>,
    ) -> Result<LakeTable, LakeError> {
        for round in 0..ATTEMPTS {
            backoff::before_round(round).await;
            let table = self.expect_table(database, name).await?;
            let Some(builder) = change(&table)? else { return Ok(table) };
            if let Some(changed) = self.try_metadata(&table, builder).await? {
                return Ok(changed);
            }
        }
        let message = "other commits to the table came first, every time; run the command again";
        Err(LakeError::new(LakeErrorKind::Conflict, message).with("table", format!("{database}.{name}")))
    }

    /// One try; none if another process was faster.
    async fn try_metadata(
        &self,
        table: &LakeTable,
        builder: TableMetadataBuilder,
    ) -> Result<Option<LakeTable>, LakeError> {
        let invalid = |e| LakeError::invalid("change the table's metadata", e).with("table", table.full_name());
        let built = builder.build().map_err(invalid)?;
        let file = next_metadata_file(table, &built.metadata);
        let location = file.to_string();
        if let Err(error) = built.metadata.write_to(self.file_io(), &file).await {
            self.delete(std::slice::from_ref(&location)).await;
            return Err(LakeError::storage("write a table's metadata", &location, error));
        }
        let (database, name) = (table.database(), table.name());
        let error = match self.pointer().swap(database, name, table.metadata_location(), &location).await {
            Ok(()) => {
                if metadata_deletes_expired(&built.metadata) {
                    let expired = built.expired_metadata_logs.into_iter().map(|entry| entry.metadata_file);
                    self.delete(&expired.collect::<Vec<_>>()).await;
                }
                return Ok(Some(LakeTable::new(database, name, location, built.metadata, self.file_io().clone())));
            }
            Err(error) => error,
        };
        // Whatever the answer was: what the table is now decides.
        let now = self.expect_table(database, name).await?;
        if has_landed(now.metadata(), now.metadata_location(), &location) {
            return Ok(Some(now));
        }
        let is_definite = !matches!(error.kind(), PointerErrorKind::UnknownOutcome | PointerErrorKind::Other);
        // What the swap expected is gone for good, or the swap certainly did not take place.
        if is_definite || now.metadata_location() != table.metadata_location() {
            self.delete(std::slice::from_ref(&location)).await;
        }
        match error.kind() {
            PointerErrorKind::Conflict | PointerErrorKind::UnknownOutcome => Ok(None),
            _ => Err(error.into()),
        }
    }
}

fn has_landed(now: &TableMetadata, current: &str, location: &str) -> bool {
    current == location || now.metadata_log().iter().any(|entry| entry.metadata_file == location)
}
