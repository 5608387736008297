//! Whether a level's Athena workgroup says where results go, how they are encrypted and how much a query may scan, so that no
//! query can say otherwise.
//!
//! Source: Amazon Athena API Reference, WorkGroup, WorkGroupConfiguration, EngineVersion, EncryptionConfiguration.

use std::collections::BTreeMap;

use crate::physical::{Bucket, PhysicalNames, WorkgroupName};
use crate::{Fault, Level};

/// What runs the SQL that naru writes. Source: Amazon Athena User Guide, "Athena engine version reference".
const ENGINE_VERSION: &str = "Athena engine version 3";

/// A workgroup that queries of a level run in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededWorkgroup {
    /// Its name.
    pub name: WorkgroupName,
    /// The level of the queries.
    pub level: Level,
    /// Where their results may go; at least one, and one only where buckets do not differ by source or database.
    pub results: Vec<Bucket>,
}

/// What Athena has under a workgroup's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWorkgroup {
    /// Whether queries may run in it.
    pub is_enabled: bool,
    /// Whether its configuration overrides what a query says.
    pub enforces_configuration: bool,
    /// Whether Athena keeps results itself, in no bucket of the account.
    pub manages_results: bool,
    /// `s3://` location of results.
    pub output_location: Option<String>,
    /// How results are encrypted: `SSE_S3`, `SSE_KMS` or `CSE_KMS`; none: as the bucket says, for want of a word.
    pub encryption: Option<String>,
    /// ARN or id of the key.
    pub kms_key: Option<String>,
    /// Most bytes that a query may scan.
    pub scan_limit_bytes: Option<i64>,
    /// The engine version that runs queries; that which was chosen, where Athena does not say.
    pub engine_version: Option<String>,
}

/// The key of a bucket, as KMS has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultsKey {
    /// Its ARN.
    pub arn: String,
    /// Its id.
    pub id: String,
}

/// The workgroups of the levels that jobs have, each once, in the order of the levels. `names` are those of all jobs in one
/// phase.
pub fn needed_workgroups<'n>(names: impl IntoIterator<Item = &'n PhysicalNames>) -> Vec<NeededWorkgroup> {
    let mut needed: BTreeMap<Level, NeededWorkgroup> = BTreeMap::new();
    for PhysicalNames { workgroup, results, tags, .. } in names {
        let level = tags.level;
        let new = || NeededWorkgroup { name: workgroup.clone(), level, results: Vec::new() };
        let needed = needed.entry(level).or_insert_with(new);
        if !needed.results.contains(results) {
            needed.results.push(results.clone());
        }
    }
    needed.into_values().collect()
}

/// What is wrong with a level's workgroup; `found` is none where there is none of the name. `key_of` gives the key of a results
/// bucket, none where it is not known: that is told of the bucket.
pub fn workgroup_faults(
    needed: &NeededWorkgroup,
    found: Option<&FoundWorkgroup>,
    key_of: impl Fn(&Bucket) -> Option<ResultsKey>,
) -> Vec<Fault> {
    let NeededWorkgroup { name, level, .. } = needed;
    let Some(found) = found else {
        let message = format!("workgroup {name} does not exist; queries of level {level} run in it");
        return vec![Fault::new("", message).hint("deploy the phase's infrastructure, which makes it")];
    };
    let mut faults = Vec::new();
    let mut add = |message: String, hint: &str| faults.push(Fault::new("", message).hint(hint));
    if !found.is_enabled {
        add(format!("workgroup {name} is disabled"), "enable it");
    }
    if !found.enforces_configuration {
        let message =
            format!("workgroup {name} does not enforce its configuration: a query can put its results elsewhere");
        add(message, "turn \"Override client-side settings\" (EnforceWorkGroupConfiguration) on");
    }
    if found.scan_limit_bytes.is_none() {
        let hint = "set its data usage limit for each query (BytesScannedCutoffPerQuery)";
        add(format!("workgroup {name} has no limit of what a query may scan"), hint);
    }
    if found.engine_version.as_deref() != Some(ENGINE_VERSION) {
        let version = found.engine_version.as_deref().unwrap_or("no engine version");
        let message = format!("workgroup {name} runs {version}, and naru writes SQL for {ENGINE_VERSION}");
        add(message, "choose that engine version");
    }
    faults.extend(results_faults(needed, found, key_of));
    faults
}

/// Where results go, and by which key they are encrypted there.
fn results_faults(
    NeededWorkgroup { name, level, results }: &NeededWorkgroup,
    found: &FoundWorkgroup,
    key_of: impl Fn(&Bucket) -> Option<ResultsKey>,
) -> Vec<Fault> {
    let fault = |message: String, hint: String| Fault::new("", message).hint(hint);
    let names = results.iter().map(|bucket| format!("s3://{}/", bucket.name)).collect::<Vec<_>>().join(" or ");
    let there = format!("make {names} its location of results");
    if found.manages_results {
        let message = format!("workgroup {name} leaves its results with Athena, and not in a bucket of level {level}");
        return vec![fault(message, format!("turn managed query results off, and {there}"))];
    }
    let Some(location) = &found.output_location else {
        return vec![fault(format!("workgroup {name} has no location of results"), there)];
    };
    let is_in = |bucket: &&Bucket| {
        let bucket = format!("s3://{}", bucket.name);
        *location == bucket || location.starts_with(&format!("{bucket}/"))
    };
    let Some(bucket) = results.iter().find(is_in) else {
        return vec![fault(format!("workgroup {name} puts results into {location}, not into {names}"), there)];
    };
    let alias = &bucket.key_alias;
    let hint = format!("encrypt its results by SSE_KMS with {alias}");
    match (found.encryption.as_deref(), &found.kms_key) {
        (Some("SSE_KMS"), Some(configured)) => match key_of(bucket) {
            Some(ResultsKey { arn, id }) if *configured != arn && *configured != id => {
                let message = format!("workgroup {name} encrypts results with another key than {alias}: {configured}");
                vec![fault(message, hint)]
            }
            _ => Vec::new(),
        },
        (Some("SSE_KMS"), None) => {
            vec![fault(format!("workgroup {name} encrypts results with no key of its own"), hint)]
        }
        (Some(other), _) => {
            vec![fault(format!("workgroup {name} encrypts results not by SSE_KMS but by {other}"), hint)]
        }
        (None, _) => vec![fault(format!("workgroup {name} does not encrypt results"), hint)],
    }
}
