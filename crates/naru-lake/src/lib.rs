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
mod delete_files;
pub mod error;
mod evolve;
mod history;
mod interval_files;
pub mod lake;
pub mod landing;
pub mod maintain;
mod manifests;
mod metadata_commit;
pub mod nan_counts;
mod parquet_io;
pub mod ports;
mod position_deletes;
mod promote;
pub mod reader;
mod removal;
mod rewrite;
mod row_counts;
mod row_delta;
pub mod scan;
pub mod schema;
mod spec;
mod state;
mod stop;
mod summary;
pub mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod validate;
pub mod writer;

pub use naru_core::run_record;

pub use commit::{CommitOutcome, CommitRequest, Committed};
pub use data_file::{DataFile, WrittenFile};
pub use error::{LakeError, LakeErrorKind, is_transient};
pub use evolve::Evolution;
pub use lake::{Lake, TableName};
pub use landing::{LandedFile, LandingStore};
pub use maintain::{FileLister, Keep, Maintained, StoredFile};
pub use nan_counts::NanCounts;
pub use ports::{CatalogPointer, ListedTable, PointerError, PointerErrorKind};
pub use position_deletes::DeletedRows;
pub use reader::{DataReader, ReadBatch};
pub use row_counts::RowCounts;
pub use row_delta::{Over, RowDelta};
pub use run_record::{Change, RunRecord, SourceRecord};
pub use scan::{AsOf, ScanFile, TableScan};
pub use state::{LiveFile, TableState};
pub use stop::Stop;
pub use table::{LakeTable, SnapshotInfo};
