//! The closed segments of a job name: level, mode, engine, cadence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Personal-data level, from the least to the most protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Public.
    P0,
    /// Internal.
    P1,
    /// Personal.
    P2,
    /// Unique identifiers and secrets.
    P3,
}

/// How a load changes the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Adds the interval's rows.
    Append,
    /// Replaces the whole table, or the interval's partitions.
    Replace,
    /// Updates and inserts by key.
    Merge,
    /// Keeps each row's history (slowly changing dimension, type 2).
    Scd2,
}

/// Who runs a load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// In this process.
    Pl,
    /// Spark.
    Sp,
    /// The router decides.
    Auto,
}

/// How often a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Cadence {
    /// Hourly.
    H,
    /// Daily.
    D,
    /// Weekly (ISO weeks).
    W,
    /// Monthly.
    M,
    /// Quarterly.
    Q,
    /// Yearly.
    Y,
    /// On demand.
    X,
}
