//! Being told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{LakeError, LakeErrorKind};
use crate::lake::Lake;

/// A flag that asks what is under way to end at the next point where nothing is half done. Never taken back.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A request that is made by setting the flag, as a signal's handler can.
    pub fn when(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Whether to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Lake {
    /// The same lake, whose commits end between two tries when they are told to stop. A swap under way is not given up:
    /// what became of it is found out first.
    #[must_use]
    pub fn stopping_at(&self, stop: Stop) -> Self {
        let mut stopping = self.clone();
        stopping.stop = stop;
        stopping
    }

    /// Refuses to begin what nobody waits for any longer.
    ///
    /// # Errors
    /// `Stopped`.
    pub(crate) fn require_not_stopped(&self) -> Result<(), LakeError> {
        if self.stop.is_requested() {
            return Err(LakeError::new(LakeErrorKind::Stopped, "the commit was told to stop before it took place"));
        }
        Ok(())
    }
}
