//! Intervals that meet without being the same.

use naru_lake::{Change, CommitRequest, LakeErrorKind};

use crate::support::{DAY, Fixture, committed, load, request, simple_spec};

async fn hourly(fixture: &Fixture, hour: i64) -> CommitRequest {
    let mut request = request(&fixture.table().await, Change::Append, 1, "h", &[]).await;
    request.interval_start_micros = DAY + hour * 3_600_000_000;
    request.run.interval_start_micros = request.interval_start_micros;
    request.run.interval_end_micros = request.interval_start_micros + 3_600_000_000;
    request.run.identity.interval = format!("day 1 hour {hour}");
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_loaded_interval_is_refused() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    for hour in [0, 23] {
        let error = fixture.lake().commit(hourly(&fixture, hour).await).await.unwrap_err();
        assert_eq!(error.kind(), LakeErrorKind::Refused);
        assert!(error.to_string().starts_with("the run's interval overlaps one that another run loaded"), "{error}");
    }
    committed(fixture.lake().commit(hourly(&fixture, 24).await).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_interval_by_another_zone_is_refused() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    let mut shifted = request(&fixture.table().await, Change::Append, 1, "a", &[]).await;
    shifted.interval_start_micros += 1;
    shifted.run.interval_start_micros += 1;
    let error = fixture.lake().commit(shifted).await.unwrap_err();
    assert_eq!(error.kind(), LakeErrorKind::Refused);
    assert!(error.to_string().contains("was the project's time zone changed?"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_replacement_took_away_is_not_in_the_way() {
    let fixture = Fixture::new();
    fixture.create(&simple_spec()).await;
    committed(load(&fixture, Change::Append, 1, "a", &[1]).await);
    committed(load(&fixture, Change::ReplaceTable, 3, "b", &[2]).await);
    committed(fixture.lake().commit(hourly(&fixture, 1).await).await);
}
