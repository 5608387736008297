"""What a load cannot be faster than, or is not asked to be: parts of the work alone, and one core."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from . import data
from .contenders import Naru, Peer, Prepared
from .data import Source
from .item import DATE, TRANSACTION, Item, Setting
from .project import TRANSACTIONS_AS_TEXT


@dataclass(frozen=True)
class Cat:
    """`cat` of the file to nowhere: reading alone."""

    source: Source
    name: str = "cat"

    def prepare(self, work: Path) -> Prepared:
        """The command."""
        return Prepared(["sh", "-c", 'exec cat "$0" > /dev/null', str(self.source.path)], work, "nothing")


def limits(s: Setting) -> Item:
    """The whole file, by naru as it is and on one core, and parts of the work."""
    source = data.transactions(s.interpreter, s.rows)
    naru = Naru(s.naru, TRANSACTION, DATE, source)
    contenders = [
        *(replace(naru, name=f"naru, {word}", under=on(number)) for word, number in (("two cores", 2), ("one core", 1))),
        replace(naru, name="naru, text only", definition=TRANSACTIONS_AS_TEXT),
        Peer("polars, text only", "peers/polars_sink.py", "text", "parquet", source, s.interpreter),
        Peer("zstd of the columns", "limits/zstd_columns.py", "transactions", "figures", source, s.interpreter),
        Cat(source),
    ]
    title = f"{source.rows:,} rows, {source.size_bytes / 1e9:.2f} GB: parts of the work alone"
    return Item("limits", title, contenders, s.is_full, same_types=False)


def on(number: int) -> tuple[str, ...]:
    """The command that runs another on so many cores."""
    cores = sorted(os.sched_getaffinity(0))[:number]
    return ("taskset", "--cpu-list", ",".join(map(str, cores)))
