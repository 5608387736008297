"""The kernel in `mapInArrow`: each of Spark's tasks decodes one range.

What a range held is reported beside its rows, by an accumulator that keeps one entry a range: Spark may decode a range
more than once, and gets the same rows and the same entry each time.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa
from pyspark.accumulators import AccumulatorParam
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_type
from pyspark.sql.types import StructField, StructType

import naru_decode

from naru_spark.errors import RunError
from naru_spark.plan import Plan, kernel_of
from naru_spark.ranges import Task
from naru_spark.sources import open_range, told

# Places of rejects that a range reports; all are counted.
TOLD_REJECTS = 20


class ByTask(AccumulatorParam):
    """`{task number: what was found}`; the same number has the same finding, whoever found it."""

    def zero(self, value: dict) -> dict:
        return {}

    def addInPlace(self, value1: dict, value2: dict) -> dict:
        value1.update(value2)
        return value1


class Findings:
    """What the ranges held, once the rows are written."""

    def __init__(self, plan: Plan, tasks: list[Task], found: dict) -> None:
        """Raises RunError for sources that could not be read to their ends: of the first one, why."""
        failed = sorted(number for number, finding in found.items() if finding["error"])
        if failed:
            raise RunError(*found[failed[0]]["error"])
        missing = len(tasks) - len(found)
        if missing:
            raise RunError(f"{missing} of {len(tasks)} ranges did not report what they held; run the job again")
        self.records = sum(finding["records"] for finding in found.values())
        self.rejected = sum(finding["rejected"] for finding in found.values())
        self.rejecting = [tasks[number] for number in sorted(found) if found[number]["rejected"]]
        self.places = [(plan.json["sources"][tasks[number].source]["location"], *place)
                       for number in sorted(found) for place in found[number]["places"]][:TOLD_REJECTS]
        self.by_source = [InSource() for _ in plan.json["sources"]]
        for number in sorted(found):
            self.by_source[tasks[number].source].add(found[number])

    @property
    def rows(self) -> int:
        return self.records - self.rejected


@dataclass
class InSource:
    """What a source held: its records, the sums that control totals ask for, and its trailer record."""

    records: int = 0
    sums: list[tuple[int, int, int]] = field(default_factory=list)
    trailer: tuple[list[str], int] | None = None

    def add(self, finding: dict) -> None:
        self.records += finding["records"]
        self.sums = added(self.sums, finding["sums"])
        self.trailer = finding["trailer"] or self.trailer


def added(sums: list[tuple], more: list[tuple]) -> list[tuple]:
    """Sums column by column; a sum's parts add up by themselves, and none are those of nothing."""
    if not sums or not more:
        return sums or more
    return [tuple(one + other for one, other in zip(*pair, strict=True)) for pair in zip(sums, more, strict=True)]


def rows(spark: SparkSession, plan: Plan, tasks: list[Task], sums: tuple[str, ...] = ()
         ) -> tuple[DataFrame, Callable[[], Findings]]:
    """The rows that fit, with `load_interval`, and what to call for the findings once they are written. `sums`: columns to
    sum.
    """
    found = spark.sparkContext.accumulator({}, ByTask())
    plan_text, sources, owner, secret = plan.text, plan.json["sources"], plan.owner, plan.key_secret

    def decode(number: int) -> Iterator[pa.RecordBatch]:
        task = tasks[number]
        finding = {"records": 0, "rejected": 0, "places": [], "sums": [], "trailer": None, "error": None}
        try:
            with open_range(sources[task.source], *task.bounds(), owner) as file:
                blocks = kernel_of(plan_text, sums, secret).rows(file, task.source, task.range)
                for batch, records, rejected, places, block_sums in blocks:
                    finding["records"] += records
                    finding["rejected"] += rejected
                    finding["places"] += places[: TOLD_REJECTS - len(finding["places"])]
                    finding["sums"] = added(finding["sums"], block_sums)
                    yield batch
                finding["trailer"] = blocks.trailer
        except (naru_decode.SourceError, RunError) as error:
            finding["error"] = told(sources[task.source], error)
        found.add({number: finding})

    frame = by_task(spark, len(tasks), decode, spark_schema(kernel_of(plan_text, key_secret=secret).schema))
    return frame, lambda: Findings(plan, tasks, found.value)


def rejects(spark: SparkSession, plan: Plan, tasks: list[Task], quarantined_at: int, schema: StructType
            ) -> tuple[DataFrame, Callable[[], None]]:
    """The rows that do not fit, as the quarantine table (`schema`) has them, of the ranges that have some; and what to call
    once they are written: it raises RunError for a source that could not be read again.
    """
    failed = spark.sparkContext.accumulator({}, ByTask())
    plan_text, sources, owner, secret = plan.text, plan.json["sources"], plan.owner, plan.key_secret

    def decode(number: int) -> Iterator[pa.RecordBatch]:
        task = tasks[number]
        try:
            with open_range(sources[task.source], *task.bounds(), owner) as file:
                yield from kernel_of(plan_text, key_secret=secret).rejects(file, task.source, task.range, quarantined_at)
        except (naru_decode.SourceError, RunError) as error:
            failed.add({number: told(sources[task.source], error)})

    def require_read() -> None:
        if failed.value:
            raise RunError(*failed.value[min(failed.value)])

    return by_task(spark, len(tasks), decode, schema), require_read


def by_task(spark: SparkSession, tasks: int, decode: Callable, schema: StructType) -> DataFrame:
    """A frame of what `decode` gives for each number below `tasks`, each in a partition of its own."""

    def decode_all(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from decode(number)

    numbers = spark.range(0, tasks, 1, max(tasks, 1))
    return numbers.mapInArrow(decode_all, schema)


def spark_schema(schema: pa.Schema) -> StructType:
    """Spark's types of a batch. Timestamps without a zone stay without one."""
    fields = [StructField(field.name, from_arrow_type(field.type, prefer_timestamp_ntz=True), field.nullable)
              for field in schema]
    return StructType(fields)


def describe(places: list[tuple]) -> str:
    """Rejects as lines: where and why, never the value."""
    return "\n".join(f"  {location}: row {row}, line {line}, byte {offset}: "
                     f"{'the record' if column is None else f'column {json.dumps(column, ensure_ascii=False)}'}: {reason}"
                     for location, row, line, offset, column, reason in places)
