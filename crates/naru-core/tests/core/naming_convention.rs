//! Holds the code to `naming-convention.md`: every row of its tables is an example.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono_tz::Tz;
use naru_core::interval::Interval;
use naru_core::physical::{
    BucketName, DagFileName, DagId, GlueDatabaseName, GlueJobName, GlueTableName, KeyAlias, KeyPrefix, LimitError,
    RoleName, SecurityConfigurationName, TagValue, WorkgroupName,
};
use naru_core::{Cadence, Engine, JobName, Level, Mode, Phase, PhysicalNames, Project};

const PAGE: &str = include_str!("../../../../naming-convention.md");
const EXAMPLE: &str = "corebank__deposit__account__p2__merge__auto__d";

/// The cells of the table under a heading, without its head, without the marks of code.
fn table<const COLUMNS: usize>(heading: &str) -> Vec<[String; COLUMNS]> {
    let section = PAGE.split("\n## ").find_map(|section| section.strip_prefix(heading)).unwrap();
    let lines = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let row = |line: &str| -> [String; COLUMNS] {
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().replace('`', "")).collect();
        cells.try_into().unwrap()
    };
    let rows: Vec<_> = lines.skip(2).map(row).collect();
    assert!(!rows.is_empty(), "no table under {heading}");
    rows
}

#[test]
fn words_are_those_of_the_code_in_their_order() {
    let mut words = Vec::new();
    words.extend(Level::ALL.iter().map(|w| ["level", w.as_str(), w.title()]));
    words.extend(Mode::ALL.iter().map(|w| ["mode", w.as_str(), w.title()]));
    words.extend(Engine::ALL.iter().map(|w| ["engine", w.as_str(), w.title()]));
    words.extend(Cadence::ALL.iter().map(|w| ["cadence", w.as_str(), w.title()]));
    assert_eq!(table::<3>("Words"), words.iter().map(|row| row.map(String::from)).collect::<Vec<_>>());
}

#[test]
fn right_names_parse_print_back_and_read_as_said() {
    for [given, reads] in table("Right names") {
        let job = JobName::parse(&given).unwrap();
        let file = given.rsplit('/').next().unwrap();
        assert_eq!(job.to_string(), file.strip_suffix(".py").unwrap_or(file));
        assert_eq!(job.reads(), reads);
    }
}

#[test]
fn wrong_names_give_exactly_the_errors() {
    for [given, errors, hints] in table("Wrong names") {
        let faults = JobName::parse(&given).unwrap_err().faults();
        let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(messages.join("<br>"), errors, "{given}");
        let told: Vec<&str> = faults.iter().filter_map(|fault| fault.hint.as_deref()).collect();
        assert_eq!(told.join("<br>"), hints, "{given}");
        assert!(faults.iter().all(|fault| fault.file == given));
    }
}

#[test]
fn intervals_cover_what_is_said() {
    for [cadence, text, zone, start, end] in table("Intervals") {
        let zone: Tz = zone.parse().unwrap();
        let interval = Interval::parse(cadence.parse().unwrap(), &text, zone).unwrap();
        assert_eq!(interval.text, text);
        let local = |instant: chrono::DateTime<chrono::Utc>| instant.with_timezone(&zone).to_rfc3339();
        assert_eq!((local(interval.start), local(interval.end)), (start, end), "{text}");
    }
}

#[test]
fn derived_names_are_those_of_the_example() {
    let project = Project::parse("org = \"acme\"", "naru.toml").unwrap();
    let names = PhysicalNames::derive(&project, Phase::Dev, &EXAMPLE.parse().unwrap()).unwrap();
    let rows: Vec<[String; 2]> = names.rows().iter().map(|(what, name)| [*what, *name].map(String::from)).collect();
    let said = table::<4>("Derived names");
    assert_eq!(said.iter().map(|[what, _, _, name]| [what.clone(), name.clone()]).collect::<Vec<_>>(), rows);
}

#[test]
fn templates_have_the_defaults_that_are_said() {
    let names = Project::parse("org = \"acme\"", "naru.toml").unwrap().names;
    for [what, key, default, _] in table("Derived names") {
        let template = match key.as_str() {
            "bucket" => &names.bucket,
            "shared_bucket" => &names.shared_bucket,
            "key_alias" => &names.key_alias,
            "landing_prefix" => &names.landing_prefix,
            "table_location" => &names.table_location,
            "database" => &names.database,
            "table" => &names.table,
            "quarantine_table" => &names.quarantine_table,
            "glue_job" => &names.glue_job,
            "workgroup" => &names.workgroup,
            "dag" => &names.dag,
            other => {
                assert_eq!(other, "", "{what}");
                continue;
            }
        };
        assert_eq!(template.to_string(), default, "{what}");
        // What the page says is the key is one: the default may be written out.
        let written = format!("org = \"acme\"\n[names]\n{key} = \"{default}\"");
        assert!(Project::parse(&written, "naru.toml").is_ok(), "{what}");
    }
}

#[test]
fn limits_are_where_they_are_said() {
    for [what, longest, _, page] in table("Limits") {
        let longest: usize = longest.parse().unwrap();
        assert_eq!(check(&what, longest), Ok(()), "{what}");
        let error = check(&what, longest + 1).unwrap_err();
        assert_eq!((error.what, error.page), (what.as_str(), page.as_str()));
        assert_eq!(error.problem, format!("has {} characters", longest + 1));
    }
}

/// Checks an otherwise right name of so many characters.
fn check(what: &str, length: usize) -> Result<(), LimitError> {
    let name =
        |before: &str, after: &str| format!("{before}{}{after}", "a".repeat(length - before.len() - after.len()));
    match what {
        "bucket" => BucketName::new(name("", "")).map(drop),
        "key alias" => KeyAlias::new(name("alias/", "")).map(drop),
        "prefix" => KeyPrefix::new(name("", "/")).map(drop),
        "Glue database" => GlueDatabaseName::new(name("", "")).map(drop),
        "Glue table" => GlueTableName::new(name("", "")).map(drop),
        "Glue job" => GlueJobName::new(name("", "")).map(drop),
        "role" => RoleName::new(name("", "")).map(drop),
        "security configuration" => SecurityConfigurationName::new(name("", "")).map(drop),
        "workgroup" => WorkgroupName::new(name("", "")).map(drop),
        "DAG" => DagId::new(name("", "")).map(drop),
        "DAG file" => DagFileName::new(name("", ".py")).map(drop),
        "tag" => TagValue::new(name("", "")).map(drop),
        other => unreachable!("no limit is called {other}"),
    }
}
