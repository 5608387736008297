"""Polars: scan_csv as text, strict casts, sink to one zstd Parquet file. No table, no catalog, no commit.

    polars_sink.py transactions|text IN.csv OUT_DIR

`text` leaves all columns as they are.
"""

import sys
from pathlib import Path

import polars as pl

what, source, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
out.mkdir(parents=True)
schema = {
    "transaction_id": pl.Int64,
    "account_no": pl.String,
    "channel": pl.String,
    "traded_on": pl.String,
    "traded_at": pl.String,
    "amount": pl.String,
    "installments": pl.Int32,
    "is_abroad": pl.Boolean,
    "memo": pl.String,
}
if what == "text":
    rows = pl.scan_csv(source, schema=dict.fromkeys(schema, pl.String), null_values=None)
else:
    rows = pl.scan_csv(source, schema=schema, null_values=None).with_columns(
        pl.col("traded_on").str.to_date("%Y-%m-%d", strict=True),
        pl.col("traded_at").str.to_datetime("%Y-%m-%d %H:%M:%S%.6f", time_unit="us", strict=True),
        pl.col("amount").cast(pl.Decimal(18, 2), strict=True),
    )
rows.sink_parquet(out / "rows.parquet", compression="zstd")
