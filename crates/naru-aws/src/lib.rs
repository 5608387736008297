//! The AWS lake's adapters: S3 as storage and landing, the Glue Data Catalog as the catalog, KMS keys of buckets, queries
//! by Athena, and a check of a phase's buckets, keys and workgroups.
//!
//! ```text
//! AwsSession ─┬─▶ S3Storage    iceberg's Storage: data, manifests, metadata              ─┐
//!  (runtime,  ├─▶ S3Landing    LandingStore: what sources drop                           │
//!   clients,  ├─▶ S3Files      FileLister, for maintenance                               ├─▶ AwsLake
//!   account)  ├─▶ BucketKeys   before the first write: is the bucket encrypted by its key? │
//!             ├─▶ GluePointer  CatalogPointer: compare-and-swap by VersionId             ─┘
//!             ├─▶ Athena       a query in a workgroup, its rows by page
//!             ├─▶ live_faults  are the phase's buckets, keys and workgroups as they must be?
//!             ├─▶ AwsGlueJobs  GlueJobs: jobs, and runs that are started once
//!             ├─▶ RunFiles     StartClaims: who starts what; load plans
//!             ├─▶ S3Marks      MarkStore: which intervals are done
//!             ├─▶ SyncedBucket what `naru sync` puts, by its digest
//!             └─▶ SmallObjects what it has put, to be read
//! ```
//!
//! The SDK needs tokio, and naru's ports are polled by whatever executor a caller has, or read by threads that have none.
//! So the session holds the one runtime, two threads: every request is a task of it.

pub mod athena;
pub mod bucket_keys;
mod clock;
mod failure;
pub mod glue;
pub mod lake;
mod live;
mod runtime;
pub mod s3;
pub mod session;

pub use athena::{Athena, FinishedQuery, QueryRows, RunningQuery};
pub use bucket_keys::{BucketKeys, KeyFault};
pub use clock::SystemClock;
pub use glue::{AwsGlueJobs, GluePointer};
pub use lake::AwsLake;
pub use live::live_faults;
pub use s3::{
    RunFiles, S3Files, S3Landing, S3Marks, S3StorageFactory, SmallObject, SmallObjects, SyncedBucket, s3_file_io,
};
pub use session::{AwsAccount, AwsSession};
