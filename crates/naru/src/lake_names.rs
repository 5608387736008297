//! Tables as users write them, `deposit.account`, and as the lake has them, `dev_deposit.account`.

use naru_core::JobName;
use naru_lake::LakeTable;

use crate::error::CommandError;
use crate::workspace::Workspace;
use crate::{planning, runtime};

/// The lake's database for a logical one.
pub(crate) fn physical_database(workspace: &Workspace, database: &str) -> String {
    workspace.project.database_name(workspace.phase, database)
}

/// `database.table` as users write it, or the physical name when the database is not one of this phase.
pub(crate) fn logical(workspace: &Workspace, database: &str, table: &str) -> String {
    match workspace.project.logical_database(workspace.phase, database) {
        Some(logical) => format!("{logical}.{table}"),
        None => format!("{database}.{table}"),
    }
}

/// Finds the table that a user names: `deposit.account`, or a job.
pub(crate) fn find(
    workspace: &Workspace,
    lake: &naru_lake::Lake,
    text: &str,
) -> Result<(String, LakeTable), CommandError> {
    let (database, table) = match text.split_once('.') {
        Some((database, table)) if !text.contains("__") => (physical_database(workspace, database), table.to_owned()),
        _ => {
            let job: JobName = crate::jobs::parse(text)?;
            let names = planning::names(workspace, &job)?;
            (names.glue_database, names.glue_table)
        }
    };
    let shown = logical(workspace, &database, &table);
    let found = runtime::block_on(lake.table(&database, &table))?;
    found.map(|t| (shown.clone(), t)).ok_or_else(|| {
        CommandError::failed(format!("there is no table {shown} in phase {}", workspace.phase))
            .hint("`naru tables` lists them; `naru run` loads a job's table")
    })
}
