"""Who is measured: naru, run as a user would run it, and its peers, a small script each."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from . import project
from .data import Source
from .environment import BENCH
from .project import TRANSACTIONS, Definition

LANDING = "bench-dev-landing"


@dataclass(frozen=True)
class Prepared:
    """A run that is ready to start."""

    command: list[str]
    out: Path
    """Where its output is found afterwards."""
    kind: str
    """What it makes: `iceberg` or `parquet`, see `verify.py`; `figures`, a limit that verifies itself and prints its
    figures as JSON; `report`, JSON that must hold what is `expected`; `nothing`."""
    expected: dict = field(default_factory=dict)
    exit_code: int = 0


@dataclass(frozen=True)
class Naru:
    """naru, loading the files of one interval by one job into a new lake."""

    program: str
    job: str
    date: str
    source: Source
    name: str = "naru"
    definition: Definition = TRANSACTIONS
    under: tuple[str, ...] = ()
    """A command that runs naru's: `taskset` or `prlimit` with their options."""

    def prepare(self, work: Path) -> Prepared:
        """A new project with the files dropped (as hard links: nothing is copied)."""
        directory = work / "project"
        directory.mkdir()
        project.make(directory, self.job, self.definition)
        return self.dropped(directory)

    def dropped(self, directory: Path) -> Prepared:
        """The files dropped in a project that is there."""
        source, database, table, level, *_ = self.job.split("__")
        lake = directory / ".naru" / "lake"
        landing = lake / f"{LANDING}-{level}" / source / database / table / self.date
        landing.mkdir(parents=True)
        for path in self.source.files:
            os.link(path, landing / path.name)
        run = [self.program, "--project", str(directory), "run", self.job, "--date", self.date, "--json"]
        return Prepared([*self.under, *run], lake, "iceberg")


@dataclass(frozen=True)
class Peer:
    """A script of `peers/` or `limits/`, over one file."""

    name: str
    script: str
    table: str
    kind: str
    source: Source
    interpreter: str = sys.executable

    def prepare(self, work: Path) -> Prepared:
        """The command; the script makes its own output directory."""
        out = work / "out"
        command = [self.interpreter, str(BENCH / self.script), self.table, str(self.source.path), str(out)]
        return Prepared(command, out, self.kind)


def pyiceberg(interpreter: str, source: Source, table: str = "transactions") -> Peer:
    """PyIceberg + PyArrow, committed."""
    return Peer("pyiceberg", "peers/pyiceberg_append.py", table, "iceberg", source, interpreter)


def duckdb(interpreter: str, source: Source) -> Peer:
    """DuckDB, to a Parquet file without a table."""
    return Peer("duckdb", "peers/duckdb_copy.py", "transactions", "parquet", source, interpreter)


def polars(interpreter: str, source: Source) -> Peer:
    """Polars, to a Parquet file without a table."""
    return Peer("polars", "peers/polars_sink.py", "transactions", "parquet", source, interpreter)
