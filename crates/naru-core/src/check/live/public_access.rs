//! Whether a bucket can be made public.

use crate::Fault;

/// A bucket's public access block: four settings.
///
/// Source: Amazon S3 API Reference, PublicAccessBlockConfiguration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`.
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`.
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`.
    pub restrict_public_buckets: bool,
}

/// What is wrong with a bucket's public access block; `None` where it has none.
pub fn public_access_faults(bucket: &str, block: Option<PublicAccessBlock>) -> Vec<Fault> {
    let hint = "turn all four settings of its public access block on";
    let Some(block) = block else {
        let message = format!("bucket {bucket} has no public access block: a policy or an ACL can make it public");
        return vec![Fault::new("", message).hint(hint)];
    };
    let settings = [
        ("BlockPublicAcls", block.block_public_acls),
        ("IgnorePublicAcls", block.ignore_public_acls),
        ("BlockPublicPolicy", block.block_public_policy),
        ("RestrictPublicBuckets", block.restrict_public_buckets),
    ];
    let off: Vec<_> = settings.iter().filter(|(_, on)| !on).map(|(name, _)| *name).collect();
    if off.is_empty() {
        return Vec::new();
    }
    let message = format!("bucket {bucket} can be made public: {} of its public access block is off", off.join(", "));
    vec![Fault::new("", message).hint(hint)]
}
