//! The memory of a query over a large table. Linux only, and alone in its process; tests/all calls it so:
//! `cargo test --release … -- --ignored --exact memory::ten_million_rows --nocapture`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot be taken is a failed test")]

use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Instant;

use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray};

use crate::bank::{Bank, dates, decimals, ints};

const ROWS_PER_FILE: i64 = 1_000_000;
const FILES: i64 = 10;
/// Greatest resident memory of the process while a query runs, in KiB.
const MOST_KIB: u64 = 512 * 1024;

#[test]
#[ignore = "its peak of memory is that of its process, so it runs alone: tests/all calls it by name"]
fn ten_million_rows() {
    let mut bank = Bank::empty();
    let files = (0..FILES).map(|n| bank.file(&format!("{n}.parquet"), &columns(n * ROWS_PER_FILE))).collect();
    let columns = [
        (1, "id", "bigint"),
        (2, "account_no", "string"),
        (3, "memo", "string"),
        (4, "balance", "decimal(18,2)"),
        (5, "opened", "date"),
        (6, "updated", "timestamp"),
        (7, "rate", "double"),
        (8, "branch", "int"),
    ];
    bank.table("t.t", &columns, files);
    let (mut report, mut worst) = (String::new(), 0);
    for (sql, rows) in [
        ("select count(*) from t.t", 1),
        ("select * from t.t", 10_000_000),
        ("select id, balance * 2 as b from t.t where branch = 7 and memo like '%9'", 20_000),
        ("select branch, sum(balance), count(*) from t.t group by branch", 500),
    ] {
        // Sets the process's peak back to its present size.
        std::fs::write("/proc/self/clear_refs", "5").unwrap();
        let start = Instant::now();
        let mut out = BufWriter::new(std::fs::File::create("/dev/null").unwrap());
        let written = bank.run(sql).unwrap().write_csv(&mut out).unwrap();
        out.flush().unwrap();
        let peak = peak_kib();
        report.push_str(&format!("{:>6.2} s {:>5} MiB  {sql}\n", start.elapsed().as_secs_f64(), peak / 1024));
        assert!(written == rows || sql.contains("like"), "{sql}: {written} rows");
        worst = worst.max(peak);
    }
    std::io::stdout().write_all(report.as_bytes()).unwrap();
    assert!(worst < MOST_KIB, "{report}");
}

/// `VmHWM` of this process.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn columns(first: i64) -> Vec<(u32, &'static str, ArrayRef)> {
    let ids = first..first + ROWS_PER_FILE;
    let day = |id: i64| i32::try_from(id % 20_000).unwrap();
    vec![
        (1, "id", Arc::new(Int64Array::from_iter_values(ids.clone()))),
        (
            2,
            "account_no",
            Arc::new(StringArray::from_iter_values(
                ids.clone().map(|id| format!("110-{:08}-{:02}", id * 7_919 % 100_000_000, id % 97)),
            )),
        ),
        (
            3,
            "memo",
            Arc::new(StringArray::from_iter_values(
                ids.clone().map(|id| format!("transfer to branch {} at counter {}", id % 500, id * 31 % 1_009)),
            )),
        ),
        (4, "balance", decimals(ids.clone().map(|id| Some(i128::from(id * 104_729 % 1_000_000_007))), 18, 2)),
        (5, "opened", dates(ids.clone().map(day))),
        (6, "updated", Arc::new(TimestampMicrosecondArray::from_iter_values(ids.clone().map(|id| id * 1_000_003)))),
        (7, "rate", Arc::new(Float64Array::from_iter_values(ids.clone().map(|id| f64::from(day(id)) / 7.0)))),
        (8, "branch", ints(ids.map(|id| i32::try_from(id % 500).unwrap()))),
    ]
}
