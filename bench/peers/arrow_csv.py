"""The benchmark's files by PyArrow's CSV reader, with declared types."""

import pyarrow as pa
from pyarrow import csv

TRANSACTIONS = {
    "transaction_id": pa.int64(),
    "account_no": pa.string(),
    "channel": pa.string(),
    "traded_on": pa.date32(),
    "traded_at": pa.timestamp("us"),
    "amount": pa.decimal128(18, 2),
    "installments": pa.int32(),
    "is_abroad": pa.bool_(),
    "memo": pa.string(),
}
TEXT = {name: pa.string() for name in ("carrier", "tailnum", "origin", "dest")}
NUMBERS = (
    "year month day dep_time sched_dep_time dep_delay arr_time sched_arr_time arr_delay air_time distance hour minute"
).split()
FLIGHTS = {name: pa.int32() for name in NUMBERS} | TEXT | {"flight": pa.int64(), "time_hour": pa.timestamp("us", "UTC")}


def read(what: str, source: str) -> pa.Table:
    """A file of `transactions` or `flights`."""
    types, null = (TRANSACTIONS, "") if what == "transactions" else (FLIGHTS, "NA")
    return csv.read_csv(
        source,
        parse_options=csv.ParseOptions(newlines_in_values=False),
        convert_options=csv.ConvertOptions(
            column_types=types,
            null_values=[null],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            timestamp_parsers=[csv.ISO8601],
            true_values=["true"],
            false_values=["false"],
        ),
    )
