//! Two days of drops, encoded and compressed as the source systems would.

use std::io::Write;

use encoding_rs::EUC_KR;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{DAYS, bank};

/// A file that a source system drops.
pub(crate) struct Drop {
    /// The job that loads it.
    pub(crate) job: &'static str,
    /// A date inside the interval.
    pub(crate) date: &'static str,
    /// File name.
    pub(crate) name: String,
    /// Content.
    pub(crate) bytes: Vec<u8>,
}

/// The job and date of the drop that holds a deliberately bad row.
pub(crate) const BAD_DROP: (&str, &str) = ("market__market__exchange_rate__p0__append__pl__d", DAYS[1]);

/// All drops.
pub(crate) fn drops() -> Vec<Drop> {
    let mut drops = vec![Drop {
        job: "hr__organization__branch__p0__replace__pl__m",
        date: DAYS[0],
        name: "branch.csv".into(),
        bytes: utf16(&bank::branches()),
    }];
    for (n, date) in (0u64..).zip(DAYS) {
        let mut drop = |job: &'static str, name: String, bytes: Vec<u8>| drops.push(Drop { job, date, name, bytes });
        let accounts = EUC_KR.encode(&bank::accounts(n)).0.into_owned();
        drop("corebank__deposit__account__p2__replace__auto__d", "ACNT.csv".into(), accounts);
        let transactions = gzip(bank::transactions(n, date).as_bytes());
        drop("corebank__deposit__transaction__p2__append__auto__d", "TRX.csv.gz".into(), transactions);
        for (half, part) in (0u64..).zip(["morning", "afternoon"]) {
            let approvals = bank::approvals(n, date, half).into_bytes();
            drop("cardsys__card__approval__p3__append__auto__d", format!("approval-{part}.csv"), approvals);
        }
        let rates = bank::exchange_rates(n, date).into_bytes();
        drop("market__market__exchange_rate__p0__append__pl__d", "rates.csv".into(), rates);
    }
    drops
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff_u16).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}
