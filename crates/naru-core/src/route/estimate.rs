//! What each engine would take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bill, MIB, Place, PlaceKind, RouteModel, human_bytes, human_seconds};
use crate::Mode;
use crate::merge::staging::Staging;
use crate::prices::RegionPrices;

/// What one engine would take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Wall-clock time, in seconds.
    pub seconds: f64,
    /// Money, in US dollars.
    pub usd: f64,
    /// Money plus waiting at what an hour is worth, in US dollars: what is compared.
    pub weighed_usd: f64,
    /// Memory needed, in bytes; 0 on Spark.
    pub memory_bytes: u64,
    /// Buckets of a merge's rows in this process ([`crate::merge::staging`]): where there are several, the rows wait on
    /// disk. 0 in other modes, and on Spark.
    pub buckets: u64,
    /// Spark workers; 0 in this process.
    pub workers: u32,
    /// Why this engine cannot run the load here; none: it can.
    pub impossible: Option<String>,
}

/// What a load has to do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub(super) mode: Mode,
    /// Bytes of plain text.
    pub(super) text_bytes: f64,
    /// The same, weighed by the mode.
    pub(super) weighed_bytes: f64,
}

impl RouteModel {
    pub(super) fn estimate_process(&self, place: &Place, prices: &RegionPrices, work: Work) -> Estimate {
        let staging = matches!(work.mode, Mode::Merge | Mode::Scd2)
            .then(|| Staging::of(work.mode, work.text_bytes as u64, place.memory_bytes));
        let is_on_disk = staging.is_some_and(|staging| staging.is_on_disk());
        let disk_factor = if is_on_disk { self.process.disk_factor } else { 1.0 };
        let speed = self.process.mib_per_second_per_core * MIB * f64::from(place.cores.max(1));
        let seconds = self.process.startup_seconds + work.weighed_bytes * disk_factor / speed;
        let memory_bytes = self.memory_bytes(place, staging);
        let impossible = if memory_bytes > place.memory_bytes {
            let (needed, usable) = (human_bytes(memory_bytes), human_bytes(place.memory_bytes));
            Some(format!("it needs about {needed} of memory, and a load may use {usable}"))
        } else {
            self.beyond_lambda(place, seconds, if is_on_disk { work.text_bytes } else { 0.0 })
        };
        let usd = Bill::of_place(place, prices).usd(seconds).unwrap_or_default();
        let (weighed_usd, buckets) = (self.weigh(seconds, usd), staging.map_or(0, |staging| staging.buckets));
        Estimate { seconds, usd, weighed_usd, memory_bytes, buckets, workers: 0, impossible }
    }

    /// A load adapts to the memory that it may use, whatever the sources' size, but for the rows of a merge's bucket, which
    /// may take half of it.
    fn memory_bytes(&self, place: &Place, staging: Option<Staging>) -> u64 {
        let base = (self.process.base_memory_mib * MIB) as u64;
        match staging {
            None => base.min(place.memory_bytes),
            Some(Staging { bucket_bytes, .. }) if bucket_bytes > place.memory_bytes / 2 => {
                bucket_bytes.saturating_mul(2)
            }
            Some(Staging { bucket_bytes, .. }) => base.min(place.memory_bytes / 2) + bucket_bytes,
        }
    }

    /// Why AWS Lambda cannot run a load of so many seconds and bytes on disk; none: it can, or the place is another.
    fn beyond_lambda(&self, place: &Place, seconds: f64, disk_bytes: f64) -> Option<String> {
        if place.kind != PlaceKind::Lambda {
            return None;
        }
        let (limit, disk) = (self.lambda.time_limit_seconds * self.lambda.time_margin, self.lambda.disk_mib * MIB);
        if seconds > limit {
            let (seconds, limit) = (human_seconds(seconds), human_seconds(limit));
            return Some(format!("it would take about {seconds}, and this place stops after {limit}"));
        }
        (disk_bytes > disk).then(|| {
            let (needed, disk) = (human_bytes(disk_bytes as u64), human_bytes(disk as u64));
            format!("its rows would take about {needed} on disk, and this place has {disk}")
        })
    }

    pub(super) fn estimate_spark(&self, prices: &RegionPrices, work: Work) -> Estimate {
        let spark = &self.spark;
        let workers = self.workers(work.weighed_bytes);
        let seconds = spark.startup_seconds + work.weighed_bytes / (workers * spark.mib_per_second_per_worker * MIB);
        let billed_seconds = seconds.max(spark.minimum_billed_seconds);
        let usd = billed_seconds / 3600.0 * workers * spark.dpu_per_worker * prices.dpu_hour.usd;
        let weighed_usd = self.weigh(seconds, usd);
        Estimate { seconds, usd, weighed_usd, memory_bytes: 0, buckets: 0, workers: workers as u32, impossible: None }
    }

    /// Spark workers, a whole number.
    pub(super) fn workers(&self, weighed_bytes: f64) -> f64 {
        let wanted = (weighed_bytes / (self.spark.mib_per_worker * MIB)).ceil();
        wanted.clamp(f64::from(self.spark.min_workers), f64::from(self.spark.max_workers))
    }

    fn weigh(&self, seconds: f64, usd: f64) -> f64 {
        usd + seconds / 3600.0 * self.wait_usd_per_hour
    }
}
