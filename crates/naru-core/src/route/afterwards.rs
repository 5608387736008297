//! What a run took, beside what its route had estimated.

use serde::Serialize;

use super::{Estimate, MIB, Place, PlaceKind, Route, human_seconds, human_usd};
use crate::Engine;
use crate::glue_job::RunCost;
use crate::prices::RegionPrices;

/// What a run was estimated to take, on the engine that ran it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimated {
    /// `pl` or `sp`.
    pub engine: Engine,
    /// Wall-clock time, in seconds.
    pub seconds: f64,
    /// Money, in US dollars.
    pub usd: f64,
}

/// What a run took.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Actual {
    /// Wall-clock time, in seconds.
    pub seconds: f64,
    /// Money, in US dollars; none if it is not known.
    pub usd: Option<f64>,
}

/// What tells the money of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Bill {
    /// It runs in a process: so much for the run and for each second, in US dollars.
    Process {
        /// For the run.
        usd_per_run: f64,
        /// For each second.
        usd_per_second: f64,
    },
    /// It ran as a Glue job: the cost of the job's run as it ended.
    Glue(RunCost),
}

/// An estimate and an actual figure within this factor of each other are alike.
const FACTOR: f64 = 2.0;
/// Less than this is not worth a word, in seconds.
const SECONDS: f64 = 10.0;
/// Less than this is not worth a word, in US dollars.
const USD: f64 = 0.01;

impl Route {
    /// The estimate of the engine that the route leads to.
    pub fn estimated(&self) -> Estimated {
        let Estimate { seconds, usd, .. } = if self.engine == Engine::Sp { &self.sp } else { &self.pl };
        Estimated { engine: self.engine, seconds: *seconds, usd: *usd }
    }
}

impl Default for Bill {
    /// A process that is there anyway costs nothing.
    fn default() -> Self {
        Self::Process { usd_per_run: 0.0, usd_per_second: 0.0 }
    }
}

impl Bill {
    /// The bill of a place that naru runs in.
    pub fn of_place(place: &Place, prices: &RegionPrices) -> Self {
        match place.kind {
            PlaceKind::Process => Self::default(),
            PlaceKind::Lambda => {
                let gb = place.memory_bytes as f64 / (1024.0 * MIB);
                Self::Process {
                    usd_per_run: prices.lambda_request.usd,
                    usd_per_second: gb * prices.lambda_gb_second.usd,
                }
            }
        }
    }

    /// What a run of so many seconds costs, in US dollars; none if it is not known.
    pub fn usd(&self, seconds: f64) -> Option<f64> {
        match self {
            Self::Process { usd_per_run, usd_per_second } => Some(usd_per_run + usd_per_second * seconds),
            Self::Glue(cost) => cost.usd,
        }
    }

    /// What a run of so many seconds of wall-clock time took.
    pub fn of_run(&self, seconds: f64) -> Actual {
        Actual { seconds, usd: self.usd(seconds) }
    }
}

impl Actual {
    /// One sentence without a full stop, if time or money were estimated wrongly: by more than a factor of two, and by more
    /// than ten seconds or a cent.
    pub fn far_from(&self, estimated: &Estimated) -> Option<String> {
        let Estimated { engine, seconds, usd: estimated_usd } = estimated;
        let time = is_far(*seconds, self.seconds, SECONDS)
            .then(|| format!("took {}, where {} was estimated", human_seconds(self.seconds), human_seconds(*seconds)));
        let money = self.usd.filter(|actual| is_far(*estimated_usd, *actual, USD));
        let money = money
            .map(|actual| format!("cost {}, where {} was estimated", human_usd(actual), human_usd(*estimated_usd)));
        let told: Vec<String> = time.into_iter().chain(money).collect();
        let constants = if *engine == Engine::Sp { "route.spark" } else { "route.process" };
        (!told.is_empty()).then(|| format!("{}; docs/route.md says how to correct {constants}", told.join(", and ")))
    }
}

fn is_far(estimated: f64, actual: f64, least: f64) -> bool {
    let (less, more) = (estimated.min(actual), estimated.max(actual));
    more > less * FACTOR && more - less > least
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn took(seconds: f64) -> Actual {
        Bill::default().of_run(seconds)
    }

    fn estimated(seconds: f64, usd: f64) -> Estimated {
        Estimated { engine: Engine::Pl, seconds, usd }
    }

    #[test]
    fn only_what_is_far_off_and_matters_is_told() {
        let told = |estimate: f64, actual: f64| took(actual).far_from(&estimated(estimate, 0.0)).is_some();
        for (estimate, actual, is_told) in [
            (0.1, 0.9, false),
            (0.1, 9.9, false),
            (0.1, 10.2, true),
            (30.0, 60.0, false),
            (30.0, 60.5, true),
            (60.5, 30.0, true),
            (60.0, 30.0, false),
            (10.5, 0.0, true),
        ] {
            assert_eq!(told(estimate, actual), is_told, "{estimate} {actual}");
        }
    }

    #[test]
    fn time_and_money_are_told_together() {
        let lambda = Bill::Process { usd_per_run: 0.001, usd_per_second: 0.0005 };
        let actual = lambda.of_run(200.0);
        assert_eq!(actual.usd, Some(0.101));
        assert_snapshot!(actual.far_from(&estimated(60.0, 0.03)).unwrap(), @"took 3 min, where 60 s was estimated, and cost 0.101 USD, where 0.030 USD was estimated; docs/route.md says how to correct route.process");
    }

    #[test]
    fn a_glue_run_costs_what_its_run_says() {
        let cost = |usd| RunCost { seconds: 100, dpu_seconds: 400.0, usd, price_date: None };
        let spark = Estimated { engine: Engine::Sp, ..estimated(180.0, 0.02) };
        let actual = Bill::Glue(cost(Some(0.049))).of_run(200.0);
        assert_eq!(actual, Actual { seconds: 200.0, usd: Some(0.049) });
        assert_snapshot!(actual.far_from(&spark).unwrap(), @"cost 0.049 USD, where 0.020 USD was estimated; docs/route.md says how to correct route.spark");
        assert_eq!(Bill::Glue(cost(None)).of_run(200.0).far_from(&spark), None, "what is not known is not compared");
    }

    proptest! {
        #[test]
        fn an_estimate_is_as_far_from_an_actual_as_the_reverse(a in 0.0f64..1e5, b in 0.0f64..1e5) {
            let far = |estimate: f64, actual: f64| took(actual).far_from(&estimated(estimate, 0.0)).is_some();
            prop_assert_eq!(far(a, b), far(b, a));
            prop_assert!(!far(a, a));
        }
    }
}
