//! The router: which engine runs a load, why, and what each would cost.
//!
//! ```text
//!  sources' bytes ─expand─▶ work ─┬─▶ in process: start + work / speed, bounded by memory and time ─┐
//!  mode ──────────factor──▶       └─▶ Spark: start + work / (workers × speed), billed by DPU ────────┼─▶ cheaper one
//!                                                         money + waiting × what an hour is worth ──┘
//! ```

mod explain;
mod model;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use model::{LambdaModel, ORIGINS, PlaceKind, ProcessModel, RouteModel, SparkModel};

use crate::plan::{SourceCompression, SourceFile};
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
    /// Two sentences: what was found, and why that decides.
    pub reason: String,
    /// Bytes as landed.
    pub landed_bytes: u64,
    /// Bytes of plain text: compressed files count with their usual expansion.
    pub expanded_bytes: u64,
    /// In this process.
    pub pl: Estimate,
    /// On Spark.
    pub sp: Estimate,
}

/// What one engine would take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Wall-clock time, in seconds.
    pub seconds: f64,
    /// Money, in US dollars.
    pub usd: f64,
    /// Money plus waiting at what an hour is worth, in US dollars: what is compared.
    pub weighed_usd: f64,
    /// Memory needed, in bytes.
    pub memory_bytes: u64,
    /// Spark workers; 0 in this process.
    pub workers: u32,
    /// Why this engine cannot run the load here; none: it can.
    pub impossible: Option<String>,
}

impl RouteModel {
    /// Decides who runs a load. Total and pure: equal inputs give equal routes.
    pub fn route(&self, place: &Place, engine: Engine, mode: Mode, sources: &[SourceFile]) -> Route {
        let landed_bytes = sources.iter().map(|s| s.size_bytes).sum();
        let expanded: f64 = sources.iter().map(|s| self.expanded(s)).sum();
        let work = expanded * self.mode_factor(mode);
        let pl = self.estimate_process(place, mode, expanded, work);
        let sp = self.estimate_spark(work);
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
            expanded_bytes: expanded as u64,
            pl,
            sp,
        };
        route.reason = explain::reason(&route, sources.len(), mode);
        route
    }

    /// Spark workers for a load of these sources: as many as its route tells of.
    pub fn spark_workers(&self, mode: Mode, sources: &[SourceFile]) -> u32 {
        let expanded: f64 = sources.iter().map(|s| self.expanded(s)).sum();
        self.estimate_spark(expanded * self.mode_factor(mode)).workers
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

    fn estimate_process(&self, place: &Place, mode: Mode, expanded: f64, work: f64) -> Estimate {
        let cores = f64::from(place.cores.max(1));
        let seconds = self.process.startup_seconds + work / (self.process.mib_per_second_per_core * MIB * cores);
        let resident = match mode {
            Mode::Append | Mode::Replace => 0.0,
            Mode::Merge | Mode::Scd2 => expanded * self.process.key_share,
        };
        let memory_bytes = (self.process.base_memory_mib * MIB + resident) as u64;
        let (usd, time_limit) = match place.kind {
            PlaceKind::Process => (0.0, None),
            PlaceKind::Lambda => {
                let gib = place.memory_bytes as f64 / (1024.0 * MIB);
                let usd = seconds * gib * self.lambda.usd_per_gib_second + self.lambda.usd_per_request;
                (usd, Some(self.lambda.time_limit_seconds * self.lambda.time_margin))
            }
        };
        let impossible = if memory_bytes > place.memory_bytes {
            Some(format!(
                "it needs about {} of memory, and a load may use {}",
                human_bytes(memory_bytes),
                human_bytes(place.memory_bytes)
            ))
        } else {
            time_limit.filter(|limit| seconds > *limit).map(|limit| {
                format!(
                    "it would take about {}, and this place stops after {}",
                    human_seconds(seconds),
                    human_seconds(limit)
                )
            })
        };
        Estimate { seconds, usd, weighed_usd: self.weigh(seconds, usd), memory_bytes, workers: 0, impossible }
    }

    fn estimate_spark(&self, work: f64) -> Estimate {
        let spark = &self.spark;
        let wanted = (work / (spark.mib_per_worker * MIB)).ceil();
        let workers = wanted.clamp(f64::from(spark.min_workers), f64::from(spark.max_workers));
        let seconds = spark.startup_seconds + work / (workers * spark.mib_per_second_per_worker * MIB);
        let billed_seconds = seconds.max(spark.minimum_billed_seconds);
        let usd = billed_seconds / 3600.0 * workers * spark.dpu_per_worker * spark.usd_per_dpu_hour;
        Estimate {
            seconds,
            usd,
            weighed_usd: self.weigh(seconds, usd),
            memory_bytes: 0,
            workers: workers as u32,
            impossible: None,
        }
    }

    fn weigh(&self, seconds: f64, usd: f64) -> f64 {
        usd + seconds / 3600.0 * self.wait_usd_per_hour
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
