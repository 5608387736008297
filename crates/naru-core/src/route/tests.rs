#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use chrono::DateTime;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn place() -> Place {
    Place { kind: PlaceKind::Process, cores: 2, memory_bytes: 512 << 20 }
}

fn source(size_bytes: u64, compression: SourceCompression) -> SourceFile {
    SourceFile {
        location: "file:///a.csv".into(),
        size_bytes,
        etag: "1".into(),
        modified: DateTime::UNIX_EPOCH,
        compression,
        control: None,
    }
}

fn reason(engine: Engine, mode: Mode, size: u64, compression: SourceCompression) -> String {
    RouteModel::default().route(&place(), engine, mode, &[source(size, compression)]).reason
}

#[test]
fn says_why_in_two_sentences() {
    assert_snapshot!(reason(Engine::Auto, Mode::Append, 2 << 20, SourceCompression::None), @"1 file of 2.0 MiB landed for this append. This process is the better deal: about 0.1 s and nothing here, against 60 s and 0.015 USD with 2 workers on Spark.");
    assert_snapshot!(reason(Engine::Sp, Mode::Append, 2 << 20, SourceCompression::None), @"1 file of 2.0 MiB landed for this append. The name says `sp`, so Spark runs it: about 60 s and 0.015 USD with 2 workers, against 0.1 s and nothing here.");
    assert_snapshot!(reason(Engine::Auto, Mode::Merge, 8 << 30, SourceCompression::Gzip), @"1 file of 8.0 GiB, about 40.0 GiB of plain text landed for this merge. This process cannot run it: it needs about 6.2 GiB of memory, and a load may use 512.0 MiB; Spark takes about 3 min and 0.318 USD with 16 workers.");
}

#[test]
fn lambda_stops_long_loads() {
    let model = RouteModel::default();
    let lambda = Place { kind: PlaceKind::Lambda, cores: 2, memory_bytes: 4 << 30 };
    let route = model.route(&lambda, Engine::Auto, Mode::Append, &[source(200 << 30, SourceCompression::None)]);
    assert_eq!(route.engine, Engine::Sp);
    assert!(route.pl.impossible.is_some_and(|why| why.contains("stops after 9 min")));
    let small = model.route(&lambda, Engine::Auto, Mode::Append, &[source(2 << 20, SourceCompression::None)]);
    assert_eq!(small.engine, Engine::Pl);
    assert!(small.pl.usd > 0.0);
}

#[test]
fn every_constant_has_an_origin() {
    let toml::Value::Table(table) = toml::Value::try_from(RouteModel::default()).unwrap() else { panic!("a table") };
    let mut keys = Vec::new();
    for (key, value) in &table {
        match value {
            toml::Value::Table(inner) => keys.extend(inner.keys().map(|k| format!("route.{key}.{k}"))),
            _ => keys.push(format!("route.{key}")),
        }
    }
    let mut documented: Vec<String> = ORIGINS.iter().map(|(key, _)| (*key).into()).collect();
    keys.sort();
    documented.sort();
    assert_eq!(keys, documented);
}

proptest! {
    #[test]
    fn more_bytes_never_move_a_load_from_spark_to_this_process(a in 0u64..1 << 45, b in 0u64..1 << 45) {
        let (small, large) = (a.min(b), a.max(b));
        let model = RouteModel::default();
        let engine = |size| model.route(&place(), Engine::Auto, Mode::Append, &[source(size, SourceCompression::None)]).engine;
        prop_assert!(!(engine(small) == Engine::Sp && engine(large) == Engine::Pl));
    }
}
