//! What became of a quarantined row, by the target's run record.

use serde::{Deserialize, Serialize};

/// What a target's run record says of the rows that the run refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectsRecord {
    /// [`super::decode_digest`] of the run; none: it refused no row.
    pub decode_digest: Option<String>,
    /// Replays whose rows have joined the run's, oldest first.
    pub replays: Vec<String>,
}

/// What the target records of an interval's run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedRejects {
    /// The rows that it refused.
    pub rejects: RejectsRecord,
    /// Whether no later interval has replaced the whole table since.
    pub is_in_force: bool,
}

/// What became of a quarantined row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// The run that refused it is not what the target holds: it failed, or something else was loaded since.
    Open,
    /// The target holds the run's other rows; this one was left out under the limit.
    Accepted,
    /// A replay has loaded it.
    Replayed,
    /// A later interval has replaced the whole table since, so that nothing of this one's rows is left in it.
    Superseded,
}

impl RowState {
    /// The state of a row of the execution `decode_digest` that fits the replays `fits`; `recorded` is what the target
    /// says of the interval's run.
    pub fn of(recorded: Option<&RecordedRejects>, decode_digest: &str, fits: &[String]) -> Self {
        let Some(run) = recorded.filter(|run| run.rejects.decode_digest.as_deref() == Some(decode_digest)) else {
            return Self::Open;
        };
        match (run.is_in_force, fits.iter().any(|replay| run.rejects.replays.contains(replay))) {
            (false, _) => Self::Superseded,
            (true, true) => Self::Replayed,
            (true, false) => Self::Accepted,
        }
    }

    /// The word, as in `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Replayed => "replayed",
            Self::Superseded => "superseded",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_record_decides() {
        let rejects = RejectsRecord { decode_digest: Some("a".into()), replays: vec!["r1".into()] };
        let record = RecordedRejects { rejects, is_in_force: true };
        let fits = |replays: &[&str]| replays.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(RowState::of(None, "a", &[]), RowState::Open);
        assert_eq!(RowState::of(Some(&RecordedRejects::default()), "a", &[]), RowState::Open);
        assert_eq!(RowState::of(Some(&record), "b", &fits(&["r1"])), RowState::Open);
        assert_eq!(RowState::of(Some(&record), "a", &[]), RowState::Accepted);
        // A replay that was announced and never committed.
        assert_eq!(RowState::of(Some(&record), "a", &fits(&["r0"])), RowState::Accepted);
        assert_eq!(RowState::of(Some(&record), "a", &fits(&["r0", "r1"])), RowState::Replayed);
        let replaced = RecordedRejects { is_in_force: false, ..record };
        assert_eq!(RowState::of(Some(&replaced), "a", &fits(&["r1"])), RowState::Superseded);
        assert_eq!(RowState::of(Some(&replaced), "b", &[]), RowState::Open);
    }
}
