"""Who is measured on changing a table: every run starts from the same loaded table.

A contender loads its table once, and keeps it; before each run it is copied back to where it was made, since a table
knows its files by absolute paths. Neither is timed.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import project
from .contenders import Naru, Prepared, pyiceberg
from .data import Source
from .environment import BENCH
from .measure import measure

LOADED = BENCH / ".loaded"
LOADED_DATE = "2026-11-21"


@dataclass(frozen=True)
class Merge:
    """A table that is loaded, and then changed."""

    name: str
    source: Source
    """The changes; its `rows` and `total` are those of the whole table afterwards."""
    load: Callable[[Path], Prepared]
    change: Callable[[Path], Prepared]
    """Both take the working directory, which is always the same."""

    def prepare(self, work: Path) -> Prepared:
        """The loaded table in place, and the changes ready. Raises measure.Failed when loading does."""
        loaded = LOADED / self.name
        if not loaded.exists():
            measure(self.load(work).command, work / "log")
            LOADED.mkdir(exist_ok=True)
            work.rename(loaded)
            work.mkdir()
        # With their times: what is newer than the copy was written by the run.
        subprocess.run(["cp", "-a", "--reflink=auto", f"{loaded}/.", work], check=True)
        return self.change(work)


def naru_merge(program: str, job: str, date: str, table: Source, changes: Source) -> Merge:
    """naru: the table by mode append, as a first delivery is best loaded, and the changes by `job`, of mode merge."""
    first = job.replace("__merge__", "__append__")

    def load(work: Path) -> Prepared:
        return Naru(program, first, LOADED_DATE, table).prepare(work)

    def change(work: Path) -> Prepared:
        directory = work / "project"
        project.remove_job(directory, first)
        project.add_job(directory, job)
        return Naru(program, job, date, changes).dropped(directory)

    return Merge("naru", changes, load, change)


def pyiceberg_upsert(interpreter: str, table: Source, changes: Source) -> Merge:
    """PyIceberg: the table by append, the changes by upsert."""
    def load(work: Path) -> Prepared:
        return pyiceberg(interpreter, table).prepare(work)

    def change(work: Path) -> Prepared:
        script = BENCH / "peers" / "pyiceberg_upsert.py"
        out = work / "out"
        return Prepared([interpreter, str(script), "transactions", str(changes.path), str(out)], out, "iceberg")

    return Merge("pyiceberg", changes, load, change)


def forget_loaded() -> None:
    """Removes the tables that are kept: another item, or another program, loads its own."""
    shutil.rmtree(LOADED, ignore_errors=True)
