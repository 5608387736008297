//! What AWS charges, by region: the `[prices.<region>]` tables of `naru.toml`, and the prices that are known without.
//!
//! Requests to S3 and the Glue Data Catalog have no price here: both tracks make about as many of them, and the thirty of
//! a small run cost 0.0002 USD.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::project::{LakeSettings, PROJECT_FILE};
use crate::route::PlaceKind;
use crate::{Fault, Phase, Project};

/// AWS Glue's price page, where a DPU-hour's price comes from.
pub const GLUE_PRICES_PAGE: &str = "https://aws.amazon.com/glue/pricing/";
/// AWS Lambda's price page, where prices of a GB-second and a request come from: x86, first tier.
pub const LAMBDA_PRICES_PAGE: &str = "https://aws.amazon.com/lambda/pricing/";

/// The day of the known prices.
const KNOWN_SINCE: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 22) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// Known prices, in US dollars: region, DPU-hour, Lambda GB-second, Lambda request.
const KNOWN: &[(&str, f64, f64, f64)] =
    &[("ap-northeast-2", 0.44, 0.000_016_666_7, 0.000_000_2), ("us-east-1", 0.44, 0.000_016_666_7, 0.000_000_2)];

/// What one thing costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Price {
    /// In US dollars.
    pub usd: f64,
    /// The day that this was the price.
    pub date: NaiveDate,
    /// The page that says so.
    pub source: String,
}

/// What AWS charges in one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionPrices {
    /// Its code, as `ap-northeast-2`.
    pub region: String,
    /// A DPU-hour of AWS Glue, of the worker types that [`crate::glue_job::WorkerType`] has.
    pub dpu_hour: Price,
    /// A GB-second of AWS Lambda, of 1,024 MB.
    pub lambda_gb_second: Price,
    /// A request to AWS Lambda.
    pub lambda_request: Price,
}

/// Prices of regions.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceTable(BTreeMap<String, RegionPrices>);

impl Default for PriceTable {
    /// The prices that are known without being set.
    fn default() -> Self {
        let price = |usd: f64, page: &str| Price { usd, date: KNOWN_SINCE, source: page.into() };
        let of_region = |&(region, dpu_hour, gb_second, request): &(&str, f64, f64, f64)| {
            let prices = RegionPrices {
                region: region.into(),
                dpu_hour: price(dpu_hour, GLUE_PRICES_PAGE),
                lambda_gb_second: price(gb_second, LAMBDA_PRICES_PAGE),
                lambda_request: price(request, LAMBDA_PRICES_PAGE),
            };
            (region.to_owned(), prices)
        };
        Self(KNOWN.iter().map(of_region).collect())
    }
}

impl PriceTable {
    /// The prices of a region; none if neither `naru.toml` nor naru has them.
    pub fn get(&self, region: &str) -> Option<&RegionPrices> {
        self.0.get(region)
    }

    /// Takes prices of a region in place of those that it had, if it had any.
    pub(crate) fn set(&mut self, prices: RegionPrices) {
        self.0.insert(prices.region.clone(), prices);
    }

    /// All regions, in the order of their names.
    pub fn regions(&self) -> impl Iterator<Item = &RegionPrices> {
        self.0.values()
    }
}

impl RegionPrices {
    /// The prices that a route of this kind of place depends on.
    fn used(&self, place: PlaceKind) -> impl Iterator<Item = &Price> {
        let lambda =
            [&self.lambda_gb_second, &self.lambda_request].into_iter().filter(move |_| place == PlaceKind::Lambda);
        std::iter::once(&self.dpu_hour).chain(lambda)
    }

    /// The day of the oldest price that a route of this kind of place depends on.
    pub fn date(&self, place: PlaceKind) -> NaiveDate {
        self.used(place).map(|price| price.date).fold(self.dpu_hour.date, NaiveDate::min)
    }

    /// A warning, one sentence, if one of the prices that a route of this kind of place depends on is more than a year old
    /// on a day.
    pub fn warning(&self, place: PlaceKind, today: NaiveDate) -> Option<String> {
        let oldest = self.used(place).min_by_key(|price| price.date)?;
        let is_old = oldest.date.checked_add_months(Months::new(12)).is_some_and(|end| end < today);
        is_old.then(|| {
            let Price { date, source, .. } = oldest;
            format!(
                "prices of {0} are from {date}, more than a year ago; look them up ({source}), and write them with \
                 today's date under [prices.{0}] in {PROJECT_FILE}",
                self.region
            )
        })
    }
}

impl Project {
    /// The prices that count in a phase: `region` is that of its lake, none where the lake is no AWS region's; then those of
    /// `route.region` count.
    ///
    /// # Errors
    /// A fault that says what to write, if the region has no prices.
    pub fn prices(&self, phase: Phase, region: Option<&str>) -> Result<&RegionPrices, Fault> {
        let region = region.unwrap_or(&self.route.region);
        self.prices.get(region).ok_or_else(|| no_prices(region, &format!("where phase {phase} has its lake")))
    }

    /// The faults of regions that `naru.toml` names for phases on AWS, and has no prices of.
    pub fn price_faults(&self) -> Vec<Fault> {
        let of_phase = |(phase, lake): (&Phase, &LakeSettings)| match lake {
            LakeSettings::Aws { region: Some(region), .. } => self.prices(*phase, Some(region)).err(),
            _ => None,
        };
        self.phases.iter().filter_map(of_phase).collect()
    }
}

/// The fault of a region without prices.
pub(crate) fn no_prices(region: &str, whose: &str) -> Fault {
    Fault::new(PROJECT_FILE, format!("there are no prices of region {region}, {whose}")).hint(format!(
        "write a table [prices.{region}] with dpu_hour = {{ usd = 0.44, date = \"{KNOWN_SINCE}\" }}, lambda_gb_second and \
         lambda_request, each with the price and the day of {GLUE_PRICES_PAGE} and {LAMBDA_PRICES_PAGE}"
    ))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn seoul() -> RegionPrices {
        PriceTable::default().get("ap-northeast-2").unwrap().clone()
    }

    #[test]
    fn every_known_price_has_a_date_and_its_page() {
        let table = PriceTable::default();
        let known: Vec<_> = table.regions().map(|prices| prices.region.as_str()).collect();
        assert_eq!(known, ["ap-northeast-2", "us-east-1"]);
        for prices in table.regions() {
            for price in prices.used(PlaceKind::Lambda) {
                assert!(price.usd > 0.0 && price.source.starts_with("https://aws.amazon.com/"), "{price:?}");
            }
            assert_eq!(prices.used(PlaceKind::Lambda).count(), 3);
        }
    }

    #[test]
    fn prices_of_more_than_a_year_ago_are_warned_of() {
        let warning = |place, today| seoul().warning(place, day(today));
        assert_eq!(warning(PlaceKind::Lambda, "2027-11-22"), None, "a year to the day");
        assert_snapshot!(warning(PlaceKind::Process, "2027-11-23").unwrap(), @"prices of ap-northeast-2 are from 2026-11-22, more than a year ago; look them up (https://aws.amazon.com/glue/pricing/), and write them with today's date under [prices.ap-northeast-2] in naru.toml");
        assert_eq!(warning(PlaceKind::Process, "2020-01-01"), None, "a clock that is wrong warns of nothing");
    }

    #[test]
    fn only_prices_that_count_are_dated() {
        let mut prices = seoul();
        prices.lambda_request.date = day("2020-02-29");
        assert_eq!(prices.date(PlaceKind::Process), KNOWN_SINCE);
        assert_eq!(prices.date(PlaceKind::Lambda), day("2020-02-29"));
        assert_eq!(prices.warning(PlaceKind::Process, day("2026-11-30")), None);
        let told = prices.warning(PlaceKind::Lambda, day("2021-03-01")).unwrap();
        assert!(told.contains("2020-02-29") && told.contains(LAMBDA_PRICES_PAGE), "{told}");
    }

    #[test]
    fn a_region_without_prices_is_told_by_name_with_what_to_write() {
        let text = "org = \"a\"\naccount = \"123456789012\"\n[phases.prod]\nlake = \"aws\"\nregion = \"eu-west-1\"\n";
        let project = Project::parse(text, PROJECT_FILE).unwrap();
        let fault = project.prices(Phase::Prod, Some("eu-west-1")).unwrap_err();
        assert_snapshot!(format!("{fault}\n{}", fault.hint.as_ref().unwrap()), @r#"
        naru.toml: there are no prices of region eu-west-1, where phase prod has its lake
        write a table [prices.eu-west-1] with dpu_hour = { usd = 0.44, date = "2026-11-22" }, lambda_gb_second and lambda_request, each with the price and the day of https://aws.amazon.com/glue/pricing/ and https://aws.amazon.com/lambda/pricing/
        "#);
        assert_eq!(project.price_faults(), [fault]);
        assert_eq!(project.prices(Phase::Dev, None).unwrap().region, "ap-northeast-2", "that of route.region");
        assert_eq!(project.prices(Phase::Qa, Some("us-east-1")).unwrap().region, "us-east-1");
    }

    proptest! {
        #[test]
        fn what_is_warned_of_once_is_warned_of_later(first in 0u64..2000, later in 0u64..2000) {
            let on = |days: u64| seoul().warning(PlaceKind::Lambda, KNOWN_SINCE + chrono::Days::new(days)).is_some();
            prop_assert!(!on(first) || on(first + later));
        }
    }
}
