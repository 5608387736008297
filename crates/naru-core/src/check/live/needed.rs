//! Which buckets a phase needs.

use std::collections::BTreeMap;

use crate::physical::{Bucket, BucketName, Layer, PhysicalNames};

/// A bucket and its key, which jobs of a phase need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededBucket {
    /// The bucket and its key.
    pub bucket: Bucket,
    /// What it holds, as in `tables of level p2`.
    pub holds: String,
}

/// The buckets that jobs need, each once, in the order of their names. `names` are those of all jobs in one phase.
pub fn needed_buckets<'n>(names: impl IntoIterator<Item = &'n PhysicalNames>) -> Vec<NeededBucket> {
    let mut needed: BTreeMap<BucketName, NeededBucket> = BTreeMap::new();
    for names in names {
        let level = names.tags.level;
        let PhysicalNames { landing, lake, quarantine, results, code, dags, defs, audit, .. } = names;
        let of_level = Layer::OF_LEVEL.map(|layer| format!("{} of level {level}", layer.holds()));
        let of_level = [landing, lake, quarantine, results].into_iter().zip(of_level);
        let shared = [code, dags, defs, audit].into_iter().zip(Layer::SHARED.map(|layer| layer.holds().to_owned()));
        for (bucket, holds) in of_level.chain(shared) {
            let needs = || NeededBucket { bucket: bucket.clone(), holds };
            needed.entry(bucket.name.clone()).or_insert_with(needs);
        }
    }
    needed.into_values().collect()
}
