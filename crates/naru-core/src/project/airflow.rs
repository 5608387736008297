//! The `[airflow]` table of `naru.toml`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::reader::{Faults, Reader};
use crate::airflow::AirflowSettings;
use crate::name::DatabaseName;

/// What is wrong with a value, and what to do about it.
type Wrong = (String, String);

pub(super) fn airflow(mut reader: Reader<'_>, faults: &mut Faults<'_>) -> Option<AirflowSettings> {
    let default = AirflowSettings::default();
    let retries = reader.count("retries", default.retries, 0, faults);
    let retry_delay_seconds = reader.count("retry_delay_seconds", default.retry_delay_seconds, 0, faults);
    let execution_timeout_seconds =
        reader.count("execution_timeout_seconds", default.execution_timeout_seconds, 1, faults);
    let pool = reader.parse("pool", Some(default.pool), faults, some_text);
    let owner = reader.parse("owner", Some(default.owner), faults, some_text);
    let max_active_runs = reader.count("max_active_runs", default.max_active_runs, 1, faults);
    let start_date = reader.parse("start_date", Some(default.start_date), faults, day);
    let catchup = reader.take::<bool>("catchup", faults).map_or(default.catchup, toml::Spanned::into_inner);
    let wait_timeout_seconds = reader.count("wait_timeout_seconds", default.wait_timeout_seconds, 1, faults);
    let wait_poll_seconds = reader.count("wait_poll_seconds", default.wait_poll_seconds, 1, faults);
    let deferrable = reader.take::<bool>("deferrable", faults).map_or(default.deferrable, toml::Spanned::into_inner);
    let runner = reader.parse("runner", Some(default.runner), faults, |text| {
        text.parse().map_err(|error: crate::name::WordError| (error.to_string(), error.hint()))
    });
    let runner_options = reader.take::<BTreeMap<String, serde_json::Value>>("runner_options", faults);
    let naru_binary = reader.parse("naru_binary", Some(default.naru_binary), faults, some_text);
    let dags_folder = reader.parse("dags_folder", Some(None), faults, |text| some_text(text).map(Some));
    let owners = owners(&mut reader, faults);
    reader.finish(faults);
    Some(AirflowSettings {
        retries,
        retry_delay_seconds,
        execution_timeout_seconds,
        pool: pool?,
        owner: owner?,
        owners,
        max_active_runs,
        start_date: start_date?,
        catchup,
        wait_timeout_seconds,
        wait_poll_seconds,
        deferrable,
        runner: runner?,
        runner_options: runner_options.map(toml::Spanned::into_inner).unwrap_or_default(),
        naru_binary: naru_binary?,
        dags_folder: dags_folder?,
    })
}

fn owners(reader: &mut Reader<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, String> {
    let Some(owners) = reader.take::<BTreeMap<String, String>>("owners", faults) else { return BTreeMap::new() };
    for database in owners.get_ref().keys() {
        if let Err(error) = database.parse::<DatabaseName>() {
            faults.add(Some(owners.span()), format!("{}: {error}", reader.path("owners")), Some(error.hint()));
        }
    }
    owners.into_inner()
}

fn some_text(text: &str) -> Result<String, Wrong> {
    match text.trim() {
        "" => Err(("the text is empty".into(), "write one, or leave the key out".into())),
        text => Ok(text.into()),
    }
}

fn day(text: &str) -> Result<NaiveDate, Wrong> {
    text.parse().map_err(|_| (format!("\"{text}\" is no day"), "write it in quotes, as in \"2026-01-01\"".into()))
}
