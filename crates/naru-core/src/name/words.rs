//! The closed segments of a job name: level, mode, engine, cadence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::vocabulary::vocabulary;

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

vocabulary!(
    Level,
    "level",
    {
        P0 => ("p0", "public data"),
        P1 => ("p1", "internal data"),
        P2 => ("p2", "personal data"),
        P3 => ("p3", "unique identifiers and secrets"),
    },
    aliases: &[
        ("public", "p0"),
        ("internal", "p1"),
        ("personal", "p2"),
        ("pii", "p2"),
        ("secret", "p3"),
        ("0", "p0"),
        ("1", "p1"),
        ("2", "p2"),
        ("3", "p3"),
        ("l0", "p0"),
        ("l1", "p1"),
        ("l2", "p2"),
        ("l3", "p3"),
    ],
    later: &[]
);

vocabulary!(
    Mode,
    "mode",
    {
        Append => ("append", "rows appended"),
        Replace => ("replace", "table or partitions replaced"),
        Merge => ("merge", "merged by key"),
        Scd2 => ("scd2", "kept with its history"),
    },
    aliases: &[
        ("insert", "append"),
        ("add", "append"),
        ("full", "replace"),
        ("overwrite", "replace"),
        ("truncate", "replace"),
        ("snapshot", "replace"),
        ("upsert", "merge"),
        ("update", "merge"),
        ("history", "scd2"),
        ("scd", "scd2"),
    ],
    later: &[
        ("cdc", "until it is, land full extracts and use replace, or changed rows and use merge"),
        ("sql", "until it is, run the query with naru query"),
    ]
);

vocabulary!(
    Engine,
    "engine",
    {
        Pl => ("pl", "engine Polars in this process"),
        Sp => ("sp", "engine Spark on AWS Glue"),
        Auto => ("auto", "engine chosen by size"),
    },
    aliases: &[
        ("polars", "pl"),
        ("local", "pl"),
        ("spark", "sp"),
        ("glue", "sp"),
        ("pyspark", "sp"),
        ("any", "auto"),
        ("automatic", "auto"),
    ],
    later: &[]
);

vocabulary!(
    Cadence,
    "cadence",
    {
        H => ("h", "every hour"),
        D => ("d", "every day"),
        W => ("w", "every week"),
        M => ("m", "every month"),
        Q => ("q", "every quarter"),
        Y => ("y", "every year"),
        X => ("x", "on demand"),
    },
    aliases: &[
        ("hourly", "h"),
        ("hour", "h"),
        ("daily", "d"),
        ("day", "d"),
        ("weekly", "w"),
        ("week", "w"),
        ("monthly", "m"),
        ("month", "m"),
        ("quarterly", "q"),
        ("quarter", "q"),
        ("yearly", "y"),
        ("annual", "y"),
        ("annually", "y"),
        ("year", "y"),
        ("once", "x"),
        ("manual", "x"),
        ("ondemand", "x"),
        ("on_demand", "x"),
        ("adhoc", "x"),
    ],
    later: &[]
);
