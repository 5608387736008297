//! Tables as users write them, `deposit.account`, and as the lake has them, `dev_deposit.account`.

use std::collections::{BTreeMap, BTreeSet};

use naru_core::JobName;
use naru_core::name::QUARANTINE_SUFFIX;
use naru_lake::{Lake, LakeTable, ListedTable, TableName};

use crate::error::CommandError;
use crate::phase_lake::PhaseLake;
use crate::workspace::Workspace;
use crate::{planning, runtime};

/// What users call the table of a job's rejected rows, in every phase.
pub(crate) fn quarantine_name(job: &JobName) -> String {
    format!("{}{QUARANTINE_SUFFIX}", job.qualified_table())
}

/// The names of a project's tables in its phase, both ways.
pub(crate) struct LakeNames {
    physical: BTreeMap<String, TableName>,
    logical: BTreeMap<TableName, String>,
}

impl LakeNames {
    /// The names that the project's jobs give. Jobs whose names fail AWS's limits have no table.
    pub(crate) fn of(workspace: &Workspace) -> Result<Self, CommandError> {
        let mut names = Self { physical: BTreeMap::new(), logical: BTreeMap::new() };
        for job in workspace.jobs()? {
            if let Ok(derived) = planning::names(workspace, &job) {
                let database = derived.glue_database.to_string();
                let quarantine = quarantine_name(&job);
                for (logical, table) in
                    [(job.qualified_table(), derived.glue_table), (quarantine, derived.quarantine_table)]
                {
                    let table = TableName { database: database.clone(), table: table.to_string() };
                    names.logical.insert(table.clone(), logical.clone());
                    names.physical.insert(logical, table);
                }
            }
        }
        Ok(names)
    }

    /// The tables that may have their files where the phase's have: all of an embedded lake; of a catalog on AWS, which is
    /// not naru's alone, those of the databases of the project's jobs, and of some `others`.
    ///
    /// # Errors
    /// The catalog's.
    pub(crate) fn listed(&self, lake: &PhaseLake, others: &[TableName]) -> Result<Vec<ListedTable>, CommandError> {
        let listed = if lake.region().is_none() {
            runtime::block_on(lake.lake().tables())
        } else {
            let names = self.logical.keys().chain(others);
            let databases: BTreeSet<&str> = names.map(|name| name.database.as_str()).collect();
            runtime::block_on(lake.lake().tables_of(databases))
        };
        listed.map_err(CommandError::from)
    }

    /// The lake's tables: all of an embedded lake; of a catalog on AWS those of the project's jobs.
    ///
    /// # Errors
    /// The catalog's.
    pub(crate) fn tables(&self, lake: &PhaseLake) -> Result<Vec<TableName>, CommandError> {
        Ok(self.own(lake, &self.listed(lake, &[])?))
    }

    /// Those of some listed tables that [`Self::tables`] gives.
    pub(crate) fn own(&self, lake: &PhaseLake, listed: &[ListedTable]) -> Vec<TableName> {
        let is_all_naru = lake.region().is_none();
        let names = listed.iter().map(|listed| &listed.name);
        names.filter(|name| is_all_naru || self.logical.contains_key(name)).cloned().collect()
    }

    /// `database.table` as users write it; the lake's own name for a table without a job.
    pub(crate) fn logical(&self, table: &TableName) -> String {
        self.logical.get(table).cloned().unwrap_or_else(|| format!("{}.{}", table.database, table.table))
    }

    /// Finds the table that a user names: `deposit.account`, a job, or the lake's own name for a table.
    ///
    /// # Errors
    /// A job's name that does not parse; no such table.
    pub(crate) fn find(
        &self,
        workspace: &Workspace,
        lake: &Lake,
        text: &str,
    ) -> Result<(String, LakeTable), CommandError> {
        let shown = if text.contains("__") { crate::jobs::parse(text)?.qualified_table() } else { text.to_owned() };
        let as_written = || {
            let (database, table) = shown.split_once('.')?;
            Some(TableName { database: database.into(), table: table.into() })
        };
        let table = match self.physical.get(&shown).cloned().or_else(as_written) {
            Some(name) => runtime::block_on(lake.table(&name.database, &name.table))?,
            None => None,
        };
        table.map(|table| (shown.clone(), table)).ok_or_else(|| {
            let unknown = CommandError::failed(format!("there is no table {shown} in phase {}", workspace.phase));
            match self.nearest(&shown) {
                Some(near) => unknown.hint(format!("did you mean {near}?")),
                None => unknown.hint("`naru tables` lists them; `naru run` loads a job's table"),
            }
        })
    }

    fn nearest(&self, text: &str) -> Option<&str> {
        let near = |known: &&str| strsim::jaro_winkler(text, known) > 0.9 && *known != text;
        self.physical.keys().map(String::as_str).find(near)
    }
}
