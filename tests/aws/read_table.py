"""Reads a table by PyIceberg's GlueCatalog: ids and days of their load intervals, as a JSON list.

    python tests/aws/read_table.py http://127.0.0.1:<moto's port> <database>.<table>
"""

import json
import sys
from datetime import datetime, timedelta

from pyiceberg.catalog.glue import GlueCatalog


def main(endpoint: str, name: str) -> None:
    properties = {"region": "us-east-1", "access-key-id": "test", "secret-access-key": "test", "endpoint": endpoint}
    both = {f"{service}.{key}": value for service in ("glue", "s3") for key, value in properties.items()}
    rows = GlueCatalog("glue", **both).load_table(name).scan().to_arrow().to_pylist()
    day = lambda time: (time - datetime(1970, 1, 1)) // timedelta(days=1)  # noqa: E731
    json.dump([[row["id"], day(row["load_interval"])] for row in rows], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
