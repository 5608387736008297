"""Who is measured: naru, run as a user would run it, and its peers, a small script each."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .data import Source
from .environment import BENCH

PROJECT = BENCH / "project"
FLIGHTS_DEFINITION = BENCH.parent / "tests" / "nycflights13" / "table-defs" / "nyc" / "flights.csv"
LANDING = "bench-dev-landing"


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to start."""

    command: list[str]
    out: Path
    """Where its output is found afterwards."""
    kind: str
    """`iceberg` or `parquet`; see `verify.py`."""


@dataclass(frozen=True)
class Naru:
    """naru, loading one file by one job into a new lake."""

    program: str
    job: str
    date: str
    source: Source
    name: str = "naru"

    def prepare(self, work: Path) -> Prepared:
        """A new project with the file dropped (as a hard link: nothing is copied)."""
        project = work / "project"
        shutil.copytree(PROJECT, project)
        definition = project / "table-defs" / "nyc" / "flights.csv"
        definition.parent.mkdir()
        # Without partitions and order, which the peer is not asked for either.
        lines = FLIGHTS_DEFINITION.read_text(encoding="utf-8").splitlines(keepends=True)
        definition.write_text("".join(line for line in lines if not line.startswith(("@partition", "@sort"))))
        return self.dropped(project)

    def dropped(self, project: Path) -> Prepared:
        """The file dropped in a project that is there."""
        source, database, table, level, *_ = self.job.split("__")
        lake = project / ".naru" / "lake"
        landing = lake / f"{LANDING}-{level}" / source / database / table / self.date
        landing.mkdir(parents=True)
        os.link(self.source.path, landing / self.source.path.name)
        command = [self.program, "--project", str(project), "run", self.job, "--date", self.date, "--json"]
        return Prepared(command, lake, "iceberg")


@dataclass(frozen=True)
class Peer:
    """A script of `peers/`."""

    name: str
    script: str
    table: str
    kind: str
    source: Source
    interpreter: str = sys.executable

    def prepare(self, work: Path) -> Prepared:
        """The command; the script makes its own output directory."""
        script = str(BENCH / "peers" / self.script)
        out = work / "out"
        return Prepared([self.interpreter, script, self.table, str(self.source.path), str(out)], out, self.kind)


def pyiceberg(interpreter: str, source: Source, table: str = "transactions") -> Peer:
    """PyIceberg + PyArrow, committed."""
    return Peer("pyiceberg", "pyiceberg_append.py", table, "iceberg", source, interpreter)


def duckdb(interpreter: str, source: Source) -> Peer:
    """DuckDB, to a Parquet file without a table."""
    return Peer("duckdb", "duckdb_copy.py", "transactions", "parquet", source, interpreter)


def polars(interpreter: str, source: Source) -> Peer:
    """Polars, to a Parquet file without a table."""
    return Peer("polars", "polars_sink.py", "transactions", "parquet", source, interpreter)
