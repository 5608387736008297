//! What a run has cost so far.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use super::run::GlueRun;
use super::settings::WorkerType;
use crate::prices::Price;
use crate::route::human_seconds;

/// What a run has used and cost so far. Prints as one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunCost {
    /// How long it has used workers, in seconds.
    pub seconds: u64,
    /// Time of its workers, weighed by what they are.
    pub dpu_seconds: f64,
    /// In US dollars; none without a price for the region.
    pub usd: Option<f64>,
    /// The day of the price.
    pub price_date: Option<NaiveDate>,
}

impl RunCost {
    /// The cost of a run. `elapsed_seconds` is the time since it was started, by the caller's clock: Glue may not count
    /// a run's time before its end. `price` is a DPU-hour's; `minimum_billed_seconds` is the shortest time that is billed.
    ///
    /// DPU-seconds are Glue's own where it tells them, else seconds × workers × DPU of a worker. Source: AWS Glue Web
    /// API Reference, JobRun, DPUSeconds; AWS Glue's price page.
    pub fn of(run: &GlueRun, elapsed_seconds: u64, price: Option<&Price>, minimum_billed_seconds: f64) -> Self {
        let is_counting = run.state.is_live() && run.execution_seconds == 0;
        let seconds = if is_counting { elapsed_seconds } else { run.execution_seconds };
        let dpu =
            f64::from(run.workers) * run.worker_type.parse().map_or(1.0, |kind: WorkerType| f64::from(kind.dpu()));
        let dpu_seconds = run.dpu_seconds.unwrap_or(seconds as f64 * dpu);
        let billed = if seconds == 0 { 0.0 } else { dpu_seconds.max(minimum_billed_seconds * dpu) };
        Self {
            seconds,
            dpu_seconds,
            usd: price.map(|price| billed / 3600.0 * price.usd),
            price_date: price.map(|price| price.date),
        }
    }
}

impl fmt::Display for RunCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {:.0} DPU-seconds", human_seconds(self.seconds as f64), self.dpu_seconds)?;
        self.usd.map_or(Ok(()), |usd| write!(f, ", {usd:.2} USD"))
    }
}
