//! Layers: what buckets are for.

use serde::Serialize;

/// What a bucket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// Where sources drop files.
    Landing,
    /// Tables.
    Lake,
    /// Rejected rows.
    Quarantine,
    /// What Athena answers.
    Results,
    /// Programs that Glue runs.
    Code,
    /// DAG files.
    Dags,
    /// Table definitions.
    Defs,
    /// Who did what.
    Audit,
}

impl Layer {
    /// The layers with a bucket for each level.
    pub const OF_LEVEL: [Self; 4] = [Self::Landing, Self::Lake, Self::Quarantine, Self::Results];

    /// The layers with one bucket for all levels.
    pub const SHARED: [Self; 4] = [Self::Code, Self::Dags, Self::Defs, Self::Audit];

    /// The word in a bucket's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Landing => "landing",
            Self::Lake => "lake",
            Self::Quarantine => "quarantine",
            Self::Results => "results",
            Self::Code => "code",
            Self::Dags => "dags",
            Self::Defs => "defs",
            Self::Audit => "audit",
        }
    }

    /// What its buckets hold, as in `landed files`.
    pub const fn holds(self) -> &'static str {
        match self {
            Self::Landing => "landed files",
            Self::Lake => "tables",
            Self::Quarantine => "rejected rows",
            Self::Results => "results of queries",
            Self::Code => "programs",
            Self::Dags => "DAG files",
            Self::Defs => "table definitions",
            Self::Audit => "who did what",
        }
    }
}
