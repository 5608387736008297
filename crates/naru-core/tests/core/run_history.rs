//! What a table's snapshots tell the Spark track of its runs.

use std::collections::HashMap;

use naru_core::plan::PLAN_VERSION;
use naru_core::run_history::{PastSnapshot, RunHistory, Verdict};
use naru_core::run_record::{Change, RunRecord};
use naru_core::treatment::AppliedTreatments;
use naru_core::{LoadPlan, TableDefinition};
use serde_json::json;

/// A plan of mode `mode` for a day of November 2026; `etag` tells its source's versions apart.
fn plan(mode: &str, day: u32, etag: &str) -> LoadPlan {
    let definition = TableDefinition::parse(b"source,target,type\nA,a,string\n", "t.csv").unwrap();
    let interval = format!("2026-11-{day}");
    let source = json!({
        "location": format!("file:///l/{interval}/a.csv"), "size_bytes": 3, "etag": etag, "compression": "none",
        "modified": "2026-11-22T00:00:00Z",
    });
    serde_json::from_value(json!({
        "version": PLAN_VERSION, "job": "j", "phase": "dev", "mode": mode, "replace": "table", "engine": "sp",
        "run": { "source": "s", "database": "d", "table": "t", "interval": interval },
        "interval": {
            "text": interval, "start": format!("2026-11-{}T15:00:00Z", day - 1), "end": format!("2026-11-{day}T15:00:00Z"),
        },
        "reason": "", "level": "p1", "landing": "file:///l/", "sources": [source],
        "dialect": definition.dialect(), "columns": definition.plan_columns(naru_core::Level::P1),
        "target": {
            "database": "d", "table": "t", "location": "file:///t",
            "spec": definition.table_spec_for(naru_core::Mode::Append),
        },
        "quarantine": { "database": "d", "table": "t_quarantine", "location": "file:///q" },
        "reject_limit": { "rows": 0 }, "empty": "refuse", "evolution": "freeze",
    }))
    .unwrap()
}

fn record(plan: &LoadPlan) -> RunRecord {
    RunRecord::of(plan, AppliedTreatments::default(), 1, 0)
}

/// Snapshots 1, 2, … of these runs, oldest first.
fn history(runs: &[(&LoadPlan, Change)]) -> RunHistory {
    let snapshot = |(id, (plan, change)): (i64, &(&LoadPlan, Change))| PastSnapshot {
        id,
        summary: record(plan).to_properties(*change),
        columns: ["a".to_owned()].into(),
    };
    let mut snapshots: Vec<_> = (1..).zip(runs).map(snapshot).collect();
    snapshots.reverse();
    RunHistory::new(snapshots)
}

fn verdict(history: &RunHistory, base: Option<i64>, plan: &LoadPlan) -> Verdict {
    history.verdict(base, Change::Append, &record(plan))
}

#[test]
fn of_two_executions_of_one_run_the_second_finds_the_first() {
    let (first, other) = (plan("append", 22, "1"), plan("append", 21, "1"));
    let runs = history(&[(&other, Change::Append), (&first, Change::Append)]);
    assert_eq!(verdict(&runs, Some(1), &first), Verdict::AlreadyLoaded { snapshot_id: 2 });
    assert!(matches!(verdict(&runs, Some(1), &plan("append", 22, "2")), Verdict::Conflict(_)));
    assert_eq!(verdict(&runs, Some(2), &plan("append", 22, "2")), Verdict::Proceed, "a rerun, planned on the first");
    assert_eq!(verdict(&runs, Some(1), &plan("append", 23, "1")), Verdict::Proceed);
    assert!(matches!(verdict(&runs, Some(7), &plan("append", 23, "1")), Verdict::Conflict(_)), "the base expired");
}

#[test]
fn an_interval_that_overlaps_another_is_refused() {
    let loaded = plan("append", 22, "1");
    let mut month = plan("append", 22, "1");
    month.run.interval = "2026-11".into();
    month.interval.end = "2026-11-30T15:00:00Z".parse().unwrap();
    let runs = history(&[(&loaded, Change::Append)]);
    assert!(matches!(verdict(&runs, Some(1), &month), Verdict::Refused(_)));
    let replaced = history(&[(&loaded, Change::Append), (&plan("replace", 23, "1"), Change::ReplaceTable)]);
    assert_eq!(verdict(&replaced, Some(2), &plan("append", 22, "1")), Verdict::Proceed, "nothing of it is left");
}

#[test]
fn rows_that_are_treated_otherwise_do_not_mix() {
    let runs = history(&[(&plan("append", 21, "1"), Change::Append)]);
    let hashed = AppliedTreatments { columns: [("a".to_owned(), "hash".to_owned())].into(), key_id: Some("k".into()) };
    let conflict = |plan: &LoadPlan| runs.treatment_conflict(plan, &hashed).map(|(interval, _)| interval);
    assert_eq!(conflict(&plan("append", 22, "1")), Some("2026-11-21".into()));
    assert_eq!(conflict(&plan("append", 21, "1")), None, "the run replaces its own rows");
    assert_eq!(conflict(&plan("replace", 22, "1")), None, "all rows are replaced");
    let record = RunRecord { treatments: hashed.clone(), ..record(&plan("append", 22, "1")) };
    assert!(matches!(runs.verdict(None, Change::Append, &record), Verdict::Conflict(_)));
}

#[test]
fn the_earlier_execution_of_a_replacement_counts_unless_the_table_went_back() {
    let days = [21, 22, 23].map(|day| plan("replace", day, "1"));
    let all = |order: &[usize]| {
        let runs: Vec<_> = order.iter().map(|n| (&days[*n], Change::ReplaceTable)).collect();
        history(&runs).earlier_run(&days[1]).map(|(snapshot, _)| snapshot.id)
    };
    assert_eq!(all(&[0, 1, 2]), Some(2), "replaced since, and done");
    assert_eq!(all(&[1, 0]), None, "an older interval was loaded over it");
    assert_eq!(all(&[1, 0, 2]), Some(1), "a later one over that");
    let appended = history(&[(&days[1], Change::Append), (&days[2], Change::ReplaceTable)]);
    assert!(appended.earlier_run(&plan("append", 22, "1")).is_none(), "its rows are gone");
}

#[test]
fn another_writers_replacement_of_all_rows_ends_what_is_in_force() {
    let own = PastSnapshot {
        id: 1,
        summary: record(&plan("append", 22, "1")).to_properties(Change::Append),
        columns: ["a".to_owned()].into(),
    };
    let others = |total: &str| {
        let numbers = [("deleted-records", "5"), ("added-records", "3"), ("total-records", total)];
        let summary: HashMap<_, _> = numbers.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let snapshot = PastSnapshot { id: 2, summary, columns: own.columns.clone() };
        RunHistory::new(vec![snapshot, own.clone()]).runs_in_force().count()
    };
    assert_eq!((others("3"), others("8")), (0, 1));
}
