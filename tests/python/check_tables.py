"""Checks a lake's tables with an independent reader, PyIceberg.

    python tests/python/check_tables.py LAKE_DIR [--expect FILE|-] [--json] [--rows]
    python tests/python/check_tables.py --glue PREFIX …

Opens LAKE_DIR/catalog.db, or the databases of the Glue Data Catalog whose names begin with PREFIX, and checks of every table that what its manifests and summaries say is true of its files:
counts, bounds, sizes, partition values, field ids, sort orders, running totals. With --expect it also holds the tables
against expectations in JSON (`lake_checks/expectations.py` says how they are written); `-` reads them from standard
input. Exit 0: all is true; 1: something is false; 2: there is no lake, or the expectations are not JSON.
"""

import argparse
import json
import sys
from pathlib import Path

from lake_checks.catalog import all_tables, open_glue
from lake_checks.report import check_lake, check_tables


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    lakes = parser.add_mutually_exclusive_group(required=True)
    lakes.add_argument("lake", type=Path, nargs="?", help="directory with catalog.db")
    lakes.add_argument("--glue", metavar="PREFIX", help="databases of the Glue Data Catalog, by AWS_*")
    parser.add_argument("--expect", help="file of expectations in JSON; - for standard input")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--rows", action="store_true", help="with --json: all rows of all tables, too")
    options = parser.parse_args()
    try:
        expected = None
        if options.expect:
            text = sys.stdin.read() if options.expect == "-" else Path(options.expect).read_text(encoding="utf-8")
            expected = json.loads(text)
        if options.glue is None:
            report = check_lake(options.lake, expected, with_rows=options.rows)
        else:
            report = check_tables(all_tables(open_glue(), options.glue), expected, with_rows=options.rows)
    except (FileNotFoundError, json.JSONDecodeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for name, table in report["tables"].items():
            print(f"{name}: {table['count']} rows in {table['data_files']} files, {table['snapshots']} snapshots")
    for fault in report["faults"]:
        print(f"false: {fault}", file=sys.stderr)
    return 1 if report["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
