//! What was called.

use serde::{Deserialize, Serialize};

/// A call of a storage or a catalog, by what a fault at it can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Call {
    /// The storage reads: a file, a part of it, its size, whether it exists.
    Read,
    /// The storage starts a file that is written in parts.
    Open,
    /// The storage writes a part of an open file, or a whole file.
    Write,
    /// The storage gives an open file its name.
    Close,
    /// The storage deletes.
    Delete,
    /// The catalog is asked: for a table's metadata location, for names.
    Ask,
    /// The catalog adds a database.
    AddDatabase,
    /// The catalog adds a table.
    AddTable,
    /// The catalog swaps a table's metadata location.
    Swap,
}

impl Call {
    /// Whether it is a call of the catalog.
    pub fn is_catalog(self) -> bool {
        matches!(self, Self::Ask | Self::AddDatabase | Self::AddTable | Self::Swap)
    }

    /// Whether it may change the storage or the catalog so that a full disk is in its way.
    pub fn needs_space(self) -> bool {
        !matches!(self, Self::Read | Self::Delete | Self::Ask)
    }
}
