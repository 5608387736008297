//! What is known of a column, for all its chunks: encoders that work side by side learn it from each other, at once.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::compressor::MatchSearch;

/// What chunks of a column have shown. Nothing that is written depends on it but its size.
#[derive(Debug, Default)]
pub(crate) struct ColumnHabits {
    is_without_dictionary: AtomicBool,
    /// 0: not known; else one more than the place in [`SEARCHES`].
    search: AtomicU8,
}

const SEARCHES: [MatchSearch; 3] = [MatchSearch::Full, MatchSearch::Sparse, MatchSearch::None];

impl ColumnHabits {
    /// Whether its values do not repeat: a dictionary would be filled in vain.
    pub(super) fn is_without_dictionary(&self) -> bool {
        self.is_without_dictionary.load(Ordering::Relaxed)
    }

    pub(super) fn learn_no_dictionary(&self) {
        self.is_without_dictionary.store(true, Ordering::Relaxed);
    }

    /// How zstd is to search for matches; none: not known yet.
    pub(super) fn search(&self) -> Option<MatchSearch> {
        let known = usize::from(self.search.load(Ordering::Relaxed));
        known.checked_sub(1).and_then(|place| SEARCHES.get(place).copied())
    }

    pub(super) fn learn_search(&self, search: Option<MatchSearch>) {
        if let Some(place) = search.and_then(|search| SEARCHES.iter().position(|known| *known == search)) {
            self.search.store(place as u8 + 1, Ordering::Relaxed);
        }
    }
}
