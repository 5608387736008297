//! What has landed: whose it is, and whether it is all.

use std::io::Read as _;

use chrono::{DateTime, Utc};
use naru_core::landing::{
    CompleteWhen, Completeness, Delivered, FileList, LOOK_BACK_HINT, MAX_LIST_BYTES, Sign, interval_of, landing_base,
    place_of,
};
use naru_core::{Interval, JobName, PhysicalNames};
use naru_lake::{FileLister as _, LandedFile, LandingStore as _};

use super::{SyncedProject, Told};
use crate::error::{CommandError, Exit};
use crate::parallel::requests;
use crate::planning::PlannedJob;
use crate::runtime;

/// What has landed for an interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// By what it is known that all is there.
    pub complete_when: CompleteWhen,
    /// Whether it is.
    pub completeness: Completeness,
    /// Data files.
    pub files: usize,
    /// When the last of them was written; none: there is none.
    pub newest: Option<DateTime<Utc>>,
}

/// A job, and the intervals for which something has landed, or why that is not known.
pub type LandedJob = (JobName, Result<Vec<Interval>, Told>);

impl SyncedProject {
    /// The job and the interval that an object of a landing bucket is of.
    ///
    /// # Errors
    /// An object of no job, or of no interval.
    pub fn place_of(&self, bucket: &str, key: &str) -> Result<(JobName, Interval), Told> {
        let jobs = self.names().iter().map(|(job, names)| (job, names));
        let (job, interval) = place_of(jobs, bucket, key, self.zone()).map_err(|error| {
            CommandError::failed(error.to_string())
                .hint("the synced manifest says which jobs there are; naming-convention.md, where their files land")
        })?;
        Ok((job.clone(), interval))
    }

    /// What has landed for an interval of a job, judged by its definition or by `[landing]`.
    ///
    /// # Errors
    /// A definition or a list of files with faults; AWS's.
    pub fn delivery(&self, job: &JobName, interval: &Interval, now: DateTime<Utc>) -> Result<Delivery, Told> {
        Ok(self.judged(job, interval, now)?)
    }

    fn judged(&self, job: &JobName, interval: &Interval, now: DateTime<Utc>) -> Result<Delivery, CommandError> {
        let planned = PlannedJob::new(&self.workspace, job.clone())?;
        let complete_when = planned.definition.complete().unwrap_or(&self.workspace.project.landing.complete).clone();
        if let Some(fault) = self.workspace.project.landing.fault_of(&complete_when) {
            return Err(CommandError::failed(fault).hint(LOOK_BACK_HINT));
        }
        let prefix = planned.landing(&self.workspace.lake()?, interval);
        let landing = self.lake.landing();
        // The sign first: what lands after it is then seen beside it.
        let sign = match complete_when.sign() {
            None => None,
            Some(name) => match runtime::block_on(landing.find(&format!("{prefix}{name}")))? {
                None => None,
                Some(file) => Some(self.sign(&complete_when, &file)?),
            },
        };
        let files: Vec<Delivered> = runtime::block_on(landing.list(&prefix))?
            .into_iter()
            .map(|file| Delivered {
                name: file.location.strip_prefix(&prefix).unwrap_or(&file.location).to_owned(),
                size_bytes: file.size_bytes,
                modified: file.modified.into(),
            })
            .collect();
        let completeness = complete_when.judge(&files, sign.as_ref(), now);
        let newest = files.iter().map(|file| file.modified).max();
        Ok(Delivery { complete_when, completeness, files: files.len(), newest })
    }

    fn sign(&self, complete_when: &CompleteWhen, file: &LandedFile) -> Result<Sign, CommandError> {
        let modified = file.modified.into();
        if !matches!(complete_when, CompleteWhen::List(_)) {
            return Ok(Sign { modified, list: FileList::default() });
        }
        if file.size_bytes > MAX_LIST_BYTES {
            let message = format!("{} is longer than a list of files may be: {MAX_LIST_BYTES} bytes", file.location);
            return Err(CommandError::failed(message));
        }
        let mut bytes = Vec::new();
        let mut reader = runtime::block_on(self.lake.landing().open(&file.location, &file.etag))?;
        reader.read_to_end(&mut bytes).map_err(|error| {
            let message = format!("cannot read {}: {error}", file.location);
            CommandError::failed(message).with_exit(Exit::TryAgainLater)
        })?;
        let list = FileList::parse(&bytes, &file.location);
        Ok(Sign { modified, list: list.map_err(|faults| CommandError::faults("the list of files", &faults))? })
    }

    /// The jobs for which anything has landed since a time, each with the intervals, in order. What cannot be listed of one
    /// job hides no other.
    ///
    /// # Errors
    /// A job that is none of the project's.
    pub fn landed_since(&self, job: Option<&str>, since: DateTime<Utc>) -> Result<Vec<LandedJob>, Told> {
        let wanted: Vec<_> = match job {
            None => self.names().iter().collect(),
            Some(text) => {
                let job = crate::jobs::select(&self.workspace, &[text.to_owned()])?;
                self.names().iter().filter(|(known, _)| job.contains(known)).collect()
            }
        };
        let found = requests(&wanted, |(job, names)| {
            (job.clone(), self.intervals_since(job, names, since).map_err(Told::from))
        });
        Ok(found.into_iter().filter(|(_, found)| !matches!(found, Ok(found) if found.is_empty())).collect())
    }

    fn intervals_since(
        &self,
        job: &JobName,
        names: &PhysicalNames,
        since: DateTime<Utc>,
    ) -> Result<Vec<Interval>, CommandError> {
        let directory = landing_base(names).rsplit_once('/').map(|(directory, _)| directory).ok_or_else(|| {
            CommandError::failed(format!(
                "what lands for job {job} cannot be listed: its prefix begins with the interval"
            ))
            .hint("let names.landing_prefix in naru.toml begin with {source}/")
        })?;
        let bucket = format!("{}/", self.lake.bucket_location(names.landing.name.as_str()));
        let listed = runtime::block_on(self.lake.files().list(&format!("{bucket}{directory}/")))?;
        let recent = listed.iter().filter(|file| DateTime::<Utc>::from(file.modified) >= since);
        let keys = recent.filter_map(|file| file.location.strip_prefix(&bucket));
        let mut intervals: Vec<Interval> =
            keys.filter_map(|key| interval_of(job, names, key, self.zone())?.ok()).collect();
        intervals.sort_by(|one, other| (one.start, &one.text).cmp(&(other.start, &other.text)));
        intervals.dedup();
        Ok(intervals)
    }
}
