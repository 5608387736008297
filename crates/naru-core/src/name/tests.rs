#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::Phase;

const RIGHT: &str = "corebank__deposit__account__p2__merge__auto__d";

/// The faults of a wrong name, one line each.
fn faults(given: &str) -> String {
    let line = |fault: &crate::Fault| format!("{}\n  hint: {}", fault.message, fault.hint.clone().unwrap_or_default());
    JobName::parse(given).unwrap_err().faults().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn reads_in_words() {
    let job: JobName = RIGHT.parse().unwrap();
    assert_snapshot!(job.reads(), @"from corebank into deposit.account, personal data, merged by key, engine chosen by size, every day");
    assert_eq!(job.qualified_table(), "deposit.account");
}

#[test]
fn takes_a_name_a_file_or_a_path() {
    let job: JobName = RIGHT.parse().unwrap();
    for given in ["NAME", "NAME.py", "dags/NAME.py", "./dags/NAME.py", "/opt/airflow/dags/NAME.py", r"dags\NAME.py"] {
        assert_eq!(given.replace("NAME", RIGHT).parse(), Ok(job.clone()), "{given}");
    }
}

#[test]
fn every_wrong_segment_is_told_at_once() {
    assert_snapshot!(faults("dags/CoreBank__2deposit__account___P2__mrege__spark__daily.py"), @r#"
    segment 1: source "CoreBank" holds 'C'
      hint: write "corebank"
    segment 2: database "2deposit" begins with a digit
      hint: begin with a letter
    segment 4: unknown level "_P2"
      hint: did you mean "p2"?
    segment 5: unknown mode "mrege"
      hint: did you mean "merge"?
    segment 6: unknown engine "spark"
      hint: did you mean "sp"?
    segment 7: unknown cadence "daily"
      hint: did you mean "d"?
    "#);
}

#[test]
fn says_which_segments_are_missing() {
    assert_snapshot!(faults("corebank__deposit__account__p2__merge__d"), @r"
    a job's name has 7 segments, this one has 6: engine is missing
      hint: write <source>__<database>__<table>__<level>__<mode>__<engine>__<cadence>
    ");
    assert_snapshot!(faults("account__p2__mrege__auto"), @r#"
    a job's name has 7 segments, this one has 4: cadence and two of source, database, table are missing
      hint: write <source>__<database>__<table>__<level>__<mode>__<engine>__<cadence>
    segment 3: unknown mode "mrege"
      hint: did you mean "merge"?
    "#);
}

#[test]
fn says_what_is_too_many() {
    assert_snapshot!(faults("dev__corebank__deposit__account__p2__merge__auto__d"), @r#"
    a job's name has 7 segments, this one has 8: "dev" is too many
      hint: leave out "dev": the same job runs in every phase, naru run --phase chooses one
    "#);
    assert_snapshot!(faults("corebank__deposit__account__history__p2__merge__auto__d"), @r"
    a job's name has 7 segments, this one has 8: one is too many
      hint: two underscores stand between segments, single ones inside
    ");
}

#[test]
fn modes_of_later_builds_are_not_unknown() {
    assert_snapshot!(faults("corebank__deposit__account__p2__cdc__auto__d"), @r#"
    segment 5: mode "cdc" is not there yet
      hint: until it is, land full extracts and use replace, or changed rows and use merge
    "#);
}

#[test]
fn odd_texts_are_errors() {
    assert_snapshot!(faults(""), @r"
    the job's name is empty
      hint: write <source>__<database>__<table>__<level>__<mode>__<engine>__<cadence>
    ");
    assert_snapshot!(faults(&format!("{RIGHT}.csv")), @r#"
    a job's name has no dot, this one ends with ".csv"
      hint: a DAG's file is the job's name with .py behind it
    "#);
    assert_snapshot!(faults("corebank____account__p2__merge__auto__d"), @r"
    segment 2: database is empty
      hint: write a lower-case letter, then letters, digits and single underscores
    ");
    assert_snapshot!(faults("corebank__deposit__account_quarantine__p2__merge__auto__d"), @r#"
    segment 3: table "account_quarantine" ends with _quarantine, the name of another table's quarantine
      hint: choose another ending, as in _rejected
    "#);
    assert_snapshot!(faults("core-bank__deposit__계좌__p2__merge__auto__d"), @r#"
    segment 1: source "core-bank" holds '-'
      hint: write "core_bank"
    segment 3: table "계좌" holds '계'
      hint: write lower-case letters a to z, digits and single underscores
    "#);
}

#[test]
fn double_underscores_inside_a_part_are_refused() {
    let error = "a__b".parse::<TableName>().unwrap_err();
    assert_snapshot!(error, @r#"table "a__b" holds two underscores in a row"#);
}

#[test]
fn words_parse_and_print_as_inverses() {
    for level in Level::ALL {
        assert_eq!(level.to_string().parse(), Ok(*level));
    }
    for mode in Mode::ALL {
        assert_eq!(mode.to_string().parse(), Ok(*mode));
    }
    for engine in Engine::ALL {
        assert_eq!(engine.to_string().parse(), Ok(*engine));
    }
    for cadence in Cadence::ALL {
        assert_eq!(cadence.to_string().parse(), Ok(*cadence));
    }
    for phase in Phase::ALL {
        assert_eq!(phase.to_string().parse(), Ok(*phase));
    }
}

#[test]
fn words_say_the_same_in_json() {
    for level in Level::ALL {
        assert_eq!(serde_json::to_string(level).unwrap(), format!("\"{level}\""));
    }
    for mode in Mode::ALL {
        assert_eq!(serde_json::to_string(mode).unwrap(), format!("\"{mode}\""));
    }
    for phase in Phase::ALL {
        assert_eq!(serde_json::to_string(phase).unwrap(), format!("\"{phase}\""));
    }
}

fn part() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,5}){0,3}"
}

fn job() -> impl Strategy<Value = JobName> {
    let words = (
        proptest::sample::select(Level::ALL),
        proptest::sample::select(Mode::ALL),
        proptest::sample::select(Engine::ALL),
        proptest::sample::select(Cadence::ALL),
    );
    let table = part().prop_filter("reserved", |table| !table.ends_with(QUARANTINE_SUFFIX));
    (part(), part(), table, words).prop_map(|(source, database, table, (level, mode, engine, cadence))| JobName {
        source: source.parse().unwrap(),
        database: database.parse().unwrap(),
        table: table.parse().unwrap(),
        level,
        mode,
        engine,
        cadence,
    })
}

proptest! {
    #[test]
    fn parsing_undoes_printing(job in job()) {
        prop_assert_eq!(job.to_string().parse(), Ok(job));
    }

    #[test]
    fn printing_undoes_parsing(text in "([a-z0-9_A-Z.]{0,6}(__)?){0,9}") {
        if let Ok(job) = JobName::parse(&text) {
            prop_assert_eq!(job.to_string(), text);
        }
    }

    #[test]
    fn any_text_is_a_name_or_has_errors(text in any::<String>()) {
        if let Err(errors) = JobName::parse(&text) {
            prop_assert!(!errors.errors.is_empty());
            prop_assert_eq!(errors.faults().len(), errors.errors.len());
        }
    }

    #[test]
    fn wrong_names_of_any_length_have_errors(segments in prop::collection::vec("(p2|merge|auto|d|dev|[a-zA-Z_]{0,4})", 0..12)) {
        if let Err(errors) = JobName::parse(&segments.join("__")) {
            prop_assert!(!errors.errors.is_empty());
        }
    }
}
