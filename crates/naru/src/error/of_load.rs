//! What a load's error is for the user.

use naru_load::{KeyError, LoadError};

use super::{CommandError, Exit, STOPPED_HINT, reject_line};

impl From<LoadError> for CommandError {
    fn from(error: LoadError) -> Self {
        let exit = if error.is_retryable() { Exit::TryAgainLater } else { Exit::Failed };
        let with_exit = Self { exit, ..Self::failed(error.to_string()) };
        match error {
            LoadError::Lake(error) => error.into(),
            LoadError::Quarantined { error, .. } => (*error).into(),
            LoadError::NothingLanded { landing, recorded, .. } => {
                let hint = if recorded == 0 {
                    "nothing was committed; drop the files there and run the same command again".to_owned()
                } else {
                    format!(
                        "the interval was loaded from {recorded} file(s) before and stays as it is; `--force` takes it for emptied"
                    )
                };
                with_exit.detail(landing).hint(hint)
            }
            LoadError::NoRows { .. } => with_exit
                .hint("nothing was committed; if that is a right delivery, write `@empty,allow` in the definition or use `--force`"),
            LoadError::FewerSources { landing, .. } => with_exit
                .detail(landing)
                .hint("nothing was committed; wait for the missing files, or take what is there with `--force`"),
            LoadError::ControlMissing { missing, .. } => with_exit.list(missing).hint(
                "nothing was committed; when the source has delivered them, run the same command again",
            ),
            LoadError::ControlUnreadable(faults) => Self { exit, ..Self::faults("what declares the control totals", &faults) }
                .hint("nothing was committed; mend the control totals, or what @control says of them"),
            LoadError::ControlMismatch { mismatches, rejects } => {
                let hint = match rejects.as_slice() {
                    [] => "nothing was committed; the file was cut off or is another than was declared: have it delivered again",
                    _ => "nothing was committed; mend the values that cannot be read, or leave their sum out of @control",
                };
                let told = mismatches.iter().map(|found| format!("{}: {}", found.location, found.mismatch)).collect();
                with_exit.list(told).list(rejects.iter().map(reject_line).collect()).hint(hint)
            }
            LoadError::OlderThanLoaded { .. } => {
                with_exit.hint(
                    "nothing tells which rows are newer, so that the job goes forward only: say it with `@order_by` (merge) or \
                     `@valid_from` (scd2), or go back on purpose with `--force`",
                )
            }
            LoadError::MayBeDeleted { later, .. } => with_exit.hint(format!(
                "nothing was committed; run every interval from this one to {later} in one command (`--interval-start`, \
                 `--interval-end`), which deletes again what was deleted; or load this one by itself with `--force`",
            )),
            LoadError::Merge(merge) => {
                let told = with_exit.list(merge.places());
                match merge.hint() {
                    Some(hint) => told.hint(hint),
                    None => told,
                }
            }
            LoadError::Spill(_) => with_exit.hint(
                "nothing was committed; make room there, name another directory with TMPDIR, or give the load more memory",
            ),
            LoadError::TreatmentKey { source, .. } => {
                let remedy = match source {
                    KeyError::Missing { remedy } => remedy,
                    KeyError::Ambiguous(one, other) => format!("unset {one} or {other}"),
                    KeyError::Unreadable { .. } => "mend the path, or let this user read the file".into(),
                    KeyError::Malformed { .. } => "`openssl rand -hex 32` makes one".into(),
                };
                with_exit.hint(format!("nothing was read; {remedy}; docs/treatments.md says more"))
            }
            LoadError::TreatedOtherwise { .. } => with_exit.hint(
                "nothing was read; give the definition or the key that those rows were loaded with, or load every interval \
                 again with `--force`",
            ),
            LoadError::ForSpark { reason } => with_exit
                .detail(reason)
                .hint("do it all the same with `--engine pl`, or write `pl` as the name's engine"),
            LoadError::TableDiffers { policy, differences, .. } => with_exit.refused(&differences).hint(format!(
                "nothing was committed; runs of this phase may change {}; docs/evolution.md says more",
                policy.title()
            )),
            LoadError::Rejected(report) => with_exit.rejects(&report),
            LoadError::Stopped => with_exit.hint(STOPPED_HINT),
            LoadError::SourceChanged { .. } => {
                with_exit.hint("nothing was committed; when the file is complete, run the same command again")
            }
            LoadError::SourceGone { .. } => {
                with_exit.causes(&error).hint("nothing was committed; when the file is there, run the same command again")
            }
            LoadError::Source { ref source, .. } => {
                let hint = source.hint();
                let with_exit = with_exit.causes(&error);
                match hint {
                    Some(hint) => with_exit.hint(hint),
                    None => with_exit.hint("nothing was committed"),
                }
            }
            other => with_exit.causes(&other),
        }
    }
}

impl CommandError {
    /// Places and reasons of bad values, never the values.
    fn rejects(self, report: &naru_load::RejectReport) -> Self {
        let mut told = self.list(report.values.iter().map(reject_line).collect());
        let hint = report.values.first().and_then(|v| v.reason.hint());
        let what = "nothing was committed; mend the source or the definition and run the same command again";
        told.hint = Some(match hint {
            Some(hint) => format!("{hint}; {what}"),
            None => what.into(),
        });
        told
    }
}
