"""Tasks: ranges of sources that are decoded apart.

Only a pass from a source's beginning knows whether a newline stands inside quotes. Sources that are larger than a range
are read once for that, each by one task, side by side; the kernel cuts them where a record is known to end.
"""

import json
from dataclasses import dataclass

from pyspark.sql import SparkSession

import naru_decode

from naru_spark.errors import RunError
from naru_spark.plan import Plan, kernel_of
from naru_spark.sources import open_range, told

WHOLE = json.dumps({"start": None, "end": None})


@dataclass(frozen=True)
class Task:
    """A range of a source: its position in the plan and the kernel's JSON."""

    source: int
    range: str

    def bounds(self) -> tuple[int, int | None]:
        """First byte, and the one after the last; None: the source's end."""
        found = json.loads(self.range)
        return (found["start"]["byte_offset"] if found["start"] else 0), found["end"]


def find_tasks(spark: SparkSession, plan: Plan, range_bytes: int) -> list[Task]:
    """The ranges of all sources, in the plan's order. Raises RunError for a source that cannot be read."""
    sources = plan.json["sources"]
    large = [n for n, source in enumerate(sources)
             if source["size_bytes"] > range_bytes and source["compression"] == "none"]
    found = {}
    if large:
        text, owner, secret = plan.text, plan.owner, plan.key_secret
        passes = spark.sparkContext.parallelize(large, len(large))
        found = dict(passes.map(lambda n: (n, ranges_of(text, n, range_bytes, owner, secret))).collect())
    for ranges in found.values():
        if isinstance(ranges, tuple):
            raise RunError(*ranges)
    return [Task(n, text) for n in range(len(sources)) for text in found.get(n, [WHOLE])]


def ranges_of(plan_text: str, number: int, range_bytes: int, owner: str | None, secret: str | None
              ) -> list[str] | tuple[str, int]:
    """The ranges of one source, or why it cannot be read and the exit code: a task that raises would be tried again."""
    source = json.loads(plan_text)["sources"][number]
    try:
        with open_range(source, owner=owner) as file:
            return kernel_of(plan_text, key_secret=secret).ranges(file, number, range_bytes)
    except (naru_decode.SourceError, RunError) as error:
        return told(source, error)
