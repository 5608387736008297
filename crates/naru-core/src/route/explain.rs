//! The router's reason, in two sentences.

use super::{Route, human_bytes, human_seconds};
use crate::{Engine, Mode};

/// First sentence: what was found. Second: why that decides.
pub(super) fn reason(route: &Route, files: usize, mode: Mode) -> String {
    format!("{} {}", found(route, files, mode), decided(route))
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
    let pl = format!("{} and {} here", human_seconds(route.pl.seconds), usd(route.pl.usd));
    let sp = format!("{} and {} with {} workers", human_seconds(route.sp.seconds), usd(route.sp.usd), route.sp.workers);
    match (route.engine, route.forced, &route.pl.impossible) {
        (Engine::Sp, true, _) => format!("The name says `sp`, so Spark runs it: about {sp}, against {pl}."),
        (_, true, Some(why)) => format!("The name says `pl`, so this process runs it, although {why}."),
        (_, true, None) => format!("The name says `pl`, so this process runs it: about {pl}, against {sp} on Spark."),
        (Engine::Sp, false, Some(why)) => format!("This process cannot run it: {why}; Spark takes about {sp}."),
        (Engine::Sp, false, None) => format!("Spark is the better deal: about {sp}, against {pl}."),
        (_, false, _) => format!("This process is the better deal: about {pl}, against {sp} on Spark."),
    }
}

fn usd(amount: f64) -> String {
    if amount == 0.0 {
        "nothing".into()
    } else if amount < 0.001 {
        format!("{amount:.6} USD")
    } else {
        format!("{amount:.3} USD")
    }
}
