//! From `naru.toml`'s text to a project, with every fault at once.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono_tz::{TZ_VARIANTS, Tz};
use toml::de::DeTable;

use super::airflow;
use super::glue;
use super::landing;
use super::marks;
use super::names::{self, NameTemplates, Row};
use super::prices::{check_region, prices};
use super::reader::{Faults, Reader};
use super::spark;
use super::{DEFAULT_LAKE_PATH, LakeSettings, Project, RunSettings};
use crate::evolution::EvolutionPolicy;
use crate::nearest::nearest;
use crate::query_cost::AthenaSettings;
use crate::route::RouteModel;
use crate::{Fault, Phase, treatment};

/// What is wrong with a value, and what to do about it.
type Wrong = (String, String);

pub(super) fn project(text: &str, file: &str) -> Result<Project, Vec<Fault>> {
    let mut faults = Faults::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What follows a syntax error may be read wrongly: nothing else is said.
        errors.iter().for_each(|error| faults.add_toml(error, None, None));
        return faults.into_result(None);
    }
    let mut top = Reader::new("", table.into_inner());
    if !top.holds("org") {
        let hint = "write org = \"acme\", with your organization's short name: names of buckets begin with it";
        faults.add(None, "org is missing", Some(hint.into()));
    }
    let org = top.parse("org", None, &mut faults, org);
    let has_account = top.holds("account");
    let account = top.parse("account", Some(None), &mut faults, |text| account(text).map(Some));
    let time_zone = top.parse("time_zone", Some(Tz::Asia__Seoul), &mut faults, time_zone);
    let phase = top.parse("phase", Some(Phase::default()), &mut faults, phase);
    let table_defs = top.parse("table_defs", Some("table-defs".into()), &mut faults, folder);
    let dags = top.parse("dags", Some("dags".into()), &mut faults, folder);
    let phases = phases(Reader::new("phases", top.table("phases", &mut faults)), account.as_ref(), &mut faults);
    let names = names(Reader::new("names", top.table("names", &mut faults)), has_account, &mut faults);
    let run = run(Reader::new("run", top.table("run", &mut faults)), &mut faults);
    let athena = athena(Reader::new("athena", top.table("athena", &mut faults)), &mut faults);
    let evolution = evolution(Reader::new("evolution", top.table("evolution", &mut faults)), &mut faults);
    let route = top.take::<RouteModel>("route", &mut faults).map(toml::Spanned::into_inner).unwrap_or_default();
    let prices = prices(&mut top, &mut faults);
    check_region(&route, &prices, &mut faults);
    let glue = glue::glue(Reader::new("glue", top.table("glue", &mut faults)), has_account, &mut faults);
    if let Some(glue) = &glue {
        glue::check_worker(glue, &route, &mut faults);
    }
    let spark = spark::spark(Reader::new("spark", top.table("spark", &mut faults)), &mut faults);
    let airflow = airflow::airflow(Reader::new("airflow", top.table("airflow", &mut faults)), &mut faults);
    let marks = marks::marks(Reader::new("marks", top.table("marks", &mut faults)), phases.len(), &mut faults);
    let landing = landing::landing(Reader::new("landing", top.table("landing", &mut faults)), &mut faults);
    top.finish(&mut faults);
    let all = (|| {
        Some(Project {
            org: org?,
            account: account?,
            time_zone: time_zone?,
            phase: phase?,
            table_defs: table_defs?,
            dags: dags?,
            phases,
            names: names?,
            run,
            athena,
            route,
            prices,
            evolution,
            glue: glue?,
            spark,
            airflow: airflow?,
            marks,
            landing: landing?,
        })
    })();
    faults.into_result(all)
}

fn org(text: &str) -> Result<String, Wrong> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !text.is_empty() && text.bytes().all(legal) && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text.into());
    }
    let hint = "write lower-case letters, digits and hyphens, a letter or digit first and last";
    Err((format!("\"{text}\" cannot begin a bucket's name"), hint.into()))
}

fn account(text: &str) -> Result<String, Wrong> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text.into());
    }
    Err((format!("\"{text}\" is no AWS account"), "write its 12 digits, as in \"123456789012\"".into()))
}

fn time_zone(text: &str) -> Result<Tz, Wrong> {
    Tz::from_str(text).map_err(|_| {
        let hint = match nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name())) {
            Some(meant) => format!("did you mean \"{meant}\"?"),
            None => "write a name of the IANA time zone database, as in \"Asia/Seoul\"".into(),
        };
        (format!("unknown time zone \"{text}\""), hint)
    })
}

fn phase(text: &str) -> Result<Phase, Wrong> {
    text.parse().map_err(|error: crate::name::WordError| (error.to_string(), error.hint()))
}

fn folder(text: &str) -> Result<String, Wrong> {
    match text.trim_end_matches('/') {
        // The root is nobody's folder, and all slashes.
        "" => Err((format!("\"{text}\" is no folder"), "write a path relative to naru.toml".into())),
        folder => Ok(folder.into()),
    }
}

/// A file's path. A key in its place is refused without being repeated.
fn key_file(text: &str) -> Result<String, Wrong> {
    if text.trim().is_empty() {
        return Err(("the path is empty".into(), "write the path of the file that holds the key".into()));
    }
    if treatment::looks_like_a_key(text) {
        let hint = "write the path of a file that holds the key; this one is no secret any more: make another";
        return Err(("this is a key, not the path of a file".into(), hint.into()));
    }
    Ok(text.into())
}

pub(super) fn region(text: &str) -> Result<String, Wrong> {
    let parts: Vec<&str> = text.split('-').collect();
    let words = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [words_before @ .., number]
            if words_before.len() >= 2 && words_before.iter().all(words) && number.parse::<u8>().is_ok() =>
        {
            Ok(text.into())
        }
        _ => Err((format!("\"{text}\" is no AWS region"), "write its code, as in \"ap-northeast-2\"".into())),
    }
}

/// `account` is none if what the settings have is no account, and said to be a fault already.
fn phases(
    mut reader: Reader<'_>,
    account: Option<&Option<String>>,
    faults: &mut Faults<'_>,
) -> BTreeMap<Phase, LakeSettings> {
    let mut phases = BTreeMap::from([(Phase::Dev, LakeSettings::default())]);
    for phase in Phase::ALL {
        if reader.holds(phase.as_str()) {
            let (key, name) = match phase {
                Phase::Dev => ("dev", "phases.dev"),
                Phase::Qa => ("qa", "phases.qa"),
                Phase::Prod => ("prod", "phases.prod"),
            };
            let table = Reader::new(name, reader.table(key, faults));
            phases.extend(lake(table, account, faults).map(|lake| (*phase, lake)));
        } else {
            reader.parse(phase.as_str(), None::<()>, faults, |_| Ok(()));
        }
    }
    reader.finish(faults);
    phases
}

fn lake(mut reader: Reader<'_>, account: Option<&Option<String>>, faults: &mut Faults<'_>) -> Option<LakeSettings> {
    let lake_span = reader.span("lake");
    let is_aws = reader.parse("lake", Some(false), faults, |text| match text {
        "embedded" => Ok(false),
        "aws" => Ok(true),
        _ => Err((format!("unknown lake \"{text}\""), "the lakes are embedded (a directory with SQLite), aws".into())),
    });
    let (path_span, region_span) = (reader.span("path"), reader.span("region"));
    let path = reader.parse("path", Some(DEFAULT_LAKE_PATH.into()), faults, folder);
    let region = reader.parse("region", Some(None), faults, |text| region(text).map(Some));
    let key_file_span = reader.span("treatment_key_file");
    let treatment_key_file = reader.parse("treatment_key_file", Some(None), faults, |text| key_file(text).map(Some));
    let strays = match is_aws {
        Some(true) => vec![
            (path_span, "path", "embedded", "leave it out: buckets follow from [names]"),
            (key_file_span, "treatment_key_file", "embedded", "leave it out, or write lake = \"embedded\""),
        ],
        _ => vec![(region_span, "region", "aws", "leave it out, or write lake = \"aws\"")],
    };
    for (stray, key, owner, hint) in strays {
        if is_aws.is_some() && stray.is_some() {
            faults.add(stray, format!("{} belongs to lake = \"{owner}\"", reader.path(key)), Some(hint.into()));
        }
    }
    reader.finish(faults);
    if is_aws == Some(true) && account == Some(&None) {
        let hint = "write account = \"123456789012\" at the top: it must own every bucket, and the catalog";
        faults.add(lake_span, "lake = \"aws\" without an account", Some(hint.into()));
    }
    match is_aws? {
        true => Some(LakeSettings::Aws { account: account?.clone()?, region: region? }),
        false => Some(LakeSettings::Embedded { path: path?, treatment_key_file: treatment_key_file? }),
    }
}

fn names(mut reader: Reader<'_>, has_account: bool, faults: &mut Faults<'_>) -> Option<NameTemplates> {
    let mut row = |row: &Row| {
        let default = row.parse(row.default, true).ok();
        reader.parse(row.key, default, faults, |text| row.parse(text, has_account))
    };
    let bucket = row(&names::BUCKET);
    let shared_bucket = row(&names::SHARED_BUCKET);
    let key_alias = row(&names::KEY_ALIAS);
    let landing_prefix = row(&names::LANDING_PREFIX);
    let table_location = row(&names::TABLE_LOCATION);
    let database = row(&names::DATABASE);
    let table = row(&names::TABLE);
    let quarantine_table = row(&names::QUARANTINE_TABLE);
    let glue_job = row(&names::GLUE_JOB);
    let workgroup = row(&names::WORKGROUP);
    let dag = row(&names::DAG);
    reader.finish(faults);
    Some(NameTemplates {
        bucket: bucket?,
        shared_bucket: shared_bucket?,
        key_alias: key_alias?,
        landing_prefix: landing_prefix?,
        table_location: table_location?,
        database: database?,
        table: table?,
        quarantine_table: quarantine_table?,
        glue_job: glue_job?,
        workgroup: workgroup?,
        dag: dag?,
    })
}

fn evolution(mut reader: Reader<'_>, faults: &mut Faults<'_>) -> BTreeMap<Phase, EvolutionPolicy> {
    let mut policies = BTreeMap::new();
    for phase in Phase::ALL {
        let policy = reader.parse(phase.as_str(), Some(None), faults, |text| {
            text.parse().map(Some).map_err(|error: crate::name::WordError| (error.to_string(), error.hint()))
        });
        policies.extend(policy.flatten().map(|policy| (*phase, policy)));
    }
    reader.finish(faults);
    policies
}

fn athena(mut reader: Reader<'_>, faults: &mut Faults<'_>) -> AthenaSettings {
    let mut settings = AthenaSettings::default();
    if let Some(price) = reader.take::<f64>("usd_per_tb", faults) {
        if price.get_ref().is_finite() && *price.get_ref() >= 0.0 {
            settings.usd_per_tb = *price.get_ref();
        } else {
            let message = format!("{} is {}", reader.path("usd_per_tb"), price.get_ref());
            faults.add(Some(price.span()), message, Some("write a price in US dollars, 0 or more".into()));
        }
    }
    reader.finish(faults);
    settings
}

fn run(mut reader: Reader<'_>, faults: &mut Faults<'_>) -> RunSettings {
    let default = RunSettings::default();
    let run = RunSettings {
        parallel_jobs: reader.count("parallel_jobs", default.parallel_jobs, 1, faults),
        threads: reader.count("threads", default.threads, 0, faults),
        memory_mib: reader.count("memory_mib", default.memory_mib, 64, faults),
        commit_attempts: reader.count("commit_attempts", default.commit_attempts, 1, faults),
    };
    reader.finish(faults);
    run
}
