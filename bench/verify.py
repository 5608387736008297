"""Reads what a contender wrote and says what is there, as JSON: rows, exact sum of the decimal column, fingerprint, how
many data files and snapshots, and how many bytes it wrote since a time.

    verify.py iceberg|parquet OUT_DIR SUM_COLUMN SINCE_SECONDS

An Iceberg table is opened by PyIceberg, the first one in OUT_DIR/catalog.db. The fingerprint is over all columns but
`load_interval`, with rows in one order, for tables of at most two million rows; it is empty for larger ones.
"""

import hashlib
import json
import sys
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table

FINGERPRINT_ROWS = 2_000_000
AS_DECIMAL = pa.decimal128(38, 2)


def iceberg(out: Path) -> Table:
    """The table."""
    catalog = SqlCatalog("naru", uri=f"sqlite:///{out.resolve()}/catalog.db", init_catalog_tables="false")
    namespace = catalog.list_namespaces()[0]
    return catalog.load_table(catalog.list_tables(namespace)[0])


def read(kind: str, out: Path, columns: list[str] | None) -> pa.Table:
    """The rows, all columns or those named."""
    if kind == "parquet":
        return pq.read_table(out / "rows.parquet", columns=columns)
    return iceberg(out).scan(selected_fields=tuple(columns or ["*"])).to_arrow()


def counts(kind: str, out: Path) -> dict[str, int | None]:
    """How many data files the table has now, and how many snapshots it has had."""
    if kind == "parquet":
        return {"data_files": 1, "snapshots": None}
    table = iceberg(out)
    return {"data_files": sum(1 for _ in table.scan().plan_files()), "snapshots": len(table.metadata.snapshots)}


def canonical(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same values in the one Arrow type that all contenders' readers agree on."""
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if pa.types.is_decimal(kind):
        return column.cast(pa.decimal128(38, kind.scale))
    return column


def fingerprint(rows: pa.Table) -> str:
    """SHA-256 of the rows as CSV, sorted by all columns, columns by name; null and empty text differ there."""
    names = sorted(n for n in rows.column_names if n != "load_interval")
    table = pa.table({n: canonical(rows.column(n)) for n in names}).sort_by([(n, "ascending") for n in names])
    sink = pa.BufferOutputStream()
    csv.write_csv(table, sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def written(out: Path, since: float) -> dict[str, int]:
    """Bytes of the files that are not older than `since` (seconds since 1970), by what they hold."""
    found = {"data": 0, "deletes": 0, "metadata": 0}
    for path in out.rglob("*"):
        status = path.stat()
        if status.st_mtime < since:
            continue
        if path.suffix == ".parquet":
            # Iceberg's specification, "Position Delete Files": these columns come first, whatever follows.
            is_deletes = pq.read_schema(path).names[:2] == ["file_path", "pos"]
            found["deletes" if is_deletes else "data"] += status.st_size
        elif path.suffix in (".avro", ".json"):
            found["metadata"] += status.st_size
    return found


def main() -> None:
    kind, out, column, since = sys.argv[1], Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    amounts = read(kind, out, [column])
    values = amounts.column(column)
    # As text, where nothing is cast.
    exact = values if pa.types.is_decimal(values.type) or pa.types.is_integer(values.type) else values.cast(AS_DECIMAL)
    total = pc.sum(exact).as_py() or Decimal(0)
    print(json.dumps({
        "rows": amounts.num_rows,
        "sum": str(total),
        "written": written(out, since),
        **counts(kind, out),
        "fingerprint": fingerprint(read(kind, out, None)) if amounts.num_rows <= FINGERPRINT_ROWS else "",
    }))


if __name__ == "__main__":
    main()
