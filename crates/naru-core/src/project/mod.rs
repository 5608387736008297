//! A project's settings: `naru.toml`.
//!
//! ```toml
//! org = "acme"                    # the one key without a default
//! account = "123456789012"        # the AWS account; none
//! time_zone = "Asia/Seoul"
//! phase = "dev"                   # the phase of commands that name none
//! table_defs = "table-defs"       # folders, relative to this file
//! dags = "dags"
//!
//! [phases.dev]                    # one table per phase; dev has this one unless written otherwise
//! lake = "embedded"
//! path = ".naru/lake"
//! treatment_key_file = "/etc/naru/treatment.key"   # holds the key; see docs/treatments.md
//!
//! [phases.prod]
//! lake = "aws"
//! region = "ap-northeast-2"
//!
//! [names]                         # templates of derived names; see naming-convention.md
//! bucket = "{org}-{phase}-{layer}-{level}"
//!
//! [run]
//! parallel_jobs = 2
//! threads = 0
//! memory_mib = 512
//! commit_attempts = 10
//!
//! [athena]                        # what queries cost
//! usd_per_tb = 5.0
//!
//! [evolution]                     # what runs of a phase may change of a table's structure
//! prod = "freeze"
//!
//! [route]                         # constants of the router's model
//!
//! [prices.eu-west-1]              # what AWS charges in a region that naru does not know, and when it did
//! dpu_hour = { usd = 0.44, date = "2026-11-22" }      # so, too: lambda_gb_second, lambda_request
//!
//! [glue]                          # what every Glue job has in common
//! worker_type = "G.1X"
//!
//! [spark]                         # Spark on this machine, for embedded lakes
//! python = ".venv/bin/python"
//!
//! [airflow]                       # what all DAGs have in common
//! retries = 3
//!
//! [landing]                       # when all files of an interval are there; see docs/lambda.md
//! complete = "marker(_SUCCESS)"
//!
//! [marks]                         # where it is marked that an interval is done; nowhere unless set
//! store = "directory"
//! location = ".naru/marks/{phase}"
//! ```

mod airflow;
mod glue;
mod landing;
mod marks;
pub(crate) mod names;
mod parse;
mod prices;
mod reader;
mod spark;
pub(crate) mod template;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Serialize;

pub use names::NameTemplates;
pub use spark::SparkSettings;
pub use template::{Placeholder, Template, TemplateError};

use crate::airflow::AirflowSettings;
use crate::evolution::EvolutionPolicy;
use crate::glue_job::GlueSettings;
use crate::landing::LandingSettings;
use crate::marks::MarkSettings;
use crate::prices::PriceTable;
use crate::query_cost::AthenaSettings;
use crate::route::RouteModel;
use crate::{Fault, Phase};

/// The settings' file, at a project's top.
pub const PROJECT_FILE: &str = "naru.toml";

/// A project's settings, with defaults where the file is silent.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// The organization that owns the project: lower-case letters, digits and hyphens.
    pub org: String,
    /// AWS account, 12 digits; none unless set.
    pub account: Option<String>,
    /// The zone whose wall clock intervals follow. Default `Asia/Seoul`.
    pub time_zone: Tz,
    /// The phase of commands that name none. Default `dev`.
    pub phase: Phase,
    /// Folder of the table definitions, relative to the settings' file. Default `table-defs`.
    pub table_defs: String,
    /// Folder of the DAG files, relative to the settings' file. Default `dags`.
    pub dags: String,
    /// The lake of each phase that has one. Default: `dev`, embedded at `.naru/lake`.
    pub phases: BTreeMap<Phase, LakeSettings>,
    /// Templates of derived names.
    pub names: NameTemplates,
    /// How loads run.
    pub run: RunSettings,
    /// What queries on Athena cost.
    pub athena: AthenaSettings,
    /// Constants of the router's cost model.
    pub route: RouteModel,
    /// What AWS charges, by region.
    pub prices: PriceTable,
    /// What runs may change of tables, where the file says it of a phase; see [`Self::evolution`].
    pub evolution: BTreeMap<Phase, EvolutionPolicy>,
    /// What every Glue job has in common.
    pub glue: GlueSettings,
    /// Spark on this machine, for embedded lakes.
    pub spark: SparkSettings,
    /// What all DAGs have in common.
    pub airflow: AirflowSettings,
    /// Where it is marked that an interval is done; none: nowhere.
    pub marks: Option<MarkSettings>,
    /// When all files of an interval are there.
    pub landing: LandingSettings,
}

/// Where a phase's storage and catalog are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "lake", rename_all = "lowercase")]
pub enum LakeSettings {
    /// A directory with an SQLite catalog.
    Embedded {
        /// The directory, relative to the settings' file. Default `.naru/lake`.
        path: String,
        /// File that holds the treatment key, absolute or relative to the settings' file; none: the environment has it.
        treatment_key_file: Option<String>,
    },
    /// S3 with the Glue Data Catalog.
    Aws {
        /// The account that owns every bucket, and whose catalog it is: 12 digits; `account` of the settings.
        account: String,
        /// AWS region, as in `ap-northeast-2`; none: the environment's.
        region: Option<String>,
    },
}

/// Directory of the embedded lake unless `naru.toml` has another.
pub const DEFAULT_LAKE_PATH: &str = ".naru/lake";

impl Default for LakeSettings {
    fn default() -> Self {
        Self::Embedded { path: DEFAULT_LAKE_PATH.into(), treatment_key_file: None }
    }
}

/// How loads run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RunSettings {
    /// How many jobs run at once, at least 1. Default 2.
    pub parallel_jobs: u32,
    /// Threads of one load; 0, the default: one per core.
    pub threads: u32,
    /// Memory that one load may use, in MiB, at least 64. Default 512.
    pub memory_mib: u32,
    /// How often a commit that lost a race is tried, at least 1. Default 10.
    pub commit_attempts: u32,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self { parallel_jobs: 2, threads: 0, memory_mib: 512, commit_attempts: 10 }
    }
}

impl Project {
    /// Reads the settings. `file` is what faults call the file.
    ///
    /// # Errors
    /// Every fault at once, each with its line and character.
    pub fn parse(text: &str, file: &str) -> Result<Self, Vec<Fault>> {
        parse::project(text, file)
    }

    /// What runs of a phase may change of tables. Default: dev `evolve`, qa `additive`, prod `freeze`.
    pub fn evolution(&self, phase: Phase) -> EvolutionPolicy {
        self.evolution.get(&phase).copied().unwrap_or_else(|| EvolutionPolicy::default_of(phase))
    }

    /// The lake of a phase.
    ///
    /// # Errors
    /// A fault that says what to write, when the settings have none for the phase.
    pub fn lake(&self, phase: Phase) -> Result<&LakeSettings, Fault> {
        let missing = || {
            Fault::new(PROJECT_FILE, format!("phase \"{phase}\" has no lake"))
                .hint(format!("write a table [phases.{phase}] with lake = \"embedded\" or lake = \"aws\""))
        };
        self.phases.get(&phase).ok_or_else(missing)
    }
}
