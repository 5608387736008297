//! What a phase's buckets and keys must be on AWS, and what is wrong with those that are there.
//!
//! ```text
//! PhysicalNames of all jobs ─▶ NeededBucket ─┬─▶ read from AWS by an adapter ─▶ faults: all, each with what to do
//!                                            └─ public access, policy of the bucket, rotation and policy of its key
//! ```
//!
//! How a bucket is encrypted is verified by the adapter that writes into it, since a write is refused by the same faults.

mod key_policy;
mod needed;
mod policy;
mod public_access;
mod tls;

#[cfg(test)]
mod tests;

pub use key_policy::{RotationState, key_policy_faults, rotation_faults};
pub use needed::{NeededBucket, needed_buckets};
pub use public_access::{PublicAccessBlock, public_access_faults};
pub use tls::tls_faults;
