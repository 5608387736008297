//! The drops of three days, encoded and compressed as the source systems would.

use std::io::Write;
use std::path::PathBuf;

use encoding_rs::EUC_KR;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{DAYS, LOANS, RATES, bank, loans};
use crate::error::CommandError;
use crate::interval_args::IntervalArgs;
use crate::jobs;
use crate::planning::PlannedJob;
use crate::workspace::Workspace;

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

impl Drop {
    /// Where the file lands.
    ///
    /// # Errors
    /// A job whose definition does not hold any more.
    pub(crate) fn path(&self, workspace: &Workspace) -> Result<PathBuf, CommandError> {
        let planned = PlannedJob::new(workspace, jobs::parse(self.job)?)?;
        let args = IntervalArgs { date: Some(self.date.into()), ..IntervalArgs::default() };
        let interval = args.one(workspace, &planned.job)?;
        let landing = planned.landing(&workspace.lake()?, &interval);
        Ok(naru_local::location_to_path(&landing)?.join(&self.name))
    }
}

/// All drops.
pub(crate) fn drops() -> Vec<Drop> {
    let mut drops = vec![Drop {
        job: "hr__organization__branch__p0__replace__pl__m",
        date: DAYS[0],
        name: "branch.csv".into(),
        bytes: utf16(&bank::branches()),
    }];
    for (date, rows) in DAYS.into_iter().zip(loans::DAYS) {
        drops.push(Drop { job: LOANS, date, name: "CNTR.csv".into(), bytes: rows.into() });
    }
    let [first, second, _] = DAYS;
    for (n, date) in [(0, first), (1, second)] {
        let mut drop = |job: &'static str, name: String, bytes: Vec<u8>| drops.push(Drop { job, date, name, bytes });
        let accounts = EUC_KR.encode(&bank::accounts(n)).0.into_owned();
        drop("corebank__deposit__account__p2__replace__auto__d", "ACNT.csv".into(), accounts);
        let transactions = gzip(bank::transactions(n, date).as_bytes());
        drop("corebank__deposit__transaction__p2__append__auto__d", "TRX.csv.gz".into(), transactions);
        for (half, part) in (0u64..).zip(["morning", "afternoon"]) {
            let approvals = bank::approvals(n, date, half).into_bytes();
            drop("cardsys__card__approval__p3__append__auto__d", format!("approval-{part}.csv"), approvals);
        }
    }
    drops.push(rates(0, first, first));
    drops.push(bad_rates());
    drops
}

/// The second day's exchange rates, with a date that does not exist.
pub(crate) fn bad_rates() -> Drop {
    rates(1, DAYS[1], "2026-02-29")
}

/// The same, as the source sends them when it has mended them.
pub(crate) fn mended_rates() -> Drop {
    rates(1, DAYS[1], DAYS[1])
}

fn rates(day: u64, date: &'static str, yen_date: &str) -> Drop {
    let bytes = bank::exchange_rates(day, date, yen_date).into_bytes();
    Drop { job: RATES, date, name: "rates.csv".into(), bytes }
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
