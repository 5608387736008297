//! Iceberg tables: create, commit a snapshot, scan, maintain.
//!
//! ```text
//! TableSpec ─▶ schema, partition spec, sort order ─▶ Lake::create_table
//! Parquet footers ─▶ DataFile ─▶ Lake::commit ─▶ one snapshot ─▶ LakeTable: history, runs, scan
//! ```
//!
//! Knows iceberg, Arrow and Parquet's metadata; knows nothing of AWS, SQLite, Polars or the CLI. The catalog comes in by
//! [`ports::CatalogPointer`], storage by iceberg's own `Storage`.

mod attempt;
mod backoff;
mod bounds;
pub mod commit;
pub mod data_file;
pub mod error;
mod evolve;
mod history;
pub mod lake;
pub mod landing;
pub mod maintain;
mod manifests;
mod metadata_commit;
pub mod nan_counts;
pub mod ports;
mod removal;
mod rewrite;
pub mod run_record;
pub mod scan;
pub mod schema;
mod spec;
mod summary;
pub mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod validate;
pub mod writer;

pub use commit::{CommitOutcome, CommitRequest, Committed};
pub use data_file::{DataFile, WrittenFile};
pub use error::{LakeError, LakeErrorKind};
pub use evolve::Evolution;
pub use lake::{Lake, TableName};
pub use landing::{LandedFile, LandingStore};
pub use maintain::{FileLister, Keep, Maintained, StoredFile};
pub use nan_counts::NanCounts;
pub use ports::{CatalogPointer, PointerError, PointerErrorKind};
pub use run_record::{Change, RunRecord, SourceRecord};
pub use scan::{AsOf, ScanFile, TableScan};
pub use table::{LakeTable, SnapshotInfo};
