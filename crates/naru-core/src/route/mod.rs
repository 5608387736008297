//! The router: which engine runs a load, why, and what each would cost.
//!
//! ```text
//!  sources' bytes ─expand─▶ work ─┬─▶ in process: start + work / speed, bounded by memory and time ─┐
//!  mode ──────────factor──▶       └─▶ Spark: start + work / (workers × speed), billed by DPU ────────┼─▶ cheaper one
//!  prices of the phase's region ──────────────────────────── money + waiting × what an hour is worth ──┘
//!
//!  the run ─▶ Bill ─▶ Actual, beside Estimated: told where they are far apart
//! ```

mod afterwards;
mod estimate;
mod explain;
mod model;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use afterwards::{Actual, Bill, Estimated};
pub use estimate::Estimate;
use estimate::Work;
pub use model::{LambdaModel, ORIGINS, PlaceKind, ProcessModel, RouteModel, SparkModel};

use crate::plan::{SourceCompression, SourceFile};
use crate::prices::RegionPrices;
use crate::{Engine, Mode};

/// What the router knows about the place that naru itself runs in.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// What kind of place it is.
    pub kind: PlaceKind,
    /// Cores that a load may use, at least 1.
    pub cores: u32,
    /// Memory that a load may use, in bytes.
    pub memory_bytes: u64,
}

/// The router's decision and the figures behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// `pl` or `sp`.
    pub engine: Engine,
    /// The name forces the engine; nothing was compared.
    pub forced: bool,
    /// Three sentences: what was found, why that decides, and whose prices that goes by.
    pub reason: String,
    /// Bytes as landed.
    pub landed_bytes: u64,
    /// Bytes of plain text: compressed files count with their usual expansion.
    pub expanded_bytes: u64,
    /// In this process.
    pub pl: Estimate,
    /// On Spark.
    pub sp: Estimate,
    /// What the estimates of money go by.
    pub prices: RegionPrices,
}

impl RouteModel {
    /// Decides who runs a load, by the prices of the phase's region. Total and pure: equal inputs give equal routes.
    pub fn route(
        &self,
        place: &Place,
        prices: &RegionPrices,
        engine: Engine,
        mode: Mode,
        sources: &[SourceFile],
    ) -> Route {
        let landed_bytes = sources.iter().map(|s| s.size_bytes).sum();
        let work = self.work(mode, sources);
        let pl = self.estimate_process(place, prices, work);
        let sp = self.estimate_spark(prices, work);
        let chosen = match engine {
            Engine::Pl | Engine::Sp => engine,
            Engine::Auto if pl.impossible.is_some() => Engine::Sp,
            Engine::Auto if pl.weighed_usd <= sp.weighed_usd => Engine::Pl,
            Engine::Auto => Engine::Sp,
        };
        let mut route = Route {
            engine: chosen,
            forced: engine != Engine::Auto,
            reason: String::new(),
            landed_bytes,
            expanded_bytes: work.text_bytes as u64,
            pl,
            sp,
            prices: prices.clone(),
        };
        route.reason = explain::reason(&route, sources.len(), mode, place.kind);
        route
    }

    /// Spark workers for a load of these sources: as many as its route tells of.
    pub fn spark_workers(&self, mode: Mode, sources: &[SourceFile]) -> u32 {
        self.workers(self.work(mode, sources).weighed_bytes) as u32
    }

    fn work(&self, mode: Mode, sources: &[SourceFile]) -> Work {
        let text_bytes: f64 = sources.iter().map(|s| self.expanded(s)).sum();
        Work { mode, text_bytes, weighed_bytes: text_bytes * self.mode_factor(mode) }
    }

    /// Bytes of plain text that a source holds, by its compression's usual ratio.
    fn expanded(&self, source: &SourceFile) -> f64 {
        source.size_bytes as f64
            * match source.compression {
                SourceCompression::None => 1.0,
                SourceCompression::Gzip => self.gzip_expansion,
                SourceCompression::Zstd => self.zstd_expansion,
            }
    }

    fn mode_factor(&self, mode: Mode) -> f64 {
        match mode {
            Mode::Append | Mode::Replace => 1.0,
            Mode::Merge => self.merge_factor,
            Mode::Scd2 => self.scd2_factor,
        }
    }
}

const MIB: f64 = 1024.0 * 1024.0;

/// `2.1 MiB`, `512 B`: binary units, one decimal.
pub fn human_bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// `nothing`, `0.000021 USD`, `0.015 USD`.
pub fn human_usd(amount: f64) -> String {
    if amount == 0.0 {
        "nothing".into()
    } else if amount < 0.001 {
        format!("{amount:.6} USD")
    } else {
        format!("{amount:.3} USD")
    }
}

/// `0.4 s`, `75 s`, `12 min`, `3.1 h`.
pub fn human_seconds(seconds: f64) -> String {
    if seconds < 10.0 {
        format!("{seconds:.1} s")
    } else if seconds < 120.0 {
        format!("{seconds:.0} s")
    } else if seconds < 7200.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests;
