//! What a manifest says of a phase's jobs, to whoever runs them where there are no DAG files.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::MANIFEST_FORMAT;
use crate::{Fault, JobName, Phase};

/// The jobs that a manifest has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestJobs {
    /// The phase that it is of.
    pub phase: Phase,
    /// The jobs, in the order of their names.
    pub jobs: Vec<JobName>,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    phase: String,
    jobs: BTreeMap<String, IgnoredAny>,
}

impl ManifestJobs {
    /// Reads a manifest; `location` is what the fault calls it.
    ///
    /// # Errors
    /// What is no manifest, one of another format, names of jobs that do not parse.
    pub fn parse(bytes: &[u8], location: &str) -> Result<Self, Fault> {
        let wrong = |reason: String| {
            Fault::new(location, format!("this is no manifest of this version: {reason}"))
                .hint("run `naru sync` with the version of naru that reads it")
        };
        let read: Read = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        if read.format != MANIFEST_FORMAT {
            return Err(wrong(format!("its format is {}, not {MANIFEST_FORMAT}", read.format)));
        }
        let phase = read.phase.parse().map_err(|_| wrong(format!("its phase is \"{}\"", read.phase)))?;
        let jobs = read.jobs.keys().map(|name| JobName::parse(name));
        let jobs = jobs.collect::<Result<Vec<JobName>, _>>().map_err(|error| wrong(error.to_string()))?;
        Ok(Self { phase, jobs })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_manifest_is_read_for_its_jobs() {
        let name = "core__deposit__account__p2__append__auto__m";
        let text = format!(r#"{{"format": 1, "phase": "qa", "org": "acme", "jobs": {{"{name}": {{"level": "p2"}}}}}}"#);
        let read = ManifestJobs::parse(text.as_bytes(), "m").unwrap();
        assert_eq!(read, ManifestJobs { phase: Phase::Qa, jobs: vec![name.parse().unwrap()] });
    }

    #[test]
    fn what_is_none_of_this_version_is_told() {
        let wrong = [
            "{",
            r#"{"format": 2, "phase": "qa", "jobs": {}}"#,
            r#"{"format": 1, "phase": "test", "jobs": {}}"#,
            r#"{"format": 1, "phase": "qa", "jobs": {"core": {}}}"#,
        ];
        for text in wrong {
            let told = ManifestJobs::parse(text.as_bytes(), "s3://b/m").unwrap_err().to_string();
            assert!(told.starts_with("s3://b/m: this is no manifest of this version: "), "{told}");
        }
    }
}
