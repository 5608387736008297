//! What a run may say, by the pages on running jobs.

use naru_lake::LakeErrorKind;
use naru_load::{LoadError, OutcomeKind};

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
                LoadError::OlderThanLoaded { .. } => Some(Self::Refused(Refusal::Older)),
                LoadError::Lake(error) if error.kind() == LakeErrorKind::Refused => Some(Self::Refused(Refusal::Older)),
                _ => None,
            },
            Err(Failed::Lake(_)) => None,
        }
    }
}

/// What a run says that finds this recorded, and this delivered. `refused` is what the mode says to the rows.
pub(crate) fn expected(
    recorded: Option<Record>,
    landed: Option<Record>,
    rows: usize,
    force: bool,
    refused: Option<Refusal>,
) -> Said {
    let files = landed.map_or(0, |landed| landed.files);
    if !force && recorded.is_some() && recorded == landed {
        return Said::Unchanged;
    }
    if files == 0 && (!force || recorded.is_none()) {
        return Said::NothingLanded;
    }
    if !force && recorded.is_some_and(|recorded| files < recorded.files) {
        return Said::FewerSources;
    }
    match refused {
        Some(refusal) => Said::Refused(refusal),
        None if rows == 0 && !force => Said::NoRows,
        None => Said::Loaded,
    }
}
