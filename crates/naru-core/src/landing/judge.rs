//! Whether all files of an interval are there. Pure: the same files at the same time are judged the same.

use chrono::{DateTime, TimeDelta, Utc};

use super::{CompleteWhen, FileList};

/// Names that a reason gives; the rest is counted.
const SHOWN: usize = 5;

/// A data file that has landed for an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Name below the interval's directory.
    pub name: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// When it was last written.
    pub modified: DateTime<Utc>,
}

/// The marker or the list, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// When it was last written.
    pub modified: DateTime<Utc>,
    /// What it lists; empty for a marker, whose content says nothing.
    pub list: FileList,
}

/// Whether all files of an interval are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    /// They are.
    Complete,
    /// They are not, or nobody can tell; why.
    Waiting(String),
    /// Landed files start no run of this job.
    Never,
}

impl CompleteWhen {
    /// The name of the file that is asked about beside the data files; none where there is no such file.
    pub fn sign(&self) -> Option<&str> {
        match self {
            Self::Marker(name) | Self::List(name) => Some(name),
            Self::QuietMinutes(_) | Self::Never => None,
        }
    }

    /// Judges an interval's files at a time.
    pub fn judge(&self, files: &[Delivered], sign: Option<&Sign>, now: DateTime<Utc>) -> Completeness {
        let waiting = match (self, sign) {
            (Self::Never, _) => return Completeness::Never,
            (Self::Marker(name) | Self::List(name), None) => Some(format!("{name} has not landed")),
            (Self::Marker(name), Some(marker)) => newer(name, files, marker),
            (Self::List(name), Some(sign)) => differing(name, files, &sign.list),
            (Self::QuietMinutes(minutes), _) => noisy(*minutes, files, now),
        };
        waiting.map_or(Completeness::Complete, Completeness::Waiting)
    }
}

/// A marker says that what is older than it is whole. S3 dates an object by when its upload began, to the second.
fn newer(marker_name: &str, files: &[Delivered], marker: &Sign) -> Option<String> {
    let newer: Vec<&str> =
        files.iter().filter(|file| file.modified > marker.modified).map(|file| file.name.as_str()).collect();
    (!newer.is_empty()).then(|| format!("{} landed after {marker_name}, which has to be put again", names(&newer)))
}

fn differing(list_name: &str, files: &[Delivered], list: &FileList) -> Option<String> {
    let find = |name: &str| files.iter().find(|file| file.name == name);
    let missing: Vec<&str> = list.sizes.keys().filter(|name| find(name).is_none()).map(String::as_str).collect();
    let is_other = |(name, size): &(&String, &u64)| find(name).is_some_and(|file| file.size_bytes != **size);
    let other: Vec<&str> = list.sizes.iter().filter(is_other).map(|(name, _)| name.as_str()).collect();
    let unlisted = files.iter().filter(|file| !list.sizes.contains_key(&file.name));
    let unlisted: Vec<&str> = unlisted.map(|file| file.name.as_str()).collect();
    let told = [(missing, "not landed"), (other, "of another size"), (unlisted, "landed and not listed")];
    let told: Vec<String> = told
        .iter()
        .filter(|(found, _)| !found.is_empty())
        .map(|(found, what)| format!("{what}: {}", names(found)))
        .collect();
    (!told.is_empty()).then(|| format!("by {list_name}, {}", told.join("; ")))
}

fn noisy(minutes: u32, files: &[Delivered], now: DateTime<Utc>) -> Option<String> {
    let Some(newest) = files.iter().map(|file| file.modified).max() else { return Some("no file has landed".into()) };
    let quiet_at = newest + TimeDelta::minutes(minutes.into());
    (now < quiet_at).then(|| {
        let (newest, quiet_at) = (newest.format("%FT%TZ"), quiet_at.format("%FT%TZ"));
        format!("the last file landed at {newest}; it is {minutes} minutes later at {quiet_at}")
    })
}

fn names(found: &[&str]) -> String {
    let more = found.len().saturating_sub(SHOWN);
    let shown = found.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn file(name: &str, size_bytes: u64, minute: i64) -> Delivered {
        Delivered { name: name.into(), size_bytes, modified: at(minute) }
    }

    fn sign(minute: i64, listed: &[(&str, u64)]) -> Sign {
        let sizes = listed.iter().map(|(name, size)| ((*name).to_owned(), *size)).collect();
        Sign { modified: at(minute), list: FileList { sizes } }
    }

    fn judged(rule: &str, files: &[Delivered], sign: Option<&Sign>, minute: i64) -> String {
        match rule.parse::<CompleteWhen>().unwrap().judge(files, sign, at(minute)) {
            Completeness::Complete => "complete".into(),
            Completeness::Waiting(why) => why,
            Completeness::Never => "never".into(),
        }
    }

    #[test]
    fn a_marker_is_put_last() {
        let files = [file("a.csv", 3, 1), file("b.csv", 3, 2)];
        let rule = "marker(_SUCCESS)";
        assert_eq!(judged(rule, &files, None, 9), "_SUCCESS has not landed");
        for minute in [2, 3] {
            assert_eq!(judged(rule, &files, Some(&sign(minute, &[])), 9), "complete");
        }
        let told = judged(rule, &files, Some(&sign(1, &[])), 9);
        assert_eq!(told, "b.csv landed after _SUCCESS, which has to be put again");
        assert_eq!(judged(rule, &[], Some(&sign(1, &[])), 9), "complete", "of nothing, too: the run decides");
    }

    #[test]
    fn a_list_names_all_files_and_no_others() {
        let files = [file("a.csv", 3, 1), file("b.csv", 4, 2)];
        let rule = "list(_FILES.csv)";
        assert_eq!(judged(rule, &files, None, 9), "_FILES.csv has not landed");
        let whole = sign(0, &[("a.csv", 3), ("b.csv", 4)]);
        assert_eq!(judged(rule, &files, Some(&whole), 9), "complete");
        let other = sign(0, &[("a.csv", 2), ("c.csv", 4)]);
        let told = judged(rule, &files, Some(&other), 9);
        assert_eq!(told, "by _FILES.csv, not landed: c.csv; of another size: a.csv; landed and not listed: b.csv");
        let many: Vec<Delivered> = (0..7).map(|n| file(&format!("{n}.csv"), 1, 1)).collect();
        let told = judged(rule, &many, Some(&sign(0, &[])), 9);
        assert_eq!(told, "by _FILES.csv, landed and not listed: 0.csv, 1.csv, 2.csv, 3.csv, 4.csv and 2 more");
    }

    #[test]
    fn quiet_is_counted_from_the_newest_file() {
        let files = [file("a.csv", 3, 1), file("b.csv", 3, 5)];
        let rule = "quiet_minutes(15)";
        let told = judged(rule, &files, None, 19);
        assert_eq!(
            told,
            "the last file landed at 1970-01-01T00:05:00Z; it is 15 minutes later at 1970-01-01T00:20:00Z"
        );
        assert_eq!(judged(rule, &files, None, 20), "complete");
        assert_eq!(judged(rule, &[], None, 20), "no file has landed");
        assert_eq!(judged("never", &files, None, 20), "never");
    }
}
