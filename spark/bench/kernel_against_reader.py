"""Measures the kernel in `mapInArrow` against Spark's own CSV reader with casts, on one file.

    python spark/bench/kernel_against_reader.py FILE.csv --plan plan.json --jars CLASS_PATH --repeat 3

`plan.json` is what `naru plan --engine sp --json` prints of a job whose source is FILE. All contenders read the same
columns to the same types and write them to nowhere (`noop`) or to Parquet (zstd); prints one line of JSON a measurement.
Spark's reader is told not to split at quoted newlines (`multiLine`) or to trust that there are none; only the first
reads what the kernel reads.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import StringType, StructField, StructType

from naru_spark import plan as plans
from naru_spark import catalogs, session
from naru_spark.decoding import rows
from naru_spark.ranges import Task, find_tasks

SPARK_TYPES = {"timestamp": "timestamp_ntz", "timestamptz": "timestamp"}


def spark_reader(spark: SparkSession, file: Path, plan: plans.Plan, multi_line: bool) -> DataFrame:
    """The columns as texts, each cast to its type; a value that does not fit becomes null."""
    columns = plan.json["columns"]
    texts = StructType([StructField(column["source"], StringType()) for column in columns])
    found = spark.read.schema(texts).csv(str(file), header=True, quote='"', escape='"', multiLine=multi_line, sep=",",
                                         encoding="UTF-8", mode="PERMISSIVE")
    return found.select([f.col(column["source"]).cast(SPARK_TYPES.get(column["type"], column["type"])).alias(
        column["target"]) for column in columns])


def seconds(action) -> float:  # noqa: ANN001
    start = time.monotonic()
    action()
    return round(time.monotonic() - start, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--jars", required=True)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--range-mib", type=int, default=64)
    parser.add_argument("--conf", action="append", default=[])
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    plan = plans.read(given.plan.read_text(encoding="utf-8"))
    scratch = Path(tempfile.mkdtemp())
    spark = session.start(catalogs.embedded(scratch), given.jars, dict(setting.split("=", 1) for setting in given.conf))
    tasks: list[Task] = []

    def first_pass() -> None:
        tasks[:] = find_tasks(spark, plan, given.range_mib << 20)

    contenders = {
        "kernel": lambda: rows(spark, plan, tasks)[0],
        "spark reader": lambda: spark_reader(spark, given.file, plan, multi_line=False),
        "spark reader, multiLine": lambda: spark_reader(spark, given.file, plan, multi_line=True),
    }

    def report(what: str, sink: str, took: float) -> None:
        mib = given.file.stat().st_size / 2**20
        print(json.dumps({"what": what, "sink": sink, "seconds": took, "mib_per_second": round(mib / took, 1)}), flush=True)

    for _ in range(given.repeat):
        report("first pass: ranges", "none", seconds(first_pass))
        for what, frame in contenders.items():
            if given.only and what not in given.only.split("/"):
                continue
            report(what, "noop", seconds(lambda frame=frame: frame().write.format("noop").mode("overwrite").save()))
            out = scratch / "out"
            report(what, "parquet", seconds(
                lambda frame=frame: frame().write.option("compression", "zstd").mode("overwrite").parquet(str(out))))
    spark.stop()
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
