//! Tables whose rows another engine deleted by position delete files.

use serde_json::Value;

use crate::append::{DEFINITION, JOB};
use crate::support::{Project, python, repository, run};

/// Deletes rows by their ids; gives the ids that PyIceberg reads afterwards.
fn delete(project: &Project, ids: &[&str]) -> Vec<Value> {
    let mut command = python();
    command.arg(repository().join("tests/python/delete_rows.py")).arg(project.path().join(".naru/lake"));
    let ran = run(command.args(["dev_deposit.account", "id"]).args(ids)).ok();
    ran.json().as_array().unwrap().clone()
}

fn ids(project: &Project, as_of: Option<&str>) -> Vec<Value> {
    let sql = "select id from deposit.account order by id";
    let ran = match as_of {
        Some(as_of) => project.naru(&["query", sql, "--json", "--as-of", as_of]),
        None => project.naru(&["query", sql, "--json"]),
    };
    ran.ok().json().as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
}

fn two_days(definition: &str) -> Project {
    let project = Project::with_job(JOB, definition);
    for (day, ids) in [("2026-11-21", 1..5), ("2026-11-22", 5..9)] {
        let rows: String = ids.map(|id| format!("{id},{},{id}.50\n", ["kim", "lee"][id % 2])).collect();
        project.drop(JOB, day, "a.csv", format!("ID,NAME,AMT\n{rows}"));
        project.loaded(JOB, day);
    }
    project
}

#[test]
fn rows_that_another_engine_deleted_are_gone() {
    for partition in ["", "@partition,name\n"] {
        let project = two_days(&format!("{partition}{DEFINITION}"));
        let before = project.naru(&["history", "deposit.account", "--json"]).ok().json();
        let before = before["snapshots"][1]["snapshot_id"].to_string();
        let expected: Vec<Value> = [1, 2, 4, 5, 7].map(Value::from).to_vec();
        assert_eq!(delete(&project, &["3", "6", "8"]), expected);
        assert_eq!(ids(&project, None), expected);
        assert_eq!(ids(&project, Some(&before)).len(), 8, "as it was before");
        assert_eq!(project.csv("select count(*) as n, sum(amount) as s from deposit.account"), "n,s\n5,21.50\n");
        let by_name = "select name, count(*) as n from deposit.account where amount > 2 group by name order by name";
        assert_eq!(project.csv(by_name), "name,n\nkim,2\nlee,2\n");
        assert_eq!(project.query("select id from deposit.account limit 4").len(), 4);

        // Rows that were deleted before the table got more.
        project.drop(JOB, "2026-11-23", "a.csv", "ID,NAME,AMT\n3,kim,3\n");
        project.loaded(JOB, "2026-11-23");
        assert_eq!(delete(&project, &["1"]), [2, 3, 4, 5, 7].map(Value::from));
        assert_eq!(ids(&project, None), [2, 3, 4, 5, 7].map(Value::from));
        project.check_with_pyiceberg();
    }
}

#[test]
fn row_counts_are_less_what_was_deleted() {
    let project = two_days(DEFINITION);
    delete(&project, &["3", "6", "8"]);
    let tables = project.naru(&["tables", "--json"]).ok().json();
    assert_eq!((&tables[0]["rows"], &tables[0]["rows_are_exact"]), (&5.into(), &false.into()));
    assert!(project.naru(&["tables"]).ok().stdout.contains("about 5"));
    let history = project.naru(&["history", "deposit.account", "--json"]).ok().json();
    let counts = |n: usize| {
        let row = &history["snapshots"][n];
        (
            row["added_rows"].clone(),
            row["deleted_rows"].clone(),
            row["total_rows"].clone(),
            row["total_is_exact"].clone(),
        )
    };
    assert_eq!(counts(1), (4.into(), Value::Null, 8.into(), true.into()));
    assert_eq!(counts(2), (Value::Null, 3.into(), 5.into(), false.into()));
    let shown = project.naru(&["history", "deposit.account"]).ok().stdout;
    assert!(shown.contains("about 5"), "{shown}");
}
