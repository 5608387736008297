"""PyIceberg + PyArrow: pyarrow.csv with declared types, one append to a table in a SQLite catalog, zstd Parquet.

    pyiceberg_append.py transactions|flights IN.csv OUT_DIR
"""

import sys
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog

from arrow_csv import read

what, source, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
rows = read(what, source)
out.mkdir(parents=True)
catalog = SqlCatalog("naru", uri=f"sqlite:///{out}/catalog.db", warehouse=f"file://{out}/warehouse")
catalog.create_namespace("bench")
table = catalog.create_table(f"bench.{what}", rows.schema, properties={"write.parquet.compression-codec": "zstd"})
table.append(rows)
