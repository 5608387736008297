//! Marks as files of a directory: `DIRECTORY/JOB/INTERVAL.json`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use naru_core::Interval;
use naru_core::marks::{Mark, MarkError, MarkErrorKind, MarkStore};
use naru_core::needs::Window;

use crate::durable::PendingFile;

/// A directory of marks; it is made with the first mark.
#[derive(Debug, Clone)]
pub struct DirectoryMarks(PathBuf);

impl DirectoryMarks {
    /// The marks of a directory.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self(directory.into())
    }

    fn read(&self, path: &Path) -> Result<Option<Mark>, MarkError> {
        let doing = || format!("read {}", path.display());
        let bytes = match std::fs::read(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|error| MarkError::new(MarkErrorKind::Unavailable, doing(), error.to_string()))?,
        };
        let mark = serde_json::from_slice(&bytes);
        mark.map(Some)
            .map_err(|_| MarkError::new(MarkErrorKind::Refused, doing(), "this is no mark; delete it, and mark again"))
    }
}

impl MarkStore for DirectoryMarks {
    fn put(&self, mark: &Mark, interval: &Interval) -> Result<(), MarkError> {
        let path = self.0.join(Mark::path(&mark.job, interval));
        let failed =
            |reason: String| MarkError::new(MarkErrorKind::Unavailable, format!("write {}", path.display()), reason);
        let json = serde_json::to_vec(mark).map_err(|error| failed(error.to_string()))?;
        let write = || {
            let mut pending = PendingFile::create(&path)?;
            pending.write(&json)?;
            pending.publish()
        };
        write().map_err(|error| failed(error.to_string()))
    }

    fn find(&self, job: &str, interval: &Interval) -> Result<Option<Mark>, MarkError> {
        self.read(&self.0.join(Mark::path(job, interval)))
    }

    fn within(&self, job: &str, window: &Window) -> Result<Vec<Mark>, MarkError> {
        let directory = self.0.join(job);
        let failed = |error: std::io::Error| {
            MarkError::new(MarkErrorKind::Unavailable, format!("list {}", directory.display()), error.to_string())
        };
        let entries = match std::fs::read_dir(&directory) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut marks = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                marks.extend(self.read(&path)?.filter(|mark| mark.begins_in(window)));
            }
        }
        marks.sort_by_key(|mark| mark.interval_start);
        Ok(marks)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_directory_does_what_every_store_does() {
        let directory = tempfile::tempdir().unwrap();
        naru_core::marks::testing::suite(&DirectoryMarks::new(directory.path().join("marks")));
    }

    #[test]
    fn what_is_no_mark_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let day = Interval::parse(naru_core::Cadence::D, "2026-11-22", chrono_tz::Asia::Seoul).unwrap();
        std::fs::create_dir(directory.path().join("job")).unwrap();
        std::fs::write(directory.path().join("job/2026-11-22.json"), "{").unwrap();
        let error = DirectoryMarks::new(directory.path()).find("job", &day).unwrap_err();
        assert_eq!(error.kind(), MarkErrorKind::Refused);
    }
}
