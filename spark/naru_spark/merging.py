"""Modes `merge` and `scd2`: what the rows of a run change in a state of the table, written and not yet committed.

    held rows ─▶ keys ─▶ files that may hold them ─▶ rows of the table that have them ─┐
        └──────────────────────────── shuffled by key ─────────────────────────────────┴─▶ naru_decode.Merger
                                                                                             in mapInArrow
    staged files ◀─ new rows, and those that stay in files that lose some ◀──────────────────┘

The kernel decides for all rows of a key at once, as in `naru run`. A file that loses rows is always written anew:
position deletes would save little where Spark is worth its start. What the table has in the end is the same.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import naru_decode
import pyarrow as pa
from py4j.java_gateway import JavaObject
from pyspark import StorageLevel, TaskContext
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import IntegerType, LongType, StringType, StructField, StructType

from naru_spark.decoding import ByTask
from naru_spark.errors import RunError
from naru_spark.expressions import LOAD_INTERVAL, of_interval
from naru_spark.key_ranges import key_range
from naru_spark.plan import Plan, merger_of
from naru_spark.staging import Staging
from naru_spark.table_rows import FILE, POSITION, TableRows
from naru_spark.tables import TableState, Tables

# What rows are, to the kernel.
OF_RUN, OF_TABLE, EARLIER = 0, 1, 2
# What becomes of them.
GOES = 2
KNOWN_OF_RUN = ["@source", "@record", "@deletes"]
# What one of Spark's tasks merges, about, as bytes of text.
BUCKET_BYTES = 32 << 20
COMPRESSED_TO_TEXT = 5


@dataclass
class Merged:
    """What a merge over a state changes, beside the files that it staged."""

    over: "MergeBase"
    # Files of the current state that are no part of the table any more, and of the earlier one that are again.
    removed: dict[str, JavaObject]
    restored: list[JavaObject]
    # Meets all rows whose keys were looked for.
    keys: JavaObject
    counts: dict[str, int]


@dataclass(frozen=True)
class MergeBase:
    """The state that a merge looks into: that of `snapshot_id`, the table's own or an earlier one. `before_first`: a tuple
    of the snapshot from before the run's first execution, empty where that is not known.
    """

    is_earlier: bool
    snapshot_id: int | None
    before_first: tuple[int | None, ...] = field(default=())


def base_of(plan: Plan, state: TableState) -> MergeBase:
    """What a merge is made over, by the run's earlier executions."""
    known = [snapshot["snapshot-id"] for snapshot in state.metadata.get("snapshots", [])]
    found = json.loads(plan.kernel.merge_base(state.history(), known))
    first = found["before_first"]
    before_first = (first["snapshot_id"],) if first and first["snapshot_id"] in (None, *known) else ()
    if found["over"] == "earlier":
        return MergeBase(True, found["snapshot_id"], before_first)
    return MergeBase(False, state.snapshot_id, before_first)


def merge(tables: Tables, plan: Plan, staging: Staging, state: TableState) -> Merged:
    """Finds out what the held rows change in a table's newest state, and stages it. Raises RunError where nothing says
    which row of a key counts.
    """
    base = base_of(plan, state)
    held = staging.held
    columns = StructType([column for column in held.schema.fields if column.name not in KNOWN_OF_RUN])
    names, key = [quoted(column.name) for column in columns.fields], [quoted(name) for name in plan.kernel.key]
    with TableRows(tables, state, columns) as rows:
        reloaded = keys_of_interval(tables, plan, rows, base)
        keys = held.select(*key) if reloaded is None else held.select(*key).union(reloaded)
        keys = keys.distinct()
        wanted = key_range(tables, keys)
        candidates = rows.tasks(base.snapshot_id, wanted)
        parts = [of_kind(OF_RUN, held, names)]
        found = [(OF_TABLE, candidates)]
        if reloaded is not None and plan.json["mode"] == "merge":
            found += [(EARLIER, rows.tasks(snapshot, wanted)) for snapshot in base.before_first]
        parts += [of_kind(kind, rows.read(tasks).join(keys, plan.kernel.key, "left_semi"), names)
                  for kind, tasks in found if tasks]
        with resolved(plan, parts, columns, key) as changes:
            written, gone = changes.summary()
            now = candidates if not base.is_earlier else rows.tasks(state.snapshot_id)
            before = candidates if not base.is_earlier else rows.tasks(base.snapshot_id)
            files = files_after(before, now, gone)
            new = [changes.frame.where(quoted("@action") < GOES).select(*names)] if written else []
            if files.rewritten:
                places = changes.frame.where(quoted("@action") == GOES).select(quoted(FILE), quoted(POSITION))
                stay = rows.read(files.rewritten).join(places, [FILE, POSITION], "left_anti")
                new.append(stay.select(*names))
            if new:
                staging.write(new[0] if len(new) == 1 else new[0].union(new[1]))
            return Merged(base, files.removed, files.restored, wanted, changes.counts)


def quoted(name: str) -> Column:
    """A column by its name; the program's own have names that SQL would not read."""
    return F.col(f"`{name}`")


def keys_of_interval(tables: Tables, plan: Plan, rows: TableRows, base: MergeBase) -> DataFrame | None:
    """The keys of rows that an earlier execution of the run brought; None: there are none."""
    start = plan.kernel.interval_start_micros
    tasks = rows.tasks(base.snapshot_id, of_interval(tables, start))
    if not tasks:
        return None
    is_own = F.expr(f"{LOAD_INTERVAL} = cast(timestamp_micros({start}) as timestamp_ntz)")
    found = rows.read(tasks).where(is_own).select(*(quoted(name) for name in plan.kernel.key))
    return None if found.isEmpty() else found


def of_kind(kind: int, frame: DataFrame, columns: list[Column]) -> DataFrame:
    """Rows as the kernel merges them: the table's columns in their order, which a join does not keep, what they are, and
    what is known of them; see naru-merge's `bucket.rs`.
    """
    beside = {"@source": "int", "@record": "long", "@deletes": "boolean", FILE: "string", POSITION: "long"}
    known = [quoted(name) if name in frame.columns else F.lit(None).cast(of).alias(name) for name, of in beside.items()]
    return frame.select(*columns, F.lit(kind).alias("@kind"), *known)


class Changes:
    """What the kernel made of the rows: a frame that is kept, since it is read more than once."""

    def __init__(self, frame: DataFrame, found: Callable[[], dict]) -> None:
        self.frame = frame.persist(StorageLevel.DISK_ONLY)
        self.found = found
        self.counts: dict[str, int] = {}

    def summary(self) -> tuple[int, dict[str, int]]:
        """How many rows are written, and how many go from each file. Raises RunError where the kernel could not tell."""
        groups = self.frame.groupBy(quoted("@action"), quoted(FILE)).count().collect()
        findings = [finding for _, finding in sorted(self.found().items())]
        for finding in findings:
            if "error" in finding:
                raise RunError(finding["error"])
            for name, count in finding.items():
                self.counts[name] = self.counts.get(name, 0) + count
        written = sum(count for action, _, count in groups if action != GOES)
        return written, {file: count for action, file, count in groups if action == GOES}

    def __enter__(self) -> "Changes":
        return self

    def __exit__(self, *_: object) -> None:
        self.frame.unpersist()


def resolved(plan: Plan, parts: list[DataFrame], columns: StructType, key: list) -> Changes:
    """Brings all rows of a key together and hands them to the kernel."""
    everything = parts[0]
    for part in parts[1:]:
        everything = everything.union(part)
    shuffled = everything.repartition(buckets(plan), *key)
    found = parts[0].sparkSession.sparkContext.accumulator({}, ByTask())
    text = plan.text

    def merge_all(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        number = TaskContext.get().partitionId()
        try:
            merged, counts = merger_of(text).merge(list(batches))
        except naru_decode.MergeError as error:
            found.add({number: {"error": str(error)}})
            return
        found.add({number: counts})
        yield from merged

    out = StructType([*(StructField(column.name, column.dataType) for column in columns.fields),
                      StructField("@action", IntegerType(), False), StructField(FILE, StringType()),
                      StructField(POSITION, LongType())])
    return Changes(shuffled.mapInArrow(merge_all, out), lambda: found.value)


def buckets(plan: Plan) -> int:
    """So many that one's rows fit into a task's memory, as far as the sources' sizes tell."""
    text = sum(source["size_bytes"] * (1 if source["compression"] == "none" else COMPRESSED_TO_TEXT)
               for source in plan.json["sources"])
    return max(1, -(-text // BUCKET_BYTES))


@dataclass
class FilesAfter:
    """What becomes of data files, by their locations; of `rewritten` ones the rows that stay are read by these tasks."""

    removed: dict[str, JavaObject] = field(default_factory=dict)
    restored: list[JavaObject] = field(default_factory=list)
    rewritten: dict[str, JavaObject] = field(default_factory=dict)


def files_after(before: dict[str, JavaObject], now: dict[str, JavaObject], gone: dict[str, int]) -> FilesAfter:
    """Makes of the files of `now` those of `before`, without the rows that are `gone`: how many by file. A file of before
    that rows were deleted from is written anew, since it would get a sequence number that its deletes do not reach.
    """
    after, same = FilesAfter(), before is now
    for path, task in now.items():
        is_kept = path in before and path not in gone and (same or deletes_of(task) == deletes_of(before[path]))
        if not is_kept and (not same or path in gone):
            after.removed[path] = task.file()
    for path, task in before.items():
        if path in now and path not in after.removed:
            continue
        if path not in now and path not in gone and not deletes_of(task):
            after.restored.append(task.file())
        elif deletes_of(task) or gone.get(path, 0) < task.file().recordCount():
            after.rewritten[path] = task
    return after


def deletes_of(task: JavaObject) -> frozenset[str]:
    return frozenset(file.location() for file in task.deletes())
