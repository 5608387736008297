//! The `[prices.<region>]` tables of `naru.toml`.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

use super::parse::region;
use super::reader::{Faults, Reader};
use crate::prices::{GLUE_PRICES_PAGE, LAMBDA_PRICES_PAGE, Price, PriceTable, RegionPrices, no_prices};
use crate::route::RouteModel;

/// A region's table. What is left out stays as it is known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    dpu_hour: Option<Spanned<GivenPrice>>,
    lambda_gb_second: Option<Spanned<GivenPrice>>,
    lambda_request: Option<Spanned<GivenPrice>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPrice {
    usd: f64,
    date: String,
    /// AWS's price page unless it is another's.
    source: Option<String>,
}

pub(super) fn prices(top: &mut Reader<'_>, faults: &mut Faults<'_>) -> PriceTable {
    let mut table = PriceTable::default();
    let given = top.take::<BTreeMap<String, Spanned<Given>>>("prices", faults).map(Spanned::into_inner);
    for (name, given) in given.unwrap_or_default() {
        let (span, given) = (given.span(), given.into_inner());
        if let Err((message, hint)) = region(&name) {
            faults.add(Some(span.clone()), format!("prices.{name}: {message}"), Some(hint));
        }
        let known = table.get(&name).cloned();
        let known = known.as_ref();
        let place = (name.as_str(), span);
        let dpu_hour = ("dpu_hour", GLUE_PRICES_PAGE, known.map(|known| &known.dpu_hour));
        let dpu_hour = price(&place, dpu_hour, given.dpu_hour, faults);
        let second = ("lambda_gb_second", LAMBDA_PRICES_PAGE, known.map(|known| &known.lambda_gb_second));
        let second = price(&place, second, given.lambda_gb_second, faults);
        let request = ("lambda_request", LAMBDA_PRICES_PAGE, known.map(|known| &known.lambda_request));
        let request = price(&place, request, given.lambda_request, faults);
        if let (Some(dpu_hour), Some(lambda_gb_second), Some(lambda_request)) = (dpu_hour, second, request) {
            table.set(RegionPrices { region: name, dpu_hour, lambda_gb_second, lambda_request });
        }
    }
    table
}

/// The region that counts where a phase has none must have prices.
pub(super) fn check_region(route: &RouteModel, prices: &PriceTable, faults: &mut Faults<'_>) {
    if prices.get(&route.region).is_none() {
        let fault = no_prices(&route.region, "which is route.region");
        faults.add(None, fault.message, fault.hint);
    }
}

/// A price that is given, or else known; nothing, and a fault, where it is neither.
fn price(
    (region, table): &(&str, Range<usize>),
    (key, page, known): (&str, &str, Option<&Price>),
    given: Option<Spanned<GivenPrice>>,
    faults: &mut Faults<'_>,
) -> Option<Price> {
    let Some(given) = given else {
        if known.is_none() {
            let hint = format!("write {key} = {{ usd = …, date = \"…\" }}, as {page} has it");
            faults.add(Some(table.clone()), format!("prices.{region}: {key} is missing"), Some(hint));
        }
        return known.cloned();
    };
    let (span, GivenPrice { usd, date, source }) = (given.span(), given.into_inner());
    let mut add = |message: String, hint: String| {
        faults.add(Some(span.clone()), format!("prices.{region}.{key}: {message}"), Some(hint));
    };
    if !(usd.is_finite() && usd >= 0.0) {
        add(format!("usd is {usd}"), format!("write the US dollars of {page}, 0 or more"));
    }
    let parsed = date.parse::<NaiveDate>().ok().filter(|_| date.len() == 10);
    if parsed.is_none() {
        let hint = "write the day that this was the price, as in date = \"2026-11-22\"";
        add(format!("\"{date}\" is no date"), hint.into());
    }
    Some(Price { usd, date: parsed?, source: source.unwrap_or_else(|| page.into()) })
}
