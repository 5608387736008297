//! What a query on Athena costs, by the bytes that it scans.
//!
//! Source: Amazon Athena pricing, "SQL queries": charged by the bytes scanned, rounded up to the nearest megabyte, with a
//! minimum of 10 MB a query; what was scanned until a query was cancelled is charged, a failed query is not. A megabyte is
//! taken for 1,048,576 bytes, a terabyte for as many megabytes; the page does not say.

use std::fmt;

use serde::Serialize;

use crate::route::human_bytes;

const MEGABYTE: u64 = 1024 * 1024;
/// Least that is charged for a query, in megabytes.
const LEAST_MEGABYTES: u64 = 10;

/// The `[athena]` table of `naru.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AthenaSettings {
    /// Price of a terabyte scanned, in US dollars, in the region of the project's phases. Default 5.00.
    pub usd_per_tb: f64,
}

impl Default for AthenaSettings {
    fn default() -> Self {
        Self { usd_per_tb: 5.0 }
    }
}

/// What a query scanned and costs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QueryCost {
    /// Bytes that it read.
    pub scanned_bytes: u64,
    /// Bytes that are charged.
    pub billed_bytes: u64,
    /// In US dollars; an estimate, the bill decides.
    pub usd: f64,
}

impl QueryCost {
    /// The cost of a query that has scanned so many bytes, finished or cancelled.
    pub fn of_scan(scanned_bytes: u64, settings: AthenaSettings) -> Self {
        let megabytes = scanned_bytes.div_ceil(MEGABYTE).max(LEAST_MEGABYTES);
        let terabytes = megabytes as f64 / MEGABYTE as f64;
        let billed_bytes = megabytes.saturating_mul(MEGABYTE);
        Self { scanned_bytes, billed_bytes, usd: terabytes * settings.usd_per_tb }
    }
}

impl fmt::Display for QueryCost {
    /// `2.1 GiB scanned, about USD 0.0103`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.usd >= 0.01 { 4 } else { 6 };
        write!(f, "{} scanned, about USD {:.digits$}", human_bytes(self.scanned_bytes), self.usd)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cost(scanned_bytes: u64) -> QueryCost {
        QueryCost::of_scan(scanned_bytes, AthenaSettings::default())
    }

    #[test]
    fn a_query_costs_ten_megabytes_at_least() {
        for scanned in [0, 1, 10 * MEGABYTE] {
            assert_eq!(cost(scanned).billed_bytes, 10 * MEGABYTE);
        }
        assert_eq!(cost(10 * MEGABYTE + 1).billed_bytes, 11 * MEGABYTE);
        assert_eq!(cost(1).to_string(), "1 B scanned, about USD 0.000048");
        assert_eq!(cost(3 << 40).to_string(), "3.0 TiB scanned, about USD 15.0000");
    }

    proptest! {
        #[test]
        fn who_scans_more_pays_no_less(a in any::<u64>(), b in any::<u64>()) {
            let (less, more) = (cost(a.min(b)), cost(a.max(b)));
            prop_assert!(less.usd <= more.usd);
            prop_assert!(u128::from(less.billed_bytes) + u128::from(MEGABYTE) > u128::from(less.scanned_bytes));
        }
    }
}
