//! What a run has to do, decided from what landed and what the table already records.

use sha2::{Digest, Sha256};

use crate::Mode;
use crate::plan::{EmptyPolicy, LoadPlan, ReplaceScope, SourceFile};

/// What the table records of an earlier execution of the same run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Digest of the sources that it loaded; see [`sources_digest`].
    pub sources_digest: String,
    /// How many files it loaded.
    pub source_count: usize,
}

/// What a run has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Load the sources; `reload` when the run was loaded before from other sources.
    Load {
        /// Rows of an earlier execution are replaced.
        reload: bool,
    },
    /// The same sources are loaded already: nothing to do.
    Unchanged,
    /// Nothing has landed; try again later.
    NothingLanded {
        /// How many files the earlier execution loaded; 0 for none.
        recorded: usize,
    },
    /// Fewer files than the earlier execution loaded; try again later.
    FewerSources {
        /// How many it loaded.
        recorded: usize,
    },
    /// A later interval is loaded, and this mode cannot go back.
    OlderThanLoaded {
        /// Start of the newest loaded interval, in microseconds from the epoch.
        newest_micros: i64,
    },
}

/// Decides what a run has to do.
///
/// `newest_micros` is the newest `load_interval` in the table. `force` reloads what is loaded, takes fewer files for
/// fact, and lets a `replace` go back.
pub fn decide(plan: &LoadPlan, recorded: Option<&Recorded>, newest_micros: Option<i64>, force: bool) -> Decision {
    let found = plan.sources.len();
    let count = recorded.map_or(0, |r| r.source_count);
    if !force && recorded.is_some_and(|recorded| recorded.sources_digest == sources_digest(&plan.sources)) {
        return Decision::Unchanged;
    }
    if plan.empty == EmptyPolicy::Refuse {
        // What was never there cannot be taken for emptied.
        if found == 0 && (!force || recorded.is_none()) {
            return Decision::NothingLanded { recorded: count };
        }
        if found < count && !force {
            return Decision::FewerSources { recorded: count };
        }
    }
    if found == 0 && plan.mode == Mode::Replace && (!force || recorded.is_none()) {
        // Allowed to be empty, an interval without a single file still replaces nothing by nothing.
        return Decision::Unchanged;
    }
    match newest_micros {
        Some(newest_micros)
            // Of single partitions the commit knows better: only those that hold newer rows stay.
            if !force
                && plan.mode == Mode::Replace
                && plan.replace == ReplaceScope::Table
                && newest_micros > plan.interval.start.timestamp_micros() =>
        {
            Decision::OlderThanLoaded { newest_micros }
        }
        _ => Decision::Load { reload: recorded.is_some() },
    }
}

/// Digest of what landed: locations, sizes and ETags, in the order of the locations. Hexadecimal SHA-256.
pub fn sources_digest(sources: &[SourceFile]) -> String {
    let mut sorted: Vec<_> = sources.iter().map(|s| (&s.location, s.size_bytes, &s.etag)).collect();
    sorted.sort();
    let mut digest = Sha256::new();
    for (location, size, etag) in sorted {
        digest.update(format!("{location}\n{size}\n{etag}\n"));
    }
    hex(&digest.finalize())
}

/// Digest of a whole plan: equal plans do the same work. Hexadecimal SHA-256 of its JSON.
pub fn plan_digest(plan: &LoadPlan) -> String {
    let json = serde_json::to_vec(plan).unwrap_or_default();
    hex(&Sha256::digest(&json))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
