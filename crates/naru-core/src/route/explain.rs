//! The router's reason, in three sentences.

use super::{PlaceKind, Route, human_bytes, human_seconds, human_usd};
use crate::{Engine, Mode};

/// First sentence: what was found. Second: why that decides. Third: whose prices, and of when.
pub(super) fn reason(route: &Route, files: usize, mode: Mode, place: PlaceKind) -> String {
    format!("{} {} {}", found(route, files, mode), decided(route), priced(route, place))
}

fn found(route: &Route, files: usize, mode: Mode) -> String {
    let noun = if files == 1 { "file" } else { "files" };
    let landed = human_bytes(route.landed_bytes);
    let plain = if route.expanded_bytes == route.landed_bytes {
        String::new()
    } else {
        format!(", about {} of plain text", human_bytes(route.expanded_bytes))
    };
    let mode = match mode {
        Mode::Append => "append",
        Mode::Replace => "replace",
        Mode::Merge => "merge",
        Mode::Scd2 => "scd2",
    };
    format!("{files} {noun} of {landed}{plain} landed for this {mode}.")
}

fn decided(route: &Route) -> String {
    let here = if route.pl.buckets > 1 { "here by way of the disk" } else { "here" };
    let pl = format!("{} and {} {here}", human_seconds(route.pl.seconds), human_usd(route.pl.usd));
    let (seconds, usd) = (human_seconds(route.sp.seconds), human_usd(route.sp.usd));
    let sp = format!("{seconds} and {usd} with {} workers", route.sp.workers);
    match (route.engine, route.forced, &route.pl.impossible) {
        (Engine::Sp, true, _) => format!("The name says `sp`, so Spark runs it: about {sp}, against {pl}."),
        (_, true, Some(why)) => format!("The name says `pl`, so this process runs it, although {why}."),
        (_, true, None) => format!("The name says `pl`, so this process runs it: about {pl}, against {sp} on Spark."),
        (Engine::Sp, false, Some(why)) => format!("This process cannot run it: {why}; Spark takes about {sp}."),
        (Engine::Sp, false, None) => format!("Spark is the better deal: about {sp}, against {pl}."),
        (_, false, _) => format!("This process is the better deal: about {pl}, against {sp} on Spark."),
    }
}

fn priced(route: &Route, place: PlaceKind) -> String {
    format!("Prices are those of {} on {}.", route.prices.region, route.prices.date(place))
}
