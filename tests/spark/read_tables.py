"""Reads tables of a lake with Spark and with PyIceberg, as exact text.

    python tests/spark/read_tables.py LAKE_DIR [database.table …]

Prints one JSON object per line and table, with `name`, `columns` (`[[name, Iceberg type], …]`), and under `spark` and
`pyiceberg` each `rows` (sorted; cells as `cells.py` says) and `snapshots` (how many). All tables unless some are named.
"""

import json
import sys
import tempfile
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog
from pyspark.sql import SparkSession

import session
from cells import rows_as_text

# Spark's names of types, where they are not Iceberg's.
ICEBERG_TYPES = {"bigint": "long", "timestamp": "timestamptz", "timestamp_ntz": "timestamp"}


def read_lake(spark: SparkSession, lake: Path, names: list[str]) -> list[dict]:
    """What both readers find in these tables, or in all. `spark` is the lake's view of the session."""
    catalog = SqlCatalog("naru", uri=f"sqlite:///{lake / 'catalog.db'}", init_catalog_tables="false")
    try:
        every = [".".join(table) for space in catalog.list_namespaces() for table in catalog.list_tables(space)]
        return [read_table(spark, catalog, name) for name in names or sorted(every)]
    finally:
        catalog.close()


def read_table(spark: SparkSession, catalog: SqlCatalog, name: str) -> dict:
    """One table. The readers' columns must be the same: raises ValueError otherwise."""
    table = catalog.load_table(name)
    columns = [[field.name, str(field.field_type)] for field in table.schema().fields]
    found = spark.table(f"naru.{name}")
    spark_columns = [[field.name, iceberg_type(field.dataType.simpleString())] for field in found.schema.fields]
    if spark_columns != columns:
        raise ValueError(f"{name}: Spark reads the columns {spark_columns}, PyIceberg {columns}")
    kinds = [kind for _, kind in columns]
    scanned = table.scan().to_arrow()
    # By position: a column may have any name.
    values = zip(*(column.to_pylist() for column in scanned.columns), strict=True) if scanned.num_rows else []
    return {
        "name": name,
        "columns": columns,
        "spark": {
            "rows": rows_as_text(found.collect(), kinds),
            "snapshots": spark.table(f"naru.{name}.snapshots").count(),
        },
        "pyiceberg": {"rows": rows_as_text(list(values), kinds), "snapshots": len(table.metadata.snapshots)},
    }


def iceberg_type(name: str) -> str:
    """The Iceberg type of Spark's, as PyIceberg prints it."""
    return ICEBERG_TYPES.get(name, name.replace(",", ", "))


def main() -> None:
    lake = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        spark = session.start(Path(scratch))
        for table in read_lake(session.view(spark, lake), lake, sys.argv[2:]):
            print(json.dumps(table, ensure_ascii=False))
        spark.stop()


if __name__ == "__main__":
    main()
