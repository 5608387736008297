//! What a phase's buckets, keys and workgroups must be on AWS, and what is wrong with those that are there.
//!
//! ```text
//! PhysicalNames of all jobs ─┬▶ NeededBucket ────┬─▶ read from AWS by an adapter ─▶ faults: all, each with what to do
//!                            │                   └─ public access, policy of the bucket, rotation and policy of its key
//!                            └▶ NeededWorkgroup ───▶ the same of where results go, their key, what a query may scan
//! ```
//!
//! How a bucket is encrypted is verified by the adapter that writes into it, since a write is refused by the same faults.

mod key_policy;
mod needed;
mod policy;
mod public_access;
mod tls;
mod workgroup;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod workgroup_tests;

pub use key_policy::{RotationState, key_policy_faults, rotation_faults};
pub use needed::{NeededBucket, needed_buckets};
pub use public_access::{PublicAccessBlock, public_access_faults};
pub use tls::tls_faults;
pub use workgroup::{FoundWorkgroup, NeededWorkgroup, ResultsKey, needed_workgroups, workgroup_faults};
