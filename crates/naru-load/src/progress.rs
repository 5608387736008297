//! How a load tells what it has done so far.

/// Receives a load's progress; called from several threads, often, so it must be cheap.
pub trait Progress: Send + Sync {
    /// So many more bytes were read from the sources, as landed.
    fn read(&self, bytes: u64);
    /// So many more rows were decoded.
    fn decoded(&self, rows: u64);
    /// Whether the load is to end at the next point where nothing is half done. Once yes, always yes.
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn read(&self, _bytes: u64) {}
    fn decoded(&self, _rows: u64) {}
}
