//! The load plan's published schema is the one of the code.
//!
//! After a change of the plan: `NARU_UPDATE=1 cargo test --release -p naru-core plan_schema`.

use std::path::Path;

use naru_core::LoadPlan;

#[test]
fn the_published_schema_is_the_codes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/load-plan.schema.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(LoadPlan)).unwrap() + "\n";
    if std::env::var_os("NARU_UPDATE").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert!(published == schema, "docs/load-plan.schema.json is not the code's: see the head of this file");
}
