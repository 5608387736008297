#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use chrono::DateTime;
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::prices::PriceTable;

fn seoul() -> RegionPrices {
    PriceTable::default().get("ap-northeast-2").unwrap().clone()
}

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
    RouteModel::default().route(&place(), &seoul(), engine, mode, &[source(size, compression)]).reason
}

#[test]
fn says_what_was_found_why_it_decides_and_whose_prices_count() {
    assert_snapshot!(reason(Engine::Auto, Mode::Append, 2 << 20, SourceCompression::None), @"1 file of 2.0 MiB landed for this append. This process is the better deal: about 0.1 s and nothing here, against 60 s and 0.015 USD with 2 workers on Spark. Prices are those of ap-northeast-2 on 2026-11-22.");
    assert_snapshot!(reason(Engine::Sp, Mode::Append, 2 << 20, SourceCompression::None), @"1 file of 2.0 MiB landed for this append. The name says `sp`, so Spark runs it: about 60 s and 0.015 USD with 2 workers, against 0.1 s and nothing here. Prices are those of ap-northeast-2 on 2026-11-22.");
    assert_snapshot!(reason(Engine::Auto, Mode::Merge, 200 << 20, SourceCompression::None), @"1 file of 200.0 MiB landed for this merge. This process is the better deal: about 3.8 s and nothing here by way of the disk, against 66 s and 0.016 USD with 2 workers on Spark. Prices are those of ap-northeast-2 on 2026-11-22.");
    assert_snapshot!(reason(Engine::Auto, Mode::Merge, 8 << 30, SourceCompression::Gzip), @"1 file of 8.0 GiB, about 40.0 GiB of plain text landed for this merge. This process cannot run it: it needs about 4.4 GiB of memory, and a load may use 512.0 MiB; Spark takes about 3 min and 0.437 USD with 22 workers. Prices are those of ap-northeast-2 on 2026-11-22.");
}

#[test]
fn a_merge_that_memory_does_not_hold_waits_on_disk_and_takes_longer() {
    let model = RouteModel::default();
    let merge = |mib: u64| {
        let route =
            model.route(&place(), &seoul(), Engine::Auto, Mode::Merge, &[source(mib << 20, SourceCompression::None)]);
        (route.engine, route.pl)
    };
    // A seventh of half the memory.
    let (engine, in_memory) = merge(36);
    assert_eq!((engine, in_memory.buckets, in_memory.impossible), (Engine::Pl, 1, None));
    let (engine, on_disk) = merge(37);
    assert_eq!((engine, on_disk.buckets, &on_disk.impossible), (Engine::Pl, 2, &None));
    assert!(on_disk.seconds > in_memory.seconds * 1.2 && on_disk.memory_bytes <= place().memory_bytes, "{on_disk:?}");
    // 128 times that.
    assert_eq!(merge(4681).1.impossible, None);
    let (engine, beyond) = merge(8192);
    assert_eq!((engine, merge(4682).0), (Engine::Sp, Engine::Sp));
    assert_snapshot!(beyond.impossible.unwrap(), @"it needs about 896.0 MiB of memory, and a load may use 512.0 MiB");
    // Of an append no row waits: it makes do with any memory.
    for memory_bytes in [64 << 20, 1 << 40] {
        let place = Place { memory_bytes, ..place() };
        let route =
            model.route(&place, &seoul(), Engine::Auto, Mode::Append, &[source(1 << 30, SourceCompression::None)]);
        assert_eq!((route.pl.buckets, &route.pl.impossible), (0, &None));
        assert!(route.pl.memory_bytes <= memory_bytes);
    }
}

#[test]
fn every_price_counts_in_its_own_region() {
    let dear = || {
        let mut dear = seoul();
        dear.region = "sa-east-1".into();
        (dear.dpu_hour.usd, dear.lambda_gb_second.usd, dear.lambda_request.usd) = (0.88, 0.01, 5.0);
        dear
    };
    let model = RouteModel::default();
    let sources = [source(2 << 20, SourceCompression::None)];
    let in_place = |kind, prices: &RegionPrices| {
        let place = Place { kind, memory_bytes: 2 << 30, ..place() };
        model.route(&place, prices, Engine::Auto, Mode::Append, &sources)
    };
    let (cheap, route) = (in_place(PlaceKind::Process, &seoul()), in_place(PlaceKind::Process, &dear()));
    assert_eq!((cheap.pl.usd, route.pl.usd), (0.0, 0.0));
    assert!((route.sp.usd / cheap.sp.usd - 2.0).abs() < 1e-9, "{} {}", route.sp.usd, cheap.sp.usd);
    let on_lambda = in_place(PlaceKind::Lambda, &dear());
    assert!((on_lambda.pl.usd - (5.0 + on_lambda.pl.seconds * 2.0 * 0.01)).abs() < 1e-9, "{}", on_lambda.pl.usd);
    assert_eq!(on_lambda.engine, Engine::Sp, "five dollars a request");
    assert!(on_lambda.reason.ends_with("Prices are those of sa-east-1 on 2026-11-22."), "{}", on_lambda.reason);
    assert_eq!(on_lambda.prices, dear());
    let estimated = on_lambda.estimated();
    assert_eq!(
        (estimated.engine, estimated.seconds, estimated.usd),
        (Engine::Sp, on_lambda.sp.seconds, on_lambda.sp.usd)
    );
}

#[test]
fn what_a_place_costs_is_billed_as_it_was_estimated() {
    let sources = [source(300 << 20, SourceCompression::None)];
    for kind in [PlaceKind::Process, PlaceKind::Lambda] {
        let place = Place { kind, ..place() };
        let route = RouteModel::default().route(&place, &seoul(), Engine::Pl, Mode::Append, &sources);
        let actual = Bill::of_place(&place, &route.prices).of_run(route.pl.seconds);
        assert_eq!(actual, Actual { seconds: route.pl.seconds, usd: Some(route.pl.usd) });
        assert_eq!(actual.far_from(&route.estimated()), None);
    }
}

#[test]
fn lambda_stops_long_loads() {
    let model = RouteModel::default();
    let lambda = Place { kind: PlaceKind::Lambda, cores: 2, memory_bytes: 4 << 30 };
    let route =
        model.route(&lambda, &seoul(), Engine::Auto, Mode::Append, &[source(200 << 30, SourceCompression::None)]);
    assert_eq!(route.engine, Engine::Sp);
    assert!(route.pl.impossible.is_some_and(|why| why.contains("stops after 9 min")));
    let small = model.route(&lambda, &seoul(), Engine::Auto, Mode::Append, &[source(2 << 20, SourceCompression::None)]);
    assert_eq!(small.engine, Engine::Pl);
    assert!(small.pl.usd > 0.0);
}

#[test]
fn lambda_has_little_disk_for_a_merge() {
    let lambda = Place { kind: PlaceKind::Lambda, cores: 2, memory_bytes: 1 << 30 };
    let merge = |mib: u64| {
        let sources = [source(mib << 20, SourceCompression::None)];
        RouteModel::default().route(&lambda, &seoul(), Engine::Auto, Mode::Merge, &sources)
    };
    assert_eq!(merge(512).pl.impossible, None);
    let route = merge(600);
    assert_eq!(route.engine, Engine::Sp);
    assert_snapshot!(route.pl.impossible.unwrap(), @"its rows would take about 600.0 MiB on disk, and this place has 512.0 MiB");
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

fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![Just(Mode::Append), Just(Mode::Replace), Just(Mode::Merge), Just(Mode::Scd2)]
}

proptest! {
    #[test]
    fn more_bytes_never_move_a_load_from_spark_to_this_process(mode in modes(), a in 0u64..1 << 45, b in 0u64..1 << 45) {
        let (small, large) = (a.min(b), a.max(b));
        let route = |size| {
            RouteModel::default().route(&place(), &seoul(), Engine::Auto, mode, &[source(size, SourceCompression::None)])
        };
        let (small, large) = (route(small), route(large));
        prop_assert!(!(small.engine == Engine::Sp && large.engine == Engine::Pl));
        prop_assert!(small.pl.seconds <= large.pl.seconds && small.sp.usd <= large.sp.usd);
    }

    #[test]
    fn a_load_that_is_possible_keeps_to_its_memory(mode in modes(), size in 0u64..1 << 45, memory_mib in 64u64..1 << 20) {
        let place = Place { memory_bytes: memory_mib << 20, ..place() };
        let route = RouteModel::default().route(&place, &seoul(), Engine::Auto, mode, &[source(size, SourceCompression::None)]);
        prop_assert_eq!(route.pl.memory_bytes <= place.memory_bytes, route.pl.impossible.is_none());
        let more = Place { memory_bytes: place.memory_bytes * 2, ..place };
        let again = RouteModel::default().route(&more, &seoul(), Engine::Auto, mode, &[source(size, SourceCompression::None)]);
        prop_assert!(again.pl.seconds <= route.pl.seconds, "more memory is never slower");
    }

    #[test]
    fn dearer_spark_never_wins_more(factor in 1.0f64..100.0, size in 0u64..1 << 45) {
        let engine = |prices: &RegionPrices| {
            RouteModel::default().route(&place(), prices, Engine::Auto, Mode::Append, &[source(size, SourceCompression::None)]).engine
        };
        let mut dear = seoul();
        dear.dpu_hour.usd *= factor;
        prop_assert!(!(engine(&seoul()) == Engine::Pl && engine(&dear) == Engine::Sp));
    }
}
