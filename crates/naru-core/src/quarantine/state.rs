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
}

impl RowState {
    /// The state of a row of the execution `decode_digest` that fits the replays `fits`; `record` is what the target
    /// says of the interval's run.
    pub fn of(record: Option<&RejectsRecord>, decode_digest: &str, fits: &[String]) -> Self {
        match record {
            Some(record) if record.decode_digest.as_deref() == Some(decode_digest) => {
                if fits.iter().any(|replay| record.replays.contains(replay)) { Self::Replayed } else { Self::Accepted }
            }
            _ => Self::Open,
        }
    }

    /// The word, as in `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Replayed => "replayed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_record_decides() {
        let record = RejectsRecord { decode_digest: Some("a".into()), replays: vec!["r1".into()] };
        let fits = |replays: &[&str]| replays.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(RowState::of(None, "a", &[]), RowState::Open);
        assert_eq!(RowState::of(Some(&RejectsRecord::default()), "a", &[]), RowState::Open);
        assert_eq!(RowState::of(Some(&record), "b", &fits(&["r1"])), RowState::Open);
        assert_eq!(RowState::of(Some(&record), "a", &[]), RowState::Accepted);
        // A replay that was announced and never committed.
        assert_eq!(RowState::of(Some(&record), "a", &fits(&["r0"])), RowState::Accepted);
        assert_eq!(RowState::of(Some(&record), "a", &fits(&["r0", "r1"])), RowState::Replayed);
    }
}
