//! What a run may say, by the pages on running jobs.

use naru_lake::LakeErrorKind;
use naru_load::{LoadError, MergeError, OutcomeKind};

use super::records::Record;
use super::table_model::Refusal;
use crate::task::{Done, Failed};

/// What a run says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    Loaded,
    Unchanged,
    NothingLanded,
    FewerSources,
    NoRows,
    /// The files' header is not the definition's.
    HeaderDiffers,
    Refused(Refusal),
}

impl Said {
    /// What a command said; none for what no run should ever say.
    pub(crate) fn of(outcome: &Result<Done, Failed>) -> Option<Self> {
        match outcome {
            Ok(Done::Ran(OutcomeKind::Unchanged)) => Some(Self::Unchanged),
            Ok(_) => Some(Self::Loaded),
            Err(Failed::Load(error)) => match error.as_ref() {
                LoadError::NothingLanded { .. } => Some(Self::NothingLanded),
                LoadError::FewerSources { .. } => Some(Self::FewerSources),
                LoadError::NoRows { .. } => Some(Self::NoRows),
                LoadError::Source { .. } => Some(Self::HeaderDiffers),
                LoadError::Merge(MergeError::DuplicateKeys { .. }) => Some(Self::Refused(Refusal::Duplicates)),
                LoadError::MayBeDeleted { .. } => Some(Self::Refused(Refusal::MayBeDeleted)),
                LoadError::OlderThanLoaded { .. } => Some(Self::Refused(Refusal::Older)),
                LoadError::Lake(error) if error.kind() == LakeErrorKind::Refused => Some(Self::Refused(Refusal::Older)),
                _ => None,
            },
            Err(Failed::Lake(_)) => None,
        }
    }
}

/// What a run finds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// The delivery; none: there never was one.
    pub(crate) landed: Option<Record>,
    /// Its rows.
    pub(crate) rows: usize,
    pub(crate) force: bool,
    /// What the mode says to the rows.
    pub(crate) refused: Option<Refusal>,
    /// Whether it may say that a later interval is loaded all the same.
    pub(crate) may_be_older: bool,
    /// Whether what the interval's run deleted may be back.
    pub(crate) is_undone: bool,
    /// Whether the definition is another one than when the files were delivered.
    pub(crate) header_differs: bool,
}

/// What a run may say that finds this, and this recorded. Of several reasons not to load, any is a right one.
pub(crate) fn expected(recorded: Option<Record>, found: &Found) -> Vec<Said> {
    let Found { landed, rows, force, refused, may_be_older, is_undone, header_differs } = *found;
    let files = landed.map_or(0, |landed| landed.files);
    if !force && recorded.is_some() && recorded == landed && !is_undone {
        return vec![Said::Unchanged];
    }
    if files == 0 && (!force || recorded.is_none()) {
        return vec![Said::NothingLanded];
    }
    if !force && recorded.is_some_and(|recorded| files < recorded.files) {
        return vec![Said::FewerSources];
    }
    let reasons = [
        refused.map(Said::Refused),
        (header_differs && files > 0).then_some(Said::HeaderDiffers),
        (rows == 0 && !force).then_some(Said::NoRows),
    ];
    let mut said: Vec<Said> = reasons.into_iter().flatten().collect();
    if said.is_empty() {
        said.push(Said::Loaded);
    }
    said.extend((may_be_older && !force).then_some(Said::Refused(Refusal::Older)));
    said
}
