//! Whose a key is: the job and interval that a landed object is of, the table that a definition is of.

use chrono_tz::Tz;

use crate::interval::IntervalError;
use crate::physical::INTERVAL_PLACEHOLDER;
use crate::{Cadence, Interval, JobName, PhysicalNames};

/// Why an object is of no job's interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// No job's files land there.
    #[error("no job's files land at s3://{bucket}/{key}")]
    NoJob {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
    },
    /// It lies in the directory of no interval of the job.
    #[error("s3://{bucket}/{key} lies in the directory of no interval of job {job}: {error}")]
    Interval {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
        /// The job.
        job: String,
        /// Why.
        error: Box<IntervalError>,
    },
}

/// The job and the interval that a landed object is of; the object may be a data file, a marker, or any other file there.
///
/// # Errors
/// See [`PlaceError`].
pub fn place_of<'a>(
    jobs: impl IntoIterator<Item = (&'a JobName, &'a PhysicalNames)>,
    bucket: &str,
    key: &str,
    zone: Tz,
) -> Result<(&'a JobName, Interval), PlaceError> {
    for (job, names) in jobs {
        if names.landing.name.as_str() != bucket {
            continue;
        }
        match interval_of(job, names, key, zone) {
            None => {}
            Some(Ok(interval)) => return Ok((job, interval)),
            Some(Err(error)) => {
                let (bucket, key, job) = (bucket.into(), key.into(), job.to_string());
                return Err(PlaceError::Interval { bucket, key, job, error: Box::new(error) });
            }
        }
    }
    Err(PlaceError::NoJob { bucket: bucket.into(), key: key.into() })
}

/// What all of a job's landing prefixes begin with: what stands before the interval's text.
pub fn landing_base(names: &PhysicalNames) -> &str {
    let template = names.landing_template.as_str();
    template.split(INTERVAL_PLACEHOLDER).next().unwrap_or(template)
}

/// The interval in whose directory a key of the job's landing bucket lies; none: it is of another job.
pub fn interval_of(
    job: &JobName,
    names: &PhysicalNames,
    key: &str,
    zone: Tz,
) -> Option<Result<Interval, IntervalError>> {
    let (before, after) = names.landing_template.as_str().split_once(INTERVAL_PLACEHOLDER)?;
    // The text of an interval holds no slash.
    let (segment, _) = key.strip_prefix(before)?.split_once('/')?;
    let text = segment.strip_suffix(after.split('/').next().unwrap_or_default())?;
    // Whose directory it is, the rest of the prefix tells, whatever the text.
    if !key.starts_with(&names.landing_template.as_str().replace(INTERVAL_PLACEHOLDER, text)) {
        return None;
    }
    Some(match job.cadence {
        Cadence::X => Interval::of_run_key(text, zone),
        cadence => match Interval::parse(cadence, text, zone) {
            // A date inside a month names the month, and is not its directory.
            Ok(interval) if interval.text != text => Err(IntervalError::Text { text: text.into(), cadence }),
            parsed => parsed,
        },
    })
}

/// Database and table that a key of the defs bucket is the definition of; none: it is no definition.
pub fn definition_place<'a>(table_defs: &str, key: &'a str) -> Option<(&'a str, &'a str)> {
    let path = key.strip_prefix(table_defs.trim_end_matches('/'))?.strip_prefix('/')?;
    let (database, file) = path.split_once('/')?;
    let table = file.strip_suffix(".csv")?;
    let is_one = !database.is_empty() && !table.is_empty() && !table.contains('/');
    is_one.then_some((database, table))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{Phase, Project};

    const ZONE: Tz = Tz::Asia__Seoul;

    fn told(settings: &str, job: &str, bucket: &str, key: &str) -> String {
        let project = Project::parse(&format!("org = \"acme\"\n{settings}"), "naru.toml").unwrap();
        let job: JobName = job.parse().unwrap();
        let names = PhysicalNames::derive(&project, Phase::Dev, &job).unwrap();
        match place_of([(&job, &names)], bucket, key, ZONE) {
            Ok((_, interval)) => interval.text,
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_key_is_of_one_job_and_interval() {
        let daily = |bucket: &str, key: &str| told("", "core__deposit__account__p1__append__auto__d", bucket, key);
        let bucket = "acme-dev-landing-p1";
        assert_eq!(daily(bucket, "core/deposit/account/2026-11-22/a.csv"), "2026-11-22");
        assert_eq!(daily(bucket, "core/deposit/account/2026-11-22/sub/b c.csv"), "2026-11-22");
        assert_eq!(daily(bucket, "core/deposit/account/2026-11-22/_SUCCESS"), "2026-11-22");
        let elsewhere = [
            ("acme-dev-landing-p2", "core/deposit/account/2026-11-22/a.csv"),
            (bucket, "core/deposit/accounts/2026-11-22/a.csv"),
            (bucket, "core/deposit/account/a.csv"),
            (bucket, "core/deposit/account/2026-11-22"),
        ];
        for (bucket, key) in elsewhere {
            assert_eq!(daily(bucket, key), format!("no job's files land at s3://{bucket}/{key}"));
        }
        let wrong = daily(bucket, "core/deposit/account/2026-11-31/a.csv");
        assert!(wrong.contains("no interval of job core__") && wrong.contains("2026-11-31"), "{wrong}");
    }

    #[test]
    fn each_cadence_has_its_directories() {
        let of = |cadence: &str, text: &str| {
            let job = format!("core__deposit__account__p1__append__auto__{cadence}");
            told("", &job, "acme-dev-landing-p1", &format!("core/deposit/account/{text}/a.csv"))
        };
        let texts = [
            ("h", "2026-11-22T05"),
            ("w", "2026-W47"),
            ("m", "2026-11"),
            ("q", "2026-Q4"),
            ("y", "2026"),
            ("x", "2026-11-22-b"),
        ];
        for (cadence, text) in texts {
            assert_eq!(of(cadence, text), text);
        }
        assert!(of("m", "2026-11-22").contains("\"2026-11-22\" is no interval of a job that runs every month"));
    }

    #[test]
    fn templates_may_put_the_interval_anywhere() {
        let settings = "[names]\nlanding_prefix = \"in/dt={interval}.d/{source}/{database}/{table}/\"\n";
        let job = "core__deposit__account__p1__append__auto__d";
        let of = |key: &str| told(settings, job, "acme-dev-landing-p1", key);
        assert_eq!(of("in/dt=2026-11-22.d/core/deposit/account/a.csv"), "2026-11-22");
        assert!(of("in/dt=2026-11-22.d/core/deposit/other/a.csv").starts_with("no job's files land"));
    }

    #[test]
    fn a_definition_has_its_table_in_its_key() {
        assert_eq!(definition_place("table-defs", "table-defs/deposit/account.csv"), Some(("deposit", "account")));
        let others = [
            "naru.toml",
            "table-defs/account.csv",
            "table-defs/deposit/a/b.csv",
            "table-defs/deposit/account.csv.report.json",
            "table-defsx/deposit/account.csv",
            "table-defs//account.csv",
        ];
        for key in others {
            assert_eq!(definition_place("table-defs", key), None, "{key}");
        }
    }
}
