//! `naru check` and `naru apply`, of one definition that has landed.

use naru_core::definition::TableDefinition;
use naru_core::diff::Difference;
use naru_core::evolution;
use naru_core::{Fault, JobName};
use serde::Serialize;

use super::{SyncedProject, Told};
use crate::error::CommandError;
use crate::planning::{self, PlannedJob};
use crate::runtime;
use crate::verbs::apply::{Outcome, apply};

/// What a definition that has landed came to.
#[derive(Debug, Clone, Serialize)]
pub struct Defined {
    /// As SQL says it.
    pub table: String,
    /// The job that the manifest has for it; none: it has none.
    pub job: Option<String>,
    /// What was done.
    pub status: DefinedStatus,
    /// In a sentence.
    pub message: String,
    /// What is wrong with the file; nothing was changed.
    pub faults: Vec<Fault>,
    /// What was changed of the table, or what differs.
    pub differences: Vec<String>,
    /// What of that may not be changed by what has landed.
    pub refused: Vec<RefusedChange>,
}

/// A difference that stays.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedChange {
    /// What differs.
    pub difference: String,
    /// What to do.
    pub remedy: String,
}

/// What was done about a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DefinedStatus {
    /// The table was made.
    Created,
    /// The table was changed.
    Evolved,
    /// The table is as the definition says, or the phase leaves the difference alone.
    Unchanged,
    /// The phase's policy lets nobody change it by a file: the table is as it was.
    Refused,
    /// The file has faults: the table is as it was.
    Faulty,
    /// The manifest has no job for the table: nothing was made.
    NoJob,
}

impl DefinedStatus {
    /// As a command would exit.
    pub fn exit(self) -> u8 {
        match self {
            Self::Created | Self::Evolved | Self::Unchanged | Self::NoJob => 0,
            Self::Refused | Self::Faulty => 1,
        }
    }
}

impl SyncedProject {
    /// Checks a definition, and makes its table what it says, as far as runs of the phase may: creating one is no change.
    ///
    /// # Errors
    /// The lake's. What is wrong with the definition is no error, but told in what is given back.
    pub fn define(&self, database: &str, table: &str, file: &str, bytes: &[u8]) -> Result<Defined, Told> {
        Ok(self.try_define(database, table, file, bytes)?)
    }

    fn try_define(&self, database: &str, table: &str, file: &str, bytes: &[u8]) -> Result<Defined, CommandError> {
        let is_for = |job: &&JobName| job.database.as_str() == database && job.table.as_str() == table;
        let jobs: Vec<&JobName> = self.jobs().iter().filter(is_for).collect();
        let mut defined = Defined {
            table: format!("{database}.{table}"),
            job: jobs.first().map(ToString::to_string),
            status: DefinedStatus::Faulty,
            message: String::new(),
            faults: Vec::new(),
            differences: Vec::new(),
            refused: Vec::new(),
        };
        let definition = match TableDefinition::parse(bytes, file) {
            Ok(definition) => Some(definition),
            Err(faults) => {
                defined.faults = faults;
                None
            }
        };
        if let (Some(definition), Some(job)) = (&definition, jobs.first()) {
            defined.faults.extend(definition.check_level(job.level));
            defined.faults.extend(definition.check_mode(job.mode));
            defined.faults.sort();
        }
        if jobs.len() > 1 {
            let names: Vec<String> = jobs.iter().map(ToString::to_string).collect();
            defined.faults.push(Fault::new(file, format!("the table has several jobs: {}", names.join(", "))));
        }
        match (definition, jobs.first()) {
            (Some(definition), Some(job)) if defined.faults.is_empty() => {
                let names = planning::names(&self.workspace, job)?;
                let planned = PlannedJob { job: (*job).clone(), names, definition, saved: None };
                self.apply(&planned, defined)
            }
            (Some(_), None) if defined.faults.is_empty() => {
                let message = format!(
                    "no fault; the synced manifest names no job for {}, so that nothing was made: add the job's DAG file, \
                     and run `naru sync`",
                    defined.table
                );
                Ok(Defined { status: DefinedStatus::NoJob, message, ..defined })
            }
            _ => {
                let count = defined.faults.len();
                let plural = if count == 1 { "" } else { "s" };
                let message = format!("the definition has {count} fault{plural}; {} was left as it is", defined.table);
                Ok(Defined { message, ..defined })
            }
        }
    }

    fn apply(&self, planned: &PlannedJob, defined: Defined) -> Result<Defined, CommandError> {
        let (lake, table) = (self.workspace.lake()?, &defined.table);
        let policy = self.workspace.project.evolution(self.workspace.phase);
        let decide = |differences: &[Difference], has_rows| evolution::by_run(policy, differences, has_rows);
        let outcome = runtime::block_on(apply(lake.lake(), &planned.target(&lake), decide))?;
        let phase = self.workspace.phase;
        let (status, message, differences, refused) = match outcome {
            Outcome::Created => (DefinedStatus::Created, format!("{table} is made"), Vec::new(), Vec::new()),
            Outcome::Evolved(differences) => {
                (DefinedStatus::Evolved, format!("{table} is changed"), differences, Vec::new())
            }
            Outcome::Unchanged(differences) if differences.is_empty() => {
                (DefinedStatus::Unchanged, format!("{table} is as its definition says"), differences, Vec::new())
            }
            Outcome::Unchanged(differences) => {
                let message = format!("{table} differs in settings, which phase {phase} leaves alone");
                (DefinedStatus::Unchanged, message, differences, Vec::new())
            }
            Outcome::Refused(differences, refused) => {
                let message = format!(
                    "{table} was left as it is: files that land in phase {phase} may change {}",
                    policy.title()
                );
                (DefinedStatus::Refused, message, differences, refused)
            }
        };
        let refused = refused
            .into_iter()
            .map(|found| RefusedChange { difference: found.difference.to_string(), remedy: found.remedy });
        Ok(Defined {
            status,
            message,
            differences: differences.iter().map(ToString::to_string).collect(),
            refused: refused.collect(),
            ..defined
        })
    }
}
