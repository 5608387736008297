//! What a run has to do, decided from what landed and what the table already records.

use sha2::{Digest, Sha256};

use crate::Mode;
use crate::control::Control;
use crate::plan::{EmptyPolicy, LoadPlan, ReplaceScope, SourceFile};
use crate::treatment::AppliedTreatments;

/// What the table records of an earlier execution of the same run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Digest of the sources that it loaded; see [`sources_digest`].
    pub sources_digest: String,
    /// How many files it loaded.
    pub source_count: usize,
    /// How it treated the table's columns.
    pub treatments: AppliedTreatments,
    /// Whether a run of an earlier interval has come since that may have brought back keys that it deleted; see
    /// [`crate::merge::deletions`].
    pub is_undone: bool,
}

/// Whether a run that loaded the same sources before is done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// A run's.
    #[default]
    IfChanged,
    /// Of a replay that runs the interval again: as a run's, but its table is committed before its quarantine, since a replay
    /// that finds no rows there does nothing.
    Replay,
    /// Of a replay of what is loaded.
    Reload,
}

impl Again {
    /// Its word in arguments; none for a run's.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::IfChanged => None,
            Self::Replay => Some("replay"),
            Self::Reload => Some("reload"),
        }
    }

    /// What a word says.
    pub fn of_word(word: Option<&str>) -> Option<Self> {
        [Self::IfChanged, Self::Replay, Self::Reload].into_iter().find(|again| again.word() == word)
    }
}

/// What a run has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Load the sources; `reload` when the run was loaded before from other sources, or treated otherwise, or was undone.
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
    /// Control files have not landed yet; try again later. Nothing takes their place.
    ControlMissing {
        /// Where they are expected, in the order of the sources.
        locations: Vec<String>,
    },
    /// A later interval is loaded, and this mode cannot go back.
    OlderThanLoaded {
        /// Start of the newest loaded interval, in microseconds from the epoch.
        newest_micros: i64,
    },
}

/// Decides what a run has to do.
///
/// `treatments` is how the run will treat its columns; without a key's id, any key counts as the recorded one.
/// `newest_micros` is the newest `load_interval` in the table. `force` reloads what is loaded, takes fewer files for
/// fact, and lets a `replace` go back. A reload is decided as if nothing were recorded: the same sources are then no reason to
/// do nothing.
pub fn decide(
    plan: &LoadPlan,
    treatments: &AppliedTreatments,
    recorded: Option<&Recorded>,
    newest_micros: Option<i64>,
    force: bool,
    again: Again,
) -> Decision {
    let is_recorded = recorded.is_some();
    let recorded = recorded.filter(|_| again != Again::Reload);
    let found = plan.sources.len();
    let count = recorded.map_or(0, |r| r.source_count);
    let is_same = |recorded: &Recorded| {
        (!recorded.is_undone || goes_forward_only(plan))
            && recorded.sources_digest == sources_digest(&plan.sources)
            && treatments.conflict_with(&recorded.treatments, |_| true).is_none()
    };
    if !force && recorded.is_some_and(is_same) {
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
    let locations = missing_controls(plan.control.as_ref(), &plan.sources);
    if !locations.is_empty() {
        return Decision::ControlMissing { locations };
    }
    match newest_micros {
        Some(newest_micros)
            if !force && goes_forward_only(plan) && newest_micros > plan.interval.start.timestamp_micros() =>
        {
            Decision::OlderThanLoaded { newest_micros }
        }
        _ => Decision::Load { reload: is_recorded },
    }
}

/// Whether an older interval than the newest loaded one would bring back old rows: nothing else tells which row is newer.
pub fn goes_forward_only(plan: &LoadPlan) -> bool {
    match plan.mode {
        // Of single partitions the commit knows better: only those that hold newer rows stay.
        Mode::Replace => plan.replace == ReplaceScope::Table,
        Mode::Merge => plan.merge.order_by.is_none(),
        Mode::Scd2 => plan.merge.valid_from.is_none(),
        _ => false,
    }
}

/// Where control files are expected that have not landed, in the order of the sources.
fn missing_controls(control: Option<&Control>, sources: &[SourceFile]) -> Vec<String> {
    let Some(Control::File(file)) = control else { return Vec::new() };
    let without = sources.iter().filter(|source| source.control.is_none());
    without.map(|source| file.location(&source.location)).collect()
}

/// Digest of what landed: locations, sizes and ETags of files and their control files, in the order of the locations.
/// Hexadecimal SHA-256.
pub fn sources_digest(sources: &[SourceFile]) -> String {
    let data = sources.iter().map(|s| (&s.location, s.size_bytes, &s.etag));
    let controls = sources.iter().filter_map(|s| s.control.as_ref()).map(|c| (&c.location, c.size_bytes, &c.etag));
    let mut sorted: Vec<_> = data.chain(controls).collect();
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

/// Hexadecimal SHA-256 of a text.
pub(crate) fn digest_text(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::control::{ControlFile, TrailerRecord};
    use crate::plan::{LandedControl, SourceCompression};

    fn source(name: &str, control: Option<&str>) -> SourceFile {
        let control = control.map(|etag| LandedControl {
            location: format!("file:///{name}.ctl"),
            size_bytes: 7,
            etag: etag.into(),
        });
        SourceFile {
            location: format!("file:///{name}"),
            size_bytes: 3,
            etag: "1".into(),
            modified: DateTime::UNIX_EPOCH,
            compression: SourceCompression::None,
            control,
        }
    }

    #[test]
    fn a_control_file_is_part_of_what_landed() {
        let digest = |control| sources_digest(&[source("a.csv", control)]);
        assert_ne!(digest(None), digest(Some("1")));
        assert_ne!(digest(Some("2")), digest(Some("1")));
        assert_eq!(digest(Some("1")), digest(Some("1")));
    }

    #[test]
    fn control_files_are_missed_where_totals_stand_in_them() {
        let sources = [source("a.csv", Some("1")), source("b.csv", None), source("c.csv", None)];
        let file = Control::File(ControlFile { name: "{file}.ctl".into(), fields: None });
        assert_eq!(missing_controls(Some(&file), &sources), ["file:///b.csv.ctl", "file:///c.csv.ctl"]);
        let trailer = Control::Trailer(TrailerRecord { mark: "T".into(), fields: Vec::new() });
        for control in [Some(&trailer), None] {
            assert_eq!(missing_controls(control, &sources), [""; 0]);
        }
    }
}
