"""A Spark session that answers requests, so that all tests of one process start Spark once.

    python tests/spark/serve.py

A request is a line of JSON on standard input, its answer a line on standard output: `{"answer": …}` or
`{"error": text}`. It ends when standard input does.

| request | does and answers |
| --- | --- |
| `{"lake": dir, "read": [database.table, …]}` | `read_tables.read_lake`; all tables when none is named |
| `{"lake": dir, "sql": [statement, …]}` | runs them in turn; the last one's rows, as exact text |
| `{"lake": dir, "merge": {…}}` | `merge.merge` of a `merge.Batch`; `null` |
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

import session
from cells import rows_as_text
from merge import Batch, merge
from read_tables import iceberg_type, read_lake


# Enough of a Java exception to see what is wrong.
ERROR_LINES = 12


def answer(spark: SparkSession, lake: Path, request: dict) -> object:
    """What one request asks for. `spark` is the lake's view. Raises whatever goes wrong."""
    match request:
        case {"read": names}:
            return read_lake(spark, lake, names)
        case {"sql": statements}:
            for statement in statements:
                found = spark.sql(statement)
            kinds = [iceberg_type(field.dataType.simpleString()) for field in found.schema.fields]
            return rows_as_text(found.collect(), kinds)
        case {"merge": batch}:
            merge(spark, Batch(**batch))
            return None
    raise ValueError("a request is one of read, sql and merge")


def main() -> None:
    # Java inherits standard output, too, and may write there: answers get a descriptor of their own.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with tempfile.TemporaryDirectory() as scratch:
        spark = session.start(Path(scratch))
        views: dict[Path, SparkSession] = {}
        for line in sys.stdin:
            request = json.loads(line)
            lake = Path(request["lake"])
            try:
                if lake not in views:
                    views[lake] = session.view(spark, lake)
                reply = {"answer": answer(views[lake], lake, request)}
            except Exception as error:  # Whatever it is, the test that asked is told, and the next one goes on.
                reply = {"error": "\n".join(f"{type(error).__name__}: {error}".splitlines()[:ERROR_LINES])}
            print(json.dumps(reply, ensure_ascii=False), file=answers, flush=True)
        spark.stop()


if __name__ == "__main__":
    main()
