//! Jobs and definitions joined on their table.

use std::collections::{BTreeMap, HashSet};

use crate::{Engine, Fault, Level, Mode, TableDefinition};

use super::nearest_path::NearestPath;
use super::{CheckSettings, CheckedDefinition, CheckedJob};

/// Logical database and table.
type Table = (String, String);

/// A DAG file whose name is a job.
struct Job<'a> {
    path: &'a str,
    level: Level,
    mode: Mode,
    engine: Engine,
}

/// Reports tables with a job but no definition, a definition but no job, two jobs, or what its job's level, mode or
/// engine does not allow.
pub(super) fn check(
    settings: CheckSettings<'_>,
    dags: &[CheckedJob],
    definitions: &[CheckedDefinition],
    faults: &mut Vec<Fault>,
) {
    let table_defs = settings.table_defs.trim_end_matches('/');
    let jobs = jobs_by_table(dags);
    let tables = definitions_by_table(table_defs, definitions, faults);
    for (table, jobs) in &jobs {
        check_single(table, jobs, faults);
        let definition = tables.get(table).and_then(|(_, definition)| definition.as_ref().ok());
        for job in jobs.iter().filter(|_| definition.is_some()) {
            faults.extend(definition.into_iter().flat_map(|definition| definition.check_level(job.level)));
            faults.extend(definition.into_iter().flat_map(|definition| definition.check_mode(job.mode)));
            if settings.glue_lacks_key && job.engine != Engine::Pl {
                faults.extend(definition.into_iter().flat_map(TableDefinition::check_glue_key));
            }
        }
    }
    check_missing_definitions(table_defs, &jobs, &tables, faults);
    check_missing_jobs(dags, &jobs, &tables, faults);
}

fn jobs_by_table(dags: &[CheckedJob]) -> BTreeMap<Table, Vec<Job<'_>>> {
    let mut jobs: BTreeMap<Table, Vec<Job<'_>>> = BTreeMap::new();
    for dag in dags {
        let Ok(job) = &dag.name else { continue };
        let table = (job.database.to_string(), job.table.to_string());
        jobs.entry(table).or_default().push(Job {
            path: &dag.path,
            level: job.level,
            mode: job.mode,
            engine: job.engine,
        });
    }
    for jobs in jobs.values_mut() {
        jobs.sort_by_key(|job| job.path);
    }
    jobs
}

/// A definition's table is its file name, its database the directory it stands in.
fn definitions_by_table<'a>(
    table_defs: &str,
    definitions: &'a [CheckedDefinition],
    faults: &mut Vec<Fault>,
) -> BTreeMap<Table, &'a CheckedDefinition> {
    let mut tables = BTreeMap::new();
    for file in definitions {
        let mut parts = file.0.rsplit('/');
        let table = parts.next().and_then(|name| name.strip_suffix(".csv"));
        match table.zip(parts.next()).filter(|(table, database)| !table.is_empty() && !database.is_empty()) {
            Some((table, database)) => {
                tables.insert((database.to_owned(), table.to_owned()), file);
            }
            None => {
                let fault = Fault::new(&file.0, "this is not the path of a table definition");
                faults.push(fault.hint(format!("it is {table_defs}/<database>/<table>.csv")));
            }
        }
    }
    tables
}

fn check_single((database, table): &Table, jobs: &[Job<'_>], faults: &mut Vec<Fault>) {
    let Some((first, others)) = jobs.split_first() else { return };
    for other in others {
        let (one, two) = (stem(first.path), stem(other.path));
        let message = format!("{database}.{table} has two jobs: \"{one}\" and \"{two}\"");
        faults.push(Fault::new(other.path, message).hint("one table has one job: delete one of the files"));
    }
}

fn check_missing_definitions(
    table_defs: &str,
    jobs: &BTreeMap<Table, Vec<Job<'_>>>,
    tables: &BTreeMap<Table, &CheckedDefinition>,
    faults: &mut Vec<Fault>,
) {
    let missing: Vec<_> = jobs.iter().filter(|(table, _)| !tables.contains_key(*table)).collect();
    if missing.is_empty() {
        return;
    }
    let existing = tables.iter().map(|((database, table), file)| (database.as_str(), table.as_str(), file.0.as_str()));
    let nearest = NearestPath::new(existing);
    for ((database, table), jobs) in missing {
        for job in jobs {
            let message = format!("no table definition: expected {table_defs}/{database}/{table}.csv");
            let hint = match nearest.find(database, table) {
                Some(path) => format!("the nearest is {path}; rename one of the two, or add the definition"),
                None => "add the definition".into(),
            };
            faults.push(Fault::new(job.path, message).hint(hint));
        }
    }
}

fn check_missing_jobs(
    dags: &[CheckedJob],
    jobs: &BTreeMap<Table, Vec<Job<'_>>>,
    tables: &BTreeMap<Table, &CheckedDefinition>,
    faults: &mut Vec<Fault>,
) {
    // A DAG file whose name has a fault elsewhere is still the table's job: one mistake, one fault.
    let meant: HashSet<(&str, &str)> = dags.iter().filter(|dag| dag.name.is_err()).filter_map(meant_table).collect();
    for (key @ (database, table), file) in tables {
        if jobs.contains_key(key) || meant.contains(&(database.as_str(), table.as_str())) {
            continue;
        }
        let fault = Fault::new(&file.0, format!("no job loads {database}.{table}"));
        let name = format!("dags/<source>__{database}__{table}__<level>__<mode>__<engine>__<cadence>.py");
        faults.push(fault.hint(format!("add {name}, or delete this file")));
    }
}

fn meant_table(dag: &CheckedJob) -> Option<(&str, &str)> {
    let mut segments = stem(&dag.path).split("__").skip(1);
    segments.next().zip(segments.next())
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".py").unwrap_or(name)
}
