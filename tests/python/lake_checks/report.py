"""The report on a lake: every check run over every table, and the figures read on the way."""

import math
from decimal import Decimal, localcontext
from pathlib import Path

import pyarrow as pa
from pyiceberg.manifest import DataFile, DataFileContent
from pyiceberg.table import Table

from .catalog import all_tables, open_catalog, open_parquet, table_name
from .data_files import check_data_file, check_delete_file
from .expectations import check_expectations
from .snapshots import Live, check_history, check_summary, read_snapshot
from .values import to_json


def check_lake(lake: Path, expected: dict | None = None, with_rows: bool = False) -> dict:
    """Checks an embedded lake's every table. Raises FileNotFoundError when there is no lake. See `check_tables`."""
    return check_tables(all_tables(open_catalog(lake)), expected, with_rows)


def check_tables(tables: list[Table], expected: dict | None = None, with_rows: bool = False) -> dict:
    """Checks tables.

    Gives `{"faults": [sentence, …], "tables": {"database.table": figures}}`; rows are among the figures if asked for.
    """
    faults, reports = [], {}
    expected = expected or {}
    for table in tables:
        name = table_name(table)
        wants_rows = with_rows or "rows" in expected.get("tables", {}).get(name, {})
        found, reports[name] = report_table(table, wants_rows)
        faults += [f"{name}: {fault}" for fault in found]
    faults += check_expectations(expected, reports)
    if not with_rows:
        for report in reports.values():
            report.pop("rows", None)
    return {"faults": faults, "tables": reports}


def report_table(table: Table, with_rows: bool) -> tuple[list[str], dict]:
    """What is wrong with a table, and what it holds."""
    faults, current = check_history(table), Live()
    files = {}
    for snapshot in table.metadata.snapshots:
        live, found = read_snapshot(table, snapshot)
        faults += found + check_summary(snapshot, live)
        files |= {f.file_path: f for f in live.data + live.deletes}
        if snapshot.snapshot_id == table.metadata.current_snapshot_id:
            current = live
    actual_rows = {}
    for path, file in files.items():
        if file.content == DataFileContent.DATA:
            actual_rows[path], found = check_data_file(table, file)
            faults += found
        else:
            faults += check_delete_file(table, file)
    # A scan of a table whose files cannot be read would only say so again, as a traceback.
    unreadable = any("cannot be read" in fault for fault in faults)
    scanned = table.schema().as_arrow().empty_table() if unreadable else table.scan().to_arrow()
    if not unreadable:
        expected_rows = sum(actual_rows[f.file_path] for f in current.data) - deleted_rows(table, current)
        if scanned.num_rows != expected_rows:
            faults.append(f"a scan gives {scanned.num_rows} rows, its files hold {expected_rows}")
    return faults, figures(table, current, scanned, with_rows)


def deleted_rows(table: Table, current: Live) -> int:
    """Rows of live files that position deletes name. They may name a row twice, and files that are not live any more."""
    live = {f.file_path for f in current.data}
    positions = set()
    for file in current.deletes:
        if file.content == DataFileContent.POSITION_DELETES:
            rows = open_parquet(table, file.file_path).read(columns=["file_path", "pos"])
            positions.update(zip(*(column.to_pylist() for column in rows.columns), strict=True))
    return sum(path in live for path, _ in positions)


def figures(table: Table, current: Live, scanned: pa.Table, with_rows: bool) -> dict:
    """What a table holds, in plain JSON."""
    schema = table.schema()
    snapshot = table.current_snapshot()
    report = {
        "count": scanned.num_rows,
        "columns": [f.name for f in schema.fields],
        "types": {f.name: str(f.field_type) for f in schema.fields},
        "required": [f.name for f in schema.fields if f.required],
        # A set: in which order the fields stand says nothing.
        "key": [schema.find_column_name(i) for i in sorted(schema.identifier_field_ids)],
        "partition": [f"{p.name} {p.transform}({schema.find_column_name(p.source_id)})" for p in table.spec().fields],
        "sort": [f"{p.transform}({schema.find_column_name(p.source_id)}) {p.direction} {p.null_order}" for p in table.sort_order().fields],
        "nulls": {name: scanned.column(name).null_count for name in scanned.column_names},
        "sums": {name: total(scanned.column(name)) for name in scanned.column_names if is_number(scanned.column(name).type)},
        "snapshots": len(table.metadata.snapshots),
        "summary": dict(snapshot.summary.additional_properties) if snapshot and snapshot.summary else {},
        "operation": snapshot.summary.operation.value if snapshot and snapshot.summary else None,
        "data_files": len(current.data),
        "delete_files": len(current.deletes),
        "data_bytes": sum(f.file_size_in_bytes for f in current.data),
        "partitions": sorted({partition_text(table, f) for f in current.data}),
        "location": table.location(),
        "properties": dict(table.properties),
    }
    if with_rows:
        report["rows"] = [{name: to_json(value) for name, value in row.items()} for row in scanned.to_pylist()]
    return report


def partition_text(table: Table, file: DataFile) -> str:
    """A file's partition as a directory would be called; empty for none."""
    spec = table.specs()[file.spec_id]
    return spec.partition_to_path(file.partition, table.schema()) if spec.fields else ""


def is_number(column_type: pa.DataType) -> bool:
    """Whether a column can be summed."""
    return pa.types.is_integer(column_type) or pa.types.is_floating(column_type) or pa.types.is_decimal(column_type)


def total(column: pa.ChunkedArray) -> object:
    """Exact sum; of floating-point numbers exactly rounded, so that it does not hang on the rows' order."""
    present = [value for value in column.to_pylist() if value is not None]
    if pa.types.is_floating(column.type):
        return to_json(math.fsum(v for v in present if math.isfinite(v)))
    if pa.types.is_decimal(column.type):
        # 38 digits and the number of rows; Python's default of 28 would round.
        with localcontext(prec=80):
            return format(sum(present, Decimal(0).scaleb(-column.type.scale)), "f")
    return sum(present)
