//! Spark's own MERGE INTO over the same batches gives the same table as mode `merge`, whoever else deletes in between.

use serde_json::json;

use crate::support::Project;
use crate::support::cells::compare;
use crate::support::merge_batches::{Batches, COLUMNS, HEADER};

const JOB: &str = "core__deposit__account__p1__merge__pl__d";
const OWN: &str = "own.deposit.account";
const TABLE: &str = "naru.dev_deposit.account";

/// What Spark does to both tables between two merges; a third of the rows are hit by one of them.
const CHANGES: [&str; 2] = [
    "delete from {table} where account_no % 7 = 3",
    "update {table} set balance = balance + 0.01, updated_at = updated_at + interval 1 microsecond where account_no % 5 = 2",
];

struct Scenario {
    /// Partition fields, as a definition and as Spark write them.
    partition: (&'static str, &'static str),
    /// `@merge_write`.
    write: &'static str,
    /// Whether a column says which of two rows is newer.
    ordered: bool,
    batches: u32,
    rows: usize,
    seed: u64,
}

#[test]
fn an_unpartitioned_table() {
    Scenario { partition: ("", ""), write: "position-deletes", ordered: true, batches: 4, rows: 3_000, seed: 1 }
        .check();
}

#[test]
fn a_partitioned_table_whose_rows_move() {
    let partition = ("\"bucket(2, account_no)\",month(opened_on)", "bucket(2, account_no), month(opened_on)");
    Scenario { partition, write: "auto", ordered: true, batches: 4, rows: 2_000, seed: 2 }.check();
}

#[test]
fn without_an_order() {
    let partition = ("branch", "branch");
    Scenario { partition, write: "copy-on-write", ordered: false, batches: 3, rows: 1_000, seed: 3 }.check();
}

impl Scenario {
    #[track_caller]
    fn check(&self) {
        let project = Project::with_job(JOB, &self.definition());
        self.create_own(&project);
        let mut batches = Batches::new(self.seed, self.ordered);
        for n in 0..self.batches {
            let (day, yesterday) = (n + 10, n + 9);
            let texts = batches.next(self.rows);
            let files: Vec<_> = texts
                .iter()
                .enumerate()
                .map(|(i, text)| project.drop(JOB, &format!("2026-11-{day}"), &format!("{i}.csv"), text))
                .collect();
            project.loaded(JOB, &format!("2026-11-{day}"));
            let start = format!("2026-11-{yesterday:02}T15:00:00");
            let order = self.ordered.then_some("updated_at");
            project.spark_merge(&json!({
                "into": OWN, "files": files, "key": ["account_no", "branch"],
                "load_interval": start, "order_by": order, "deleted": ["status", "closed", "X"],
            }));
            self.compare(&project, &format!("after batch {n}"));
            if n == 1 {
                self.change_both(&project);
                self.compare(&project, "after what Spark did");
            }
        }
        project.check_with_pyiceberg();
    }

    fn definition(&self) -> String {
        let mut settings = format!("@merge_write,{}\n", self.write);
        if !self.partition.0.is_empty() {
            settings += &format!("@partition,{}\n", self.partition.0);
        }
        if self.ordered {
            settings += "@order_by,updated_at\n";
        }
        settings + "@deleted,status,closed,X\n" + HEADER
    }

    /// A table of Spark's with the same columns.
    fn create_own(&self, project: &Project) {
        let partitioned = match self.partition.1 {
            "" => String::new(),
            fields => format!("partitioned by ({fields})"),
        };
        project.spark_sql(&[&format!(
            "create table {OWN} ({COLUMNS}, load_interval timestamp_ntz) using iceberg {partitioned} \
             tblproperties ('format-version' = '2')"
        )]);
    }

    /// Spark deletes and updates rows of both tables; of naru's by position deletes.
    #[track_caller]
    fn change_both(&self, project: &Project) {
        let mut statements = vec![format!(
            "alter table {TABLE} set tblproperties ('write.delete.mode' = 'merge-on-read', \
             'write.update.mode' = 'merge-on-read')"
        )];
        for change in CHANGES {
            statements.extend([OWN, TABLE].map(|table| change.replace("{table}", table)));
        }
        statements.push(format!("select count(*) > 0 from {TABLE}.delete_files"));
        let statements: Vec<_> = statements.iter().map(String::as_str).collect();
        assert_eq!(project.spark_sql(&statements), [[Some("true".to_owned())]], "there are position deletes");
    }

    #[track_caller]
    fn compare(&self, project: &Project, when: &str) {
        let ours = project.check_with_spark(&["deposit.account"]).remove(0);
        let own = project.spark_sql(&[&format!("select * from {OWN}")]);
        compare(&format!("{TABLE} {when}"), &ours, OWN, &own);
    }
}
