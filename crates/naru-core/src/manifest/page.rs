//! The page about a job that Airflow's web page shows.

use std::fmt::Write as _;

use super::ManifestSource;
use crate::definition::DefinedColumn;
use crate::{Engine, Treatment};

/// The page, in Markdown.
pub(super) fn of(source: ManifestSource<'_>) -> String {
    let ManifestSource { job, names, definition, needs } = source;
    let mut page = format!("### {}\n\n{}.\n\n", job.qualified_table(), capital(&job.reads()));
    let _ = writeln!(page, "- files land in `{}/{}`", names.landing.name, names.landing_template);
    let _ =
        writeln!(page, "- table `{}.{}`, by definition `{}`", names.glue_database, names.glue_table, definition.file());
    let _ = writeln!(page, "- {}", route(job.engine, names.glue_job.as_str()));
    for need in needs {
        let _ = writeln!(page, "- needs `{}`, all of its {}", need.job, need.slice);
    }
    page.push_str("\n| column | type | key | required | level | treatment | description |\n| --- | --- | --- | --- | --- | --- | --- |\n");
    for column in definition.columns() {
        if let Some((name, stored)) = column.stored() {
            let _ = writeln!(page, "| {name} | {stored} |{}", properties(column));
        }
    }
    page
}

/// Key, whether required, level, treatment and description, each with a bar behind.
fn properties(column: &DefinedColumn) -> String {
    let cells = [
        column.key.map(|position| position.to_string()),
        column.required.then(|| "yes".into()),
        column.level.map(|level| level.to_string()),
        column.treatment.map(|treatment: Treatment| treatment.to_string()),
        Some(column.description.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")),
    ];
    cells
        .into_iter()
        .map(|cell| cell.filter(|text| !text.is_empty()).map_or(" |".into(), |text| format!(" {text} |")))
        .collect()
}

fn route(engine: Engine, glue_job: &str) -> String {
    match engine {
        Engine::Pl => "always loaded in naru's own process".into(),
        Engine::Sp => format!("always loaded by Spark: Glue job `{glue_job}`"),
        Engine::Auto => format!(
            "small loads run in naru's own process, large ones on Spark: Glue job `{glue_job}`; `naru route` says why"
        ),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + characters.as_str())
}
