//! What has drifted since a plan was saved.

use naru_core::saved_plan::{PlanDigests, Purpose};

fn digests() -> PlanDigests {
    PlanDigests {
        definition: "d".into(),
        table: Some("t".into()),
        rows: Some("r".into()),
        sources: "s".into(),
        settings: "p".into(),
    }
}

fn drift(now: &PlanDigests, purpose: Purpose) -> Vec<&'static str> {
    digests().drift(now, purpose).into_iter().map(|drift| drift.what).collect()
}

#[test]
fn what_matters_is_named_and_nothing_else() {
    for purpose in [Purpose::Apply, Purpose::Run] {
        assert_eq!(drift(&digests(), purpose), [""; 0]);
        let now = PlanDigests { table: None, ..digests() };
        assert_eq!(drift(&now, purpose), ["the table's structure"]);
        // A definition explains why the plan is another; settings are told where nothing else is.
        let now = PlanDigests { definition: "x".into(), settings: "x".into(), ..digests() };
        assert_eq!(drift(&now, purpose), ["the table definition"]);
        let now = PlanDigests { settings: "x".into(), ..digests() };
        assert_eq!(drift(&now, purpose), ["the project's settings or the job's name"]);
    }
    let now = PlanDigests { rows: None, sources: "x".into(), ..digests() };
    assert_eq!(drift(&now, Purpose::Apply), [""; 0], "applying loads nothing");
    assert_eq!(drift(&now, Purpose::Run), ["the table's rows", "the landed files"]);
}
