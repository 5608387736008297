"""PyIceberg + PyArrow: pyarrow.csv with declared types, one upsert into the table that pyiceberg_append.py made.

    pyiceberg_upsert.py transactions IN.csv OUT_DIR
"""

import sys
from pathlib import Path

from pyiceberg.catalog.sql import SqlCatalog

from arrow_csv import read

what, source, out = sys.argv[1], sys.argv[2], Path(sys.argv[3])
catalog = SqlCatalog("naru", uri=f"sqlite:///{out}/catalog.db", warehouse=f"file://{out}/warehouse")
catalog.load_table(f"bench.{what}").upsert(read(what, source), join_cols=["transaction_id"])
