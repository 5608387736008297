//! S3 as storage, landing and listing.

mod files;
mod landing;
mod location;
mod objects;
mod range_reader;
mod storage;
mod upload;
mod writer;

pub use files::S3Files;
pub use landing::S3Landing;
pub(crate) use landing::lake_error;
pub use storage::{S3Storage, S3StorageFactory, s3_file_io};
