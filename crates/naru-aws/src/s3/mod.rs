//! S3 as storage, landing and listing, and for the files of Glue runs.

mod files;
mod landing;
mod location;
mod marks;
mod objects;
mod range_reader;
mod run_files;
mod small_objects;
mod storage;
mod synced;
mod upload;
mod writer;

pub use files::S3Files;
pub use landing::S3Landing;
pub(crate) use landing::lake_error;
pub use marks::S3Marks;
pub use run_files::RunFiles;
pub use small_objects::{SmallObject, SmallObjects};
pub use storage::{S3Storage, S3StorageFactory, s3_file_io};
pub use synced::SyncedBucket;
