"""What a caller expects of a lake, as JSON:

    {"tables": {"dev_deposit.account": {
        "count": 3,                                      rows
        "columns": ["account_no", "balance"],            names, in order
        "types": {"balance": "decimal(18, 2)"},          as PyIceberg prints them
        "nulls": {"memo": 1},                            by column
        "sums": {"balance": "123.45"},                   by column; numbers, decimals as text
        "snapshots": 2,                                  how many the table has
        "partition": ["opened_at_month month(opened_at)"],
        "data_files": 1,                                 live in the current snapshot
        "rows": [{"account_no": "001", "balance": "1.00"}, …]   all rows, in any order, by the columns given
     }},
     "only": true}                                       there are no other tables

Everything may be left out. Values are written as: null, true, 1, "text"; decimals "1.50" with all digits of the scale;
floating-point numbers as numbers or "NaN", "Infinity", "-Infinity"; dates "2026-11-22"; timestamps
"2026-11-22T05:00:00.123456" (no fraction when it is zero), instants in UTC with "+00:00"; binary in hexadecimal.
"""

import json
import struct
from collections import Counter

SIMPLE = ("count", "columns", "snapshots", "partition", "data_files")
BY_COLUMN = ("types", "nulls", "sums")
KNOWN = {*SIMPLE, *BY_COLUMN, "rows"}


def check_expectations(expected: dict, tables: dict[str, dict]) -> list[str]:
    """`tables` are the reports of `report.report_table`, with their rows. Unknown keys are faults: a typing error must
    not pass for a check."""
    faults = [f"expectations: unknown key {key!r}" for key in expected.keys() - {"tables", "only"}]
    wanted = expected.get("tables", {})
    if expected.get("only"):
        faults += [f"{name}: is there, and was not expected" for name in sorted(tables.keys() - wanted.keys())]
    for name, wants in wanted.items():
        if name not in tables:
            faults.append(f"{name}: is not there; there are {sorted(tables) or 'no tables'}")
            continue
        faults += [f"{name}: {fault}" for fault in check_table(wants, tables[name])]
    return faults


def check_table(wants: dict, found: dict) -> list[str]:
    """One table's expectations."""
    faults = [f"expectations: unknown key {key!r}" for key in sorted(wants.keys() - KNOWN)]
    for key in SIMPLE:
        if key in wants and wants[key] != found[key]:
            faults.append(f"{key}: expected {wants[key]!r}, found {found[key]!r}")
    for key in BY_COLUMN:
        for column, value in wants.get(key, {}).items():
            if found[key].get(column) != value:
                faults.append(f"{key} of {column}: expected {value!r}, found {found[key].get(column)!r}")
    if "rows" in wants:
        faults += check_rows(wants["rows"], found["rows"], found["types"])
    return faults


def check_rows(wants: list[dict], found: list[dict], types: dict[str, str]) -> list[str]:
    """Rows as bags: order does not matter, number does. Each expected row names the same columns."""
    if not wants:
        return [f"rows: expected none, found {len(found)}"] if found else []
    columns = sorted(wants[0])
    if any(sorted(row) != columns for row in wants):
        return ["expectations: rows do not all name the same columns"]
    missing = [column for column in columns if column not in types]
    if missing:
        return [f"rows: the table has no column {column!r}" for column in missing]
    expected, actual = (Counter(row_text(row, columns, types) for row in rows) for rows in (wants, found))
    faults = [f"rows: {number} × {row} missing" for row, number in (expected - actual).items()]
    return faults + [f"rows: {number} × {row} too many" for row, number in (actual - expected).items()]


def row_text(row: dict, columns: list[str], types: dict[str, str]) -> str:
    """A row as text that is equal for equal rows."""
    return json.dumps({c: as_stored(row[c], types[c]) for c in columns}, ensure_ascii=False)


def as_stored(value: object, column_type: str) -> object:
    """A number as its column holds it: 1 in a double column is 1.0, 0.1 in a float column the nearest binary32."""
    if isinstance(value, bool) or not isinstance(value, int | float) or column_type not in ("float", "double"):
        return value
    return struct.unpack("f", struct.pack("f", value))[0] if column_type == "float" else float(value)
