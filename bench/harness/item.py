"""What one item of work is, and what a session runs it with."""

from dataclasses import dataclass
from typing import Protocol

from .contenders import Prepared
from .data import Source

DATE = "2026-11-22"
TRANSACTION = "corebank__deposit__transaction__p1__append__pl__d"
FULL_ROWS = 10_000_000

NARU_OVER_IT = "naru / it"
IT_OVER_FIRST = "it / first"


class Contender(Protocol):
    """Who does the work."""

    name: str
    source: Source
    """What it reads, in bytes and rows."""

    def prepare(self, work) -> Prepared:
        """A run that is ready to start, in the working directory, which is new and always the same."""


@dataclass(frozen=True)
class Item:
    """Contenders that do the same work on the same rows, naru first."""

    name: str
    title: str
    contenders: list[Contender]
    full_size: bool
    """Whether the goals are about this size."""
    sum_column: str = "amount"
    ratio: str = NARU_OVER_IT
    """What the times are compared to."""
    same_types: bool = True
    """Whether all tables have the same types, and so the same fingerprint."""
    repeats: int = 1
    """Runs of each contender in a round: short work is measured more often."""


@dataclass(frozen=True)
class Setting:
    """What a session runs with."""

    naru: str
    interpreter: str
    rows: int

    @property
    def is_full(self) -> bool:
        """Whether the goals are about this many rows."""
        return self.rows == FULL_ROWS
