//! Where the rows of a replay come from.

use crate::Mode;
use crate::plan::{ReplaceScope, SourceFile};
use crate::quarantine::RecordedRejects;

/// What is known when an interval's rows are to be replayed.
#[derive(Debug, Clone, Copy)]
pub struct ReplaySituation<'a> {
    /// How the job's loads change its table.
    pub mode: Mode,
    /// What a `replace` replaces.
    pub replace: ReplaceScope,
    /// What has landed for the interval.
    pub landed: &'a [SourceFile],
    /// [`super::decode_digest`] of the interval's quarantined rows; none: there are none.
    pub quarantined: Option<&'a str>,
    /// What the target records of the interval's run, if there is one, with location and ETag of each file that it was
    /// loaded from.
    pub recorded: Option<(&'a RecordedRejects, &'a [(String, String)])>,
}

/// What a replay of an interval has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayDecision {
    /// The interval has no quarantined rows.
    Nothing,
    /// A later interval has replaced the whole table: rows of this one have no place in it.
    Superseded,
    /// Run the interval again: its run has failed, or its files have changed since, so that stored rows are not what
    /// the source says now.
    Run,
    /// Run the interval again from unchanged files: in this mode, single rows cannot join what a run has loaded; or the
    /// quarantine is not that of the run on record.
    Reload,
    /// Decode the stored rows again, and add those that fit to what the run has loaded.
    Stored,
}

/// Decides where the rows of a replay come from.
///
/// Stored rows join a run that is in force and has left them out. Files that have gone since are no change: landing may
/// be cleared at any time.
pub fn decide_replay(situation: ReplaySituation<'_>) -> ReplayDecision {
    let Some(quarantined) = situation.quarantined else { return ReplayDecision::Nothing };
    let Some((run, sources)) = situation.recorded else { return ReplayDecision::Run };
    let is_known = |file: &SourceFile| sources.iter().any(|(l, etag)| *l == file.location && *etag == file.etag);
    let are_known = situation.landed.iter().all(is_known);
    if run.rejects.decode_digest.as_deref() != Some(quarantined) {
        // An execution was cut off between the table's commit and the quarantine's: only the files tell what is missing.
        let is_cut_off = are_known && !situation.landed.is_empty() && run.is_in_force;
        return if is_cut_off { ReplayDecision::Reload } else { ReplayDecision::Run };
    }
    if !run.is_in_force {
        return ReplayDecision::Superseded;
    }
    if !are_known {
        return ReplayDecision::Run;
    }
    if joins_single_rows(situation.mode, situation.replace) { ReplayDecision::Stored } else { ReplayDecision::Reload }
}

/// Whether rows can be added to a run's others as if they had been loaded together. A replacement of partitions would have
/// replaced the rows' partitions, too; a merge would have compared them with the rows before it.
fn joins_single_rows(mode: Mode, replace: ReplaceScope) -> bool {
    match mode {
        Mode::Append => true,
        Mode::Replace => replace == ReplaceScope::Table,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::SourceCompression;
    use crate::quarantine::RejectsRecord;

    fn landed(names: &[(&str, &str)]) -> Vec<SourceFile> {
        let file = |(name, etag): &(&str, &str)| SourceFile {
            location: (*name).into(),
            size_bytes: 1,
            etag: (*etag).into(),
            modified: chrono::DateTime::UNIX_EPOCH,
            compression: SourceCompression::None,
            control: None,
        };
        names.iter().map(file).collect()
    }

    #[test]
    fn every_situation_has_its_way() {
        let sources = [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
        let rejects = RejectsRecord { decode_digest: Some("d".into()), replays: Vec::new() };
        let accepted = RecordedRejects { rejects, is_in_force: true };
        let replaced = RecordedRejects { is_in_force: false, ..accepted.clone() };
        let decide = |mode, replace, files: &[(&str, &str)], quarantined, recorded: Option<&RecordedRejects>| {
            let recorded = recorded.map(|run| (run, sources.as_slice()));
            decide_replay(ReplaySituation { mode, replace, landed: &landed(files), quarantined, recorded })
        };
        let same = [("a", "1"), ("b", "2")];
        let (append, table) = (Mode::Append, ReplaceScope::Table);
        assert_eq!(decide(append, table, &same, None, Some(&accepted)), ReplayDecision::Nothing);
        assert_eq!(decide(append, table, &same, Some("d"), None), ReplayDecision::Run);
        assert_eq!(decide(append, table, &same, Some("other"), Some(&accepted)), ReplayDecision::Reload);
        assert_eq!(decide(append, table, &[], Some("other"), Some(&accepted)), ReplayDecision::Run);
        assert_eq!(decide(append, table, &same, Some("d"), Some(&RecordedRejects::default())), ReplayDecision::Run);
        assert_eq!(decide(Mode::Replace, table, &same, Some("d"), Some(&replaced)), ReplayDecision::Superseded);
        assert_eq!(decide(append, table, &[("a", "mended")], Some("d"), Some(&accepted)), ReplayDecision::Run);
        assert_eq!(decide(append, table, &[("c", "1")], Some("d"), Some(&accepted)), ReplayDecision::Run);
        for files in [&same[..], &same[..1], &[]] {
            assert_eq!(decide(append, table, files, Some("d"), Some(&accepted)), ReplayDecision::Stored);
            assert_eq!(decide(Mode::Replace, table, files, Some("d"), Some(&accepted)), ReplayDecision::Stored);
            for (mode, scope) in [
                (Mode::Replace, ReplaceScope::Partitions),
                (Mode::Merge, ReplaceScope::Table),
                (Mode::Scd2, ReplaceScope::Table),
            ] {
                assert_eq!(decide(mode, scope, files, Some("d"), Some(&accepted)), ReplayDecision::Reload);
            }
        }
    }
}
