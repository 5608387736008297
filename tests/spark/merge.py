"""Spark's own MERGE INTO, saying what naru's mode `merge` means: the second opinion on the same batches."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import StructType
from pyspark.sql.window import Window

LOAD_INTERVAL = "load_interval"
BATCH = "batch"


@dataclass(frozen=True)
class Batch:
    """The files of one run, and what the definition says of them."""

    into: str
    """A table of Spark's that has the batch's columns, and last `load_interval`."""
    files: list[str]
    """CSV with a header, in the order of the table's columns; the unquoted empty field is null."""
    key: list[str]
    load_interval: str
    """The interval's start, ISO 8601 in UTC without a zone."""
    order_by: str | None = None
    """An older row never overwrites a newer one, by this column; of one key's rows in a batch, the last one counts."""
    deleted: list[str] | None = None
    """A column, and its values that mean that the row is deleted."""


def merge(spark: SparkSession, batch: Batch) -> None:
    """Merges one batch, in one commit. Raises Spark's errors."""
    read(spark, batch).createOrReplaceTempView(BATCH)
    spark.sql(statement(batch, spark.table(batch.into).columns))


def read(spark: SparkSession, batch: Batch) -> DataFrame:
    """The batch's rows, one for each key, with `load_interval`."""
    columns = StructType(spark.table(batch.into).schema.fields[:-1])
    settings = {"header": True, "enforceSchema": False, "mode": "FAILFAST", "escape": '"'}
    rows = spark.read.csv(batch.files, schema=columns, **settings).distinct()
    if batch.order_by:
        newest_first = Window.partitionBy(*batch.key).orderBy(f.col(batch.order_by).desc())
        rows = rows.withColumn("place", f.row_number().over(newest_first)).where("place = 1").drop("place")
    return rows.withColumn(LOAD_INTERVAL, f.lit(batch.load_interval).cast("timestamp_ntz"))


def statement(batch: Batch, columns: list[str]) -> str:
    """The MERGE INTO. A row whose columns all equal the table's, but `load_interval`, is not touched."""
    def each(names: list[str], text: str, between: str) -> str:
        return between.join(text.format(f"`{name}`") for name in names)

    counts = f"s.`{batch.order_by}` >= t.`{batch.order_by}`" if batch.order_by else "true"
    is_deleted = "false"
    if batch.deleted:
        column, *values = batch.deleted
        words = ", ".join(f"'{value}'" for value in values)
        is_deleted = f"coalesce(s.`{column}` IN ({words}), false)"
    own = [name for name in columns if name != LOAD_INTERVAL]
    return f"""
        MERGE INTO {batch.into} t USING {BATCH} s ON {each(batch.key, "t.{0} = s.{0}", " AND ")}
        WHEN MATCHED AND {counts} AND {is_deleted} THEN DELETE
        WHEN MATCHED AND {counts} AND NOT ({each(own, "t.{0} <=> s.{0}", " AND ")})
            THEN UPDATE SET {each(columns, "t.{0} = s.{0}", ", ")}
        WHEN NOT MATCHED AND NOT {is_deleted}
            THEN INSERT ({each(columns, "{0}", ", ")}) VALUES ({each(columns, "s.{0}", ", ")})
    """
