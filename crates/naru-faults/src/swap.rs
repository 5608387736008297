//! A change of a table's metadata location.

use naru_lake::{CatalogPointer, PointerError};

/// A swap that a process asked for and that may still take place after its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    pub(crate) database: String,
    pub(crate) table: String,
    pub(crate) expected: String,
    pub(crate) new: String,
}

impl Swap {
    /// Asks a catalog for it.
    ///
    /// # Errors
    /// The catalog's, among them that the table has changed since.
    pub async fn arrive(&self, catalog: &dyn CatalogPointer) -> Result<(), PointerError> {
        catalog.swap(&self.database, &self.table, &self.expected, &self.new).await
    }
}
