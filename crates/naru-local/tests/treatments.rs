//! Rows that are treated otherwise do not come to stand side by side.

use naru_core::treatment::{AppliedTreatments, TreatmentConflict};
use naru_lake::{Change, CommitRequest, LakeErrorKind, LakeTable};

use crate::support::{Fixture, committed, request, simple_spec};

fn hashed(column: &str, key_id: &str) -> AppliedTreatments {
    AppliedTreatments { columns: [(column.into(), "hash".into())].into(), key_id: Some(key_id.into()) }
}

async fn treated(table: &LakeTable, change: Change, day: i64, treatments: AppliedTreatments) -> CommitRequest {
    let mut request = request(table, change, day, &format!("digest {day}"), &[day]).await;
    request.run.treatments = treatments;
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_tells_which_treatments_do_not_mix_with_its_rows() {
    let fixture = Fixture::new();
    let table = fixture.create(&simple_spec()).await;
    let name = table.arrow_schema().unwrap().field(1).name().clone();
    let first = treated(&table, Change::Append, 1, hashed(&name, "a")).await;
    let identity = first.run.identity.clone();
    committed(fixture.lake().commit(first).await);
    let table = fixture.table().await;
    let other = treated(&table, Change::Append, 2, hashed(&name, "b")).await;
    let conflict = |treatments: &AppliedTreatments| table.treatment_conflict(&other.run.identity, treatments);
    assert_eq!(conflict(&hashed(&name, "a")), None);
    let key = TreatmentConflict::Key { recorded: "a".into(), given: "b".into() };
    assert_eq!(conflict(&other.run.treatments), Some(("day 1".into(), key)));
    let clear = TreatmentConflict::Columns(vec![name.clone()]);
    assert_eq!(conflict(&AppliedTreatments::default()), Some(("day 1".into(), clear)));
    // A column that the table did not have when the rows were loaded has no values of theirs.
    let mut later = hashed(&name, "a");
    later.columns.insert("added_later".into(), "hash".into());
    assert_eq!(conflict(&later), None);
    // A run's own rows are replaced by it.
    assert_eq!(table.treatment_conflict(&identity, &other.run.treatments), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_lost_the_race_to_another_key_is_refused() {
    let fixture = Fixture::new();
    let planned = fixture.create(&simple_spec()).await;
    let name = planned.arrow_schema().unwrap().field(1).name().clone();
    let late = treated(&planned, Change::Append, 2, hashed(&name, "b")).await;
    let late_replacement = treated(&planned, Change::ReplaceTable, 3, hashed(&name, "b")).await;
    let first = treated(&planned, Change::Append, 1, hashed(&name, "a")).await;
    committed(fixture.lake().commit(first).await);
    let error = fixture.lake().commit(late).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Conflict);
    assert!(error.to_string().contains("treated otherwise"), "{error}");
    committed(fixture.lake().commit(late_replacement).await);
}
