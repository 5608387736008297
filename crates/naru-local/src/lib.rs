//! The embedded lake's adapters: directories as storage and landing, SQLite as the catalog, Spark on this machine.
//!
//! Knows nothing of AWS. A `file://` location holds a path as it is, see [`location`].

mod durable;
pub mod embedded;
pub mod files;
pub mod landing;
pub mod location;
pub mod marks;
pub mod spark;
pub mod sqlite;
pub mod storage;

pub use embedded::EmbeddedLake;
pub use files::DirectoryFiles;
pub use landing::DirectoryLanding;
pub use location::{location_to_path, path_to_location};
pub use marks::DirectoryMarks;
pub use spark::LocalSpark;
pub use sqlite::SqlitePointer;
pub use storage::{DirectoryStorage, DirectoryStorageFactory, directory_file_io};
