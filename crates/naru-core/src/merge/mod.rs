//! Merging rows into a table by key: what a definition may say, what it costs to take rows away, and how a key's
//! history grows.
//!
//! ```text
//!  definition ──▶ MergeRules ──▶ LoadPlan ──▶ naru-load, or the Spark program
//!                                              ├─ rows in memory or on disk ──────────▶ staging::Staging
//!                                              ├─ which state is changed ─────────────▶ base::base_of
//!                                              ├─ mode merge: which files lose rows ──▶ cost::choose, per file
//!                                              │  keys that the table lacks ──────────▶ deletions::decide_revival
//!                                              └─ mode scd2: a key's rows and events ──▶ history::history, per key
//! ```
//!
//! `docs/merge.md` and `docs/scd2.md` describe both for authors of definitions.

pub mod base;
pub mod cost;
pub mod deletions;
pub mod history;
pub mod staging;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How rows find and change the earlier rows of their key, in the modes `merge` and `scd2`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRules {
    /// Target column that says which of two rows of a key is newer: the greater value; none: the later interval's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_by: Option<String>,
    /// Rows that delete their key; none: no row does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<DeletedMarker>,
    /// scd2: target column that holds the time of the change; none: the interval's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// How changed rows of existing files are taken away.
    #[serde(default)]
    pub write: MergeWrite,
}

impl MergeRules {
    /// Whether the definition says nothing of merging.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Which rows delete their key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeletedMarker {
    /// *Source* name of the column, which may be passed over (no target).
    pub column: String,
    /// Texts of the decoded value that mean deleted: a string itself, digits of an int or bigint, `true` or `false`. At
    /// least one. Null never means deleted.
    pub values: Vec<String>,
}

/// How changed rows of existing files are taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MergeWrite {
    /// For each file whatever costs less; see [`cost::choose`].
    #[default]
    Auto,
    /// The file is written anew without them.
    CopyOnWrite,
    /// Position deletes mark them, and readers pass over them.
    PositionDeletes,
}
