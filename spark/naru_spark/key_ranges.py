"""Which data files may hold one of some keys: by the least and the greatest value of each key column."""

from collections.abc import Callable
from typing import Any

from py4j.java_gateway import JavaObject
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, IntegerType, LongType, StringType, TimestampNTZType, TimestampType

from naru_spark.expressions import time_literal
from naru_spark.tables import Tables

# How a column is compared in Spark and how its values go to Iceberg, in the same order; files are not told by other types.
Comparison = tuple[Callable[[Column], Column], Callable[[Any], int | str]]


def key_range(tables: Tables, keys: DataFrame) -> JavaObject:
    """An Iceberg expression that all rows with one of the keys meet; one that no row meets where there is no key."""
    known = [(field.name, *compared) for field in keys.schema.fields if (compared := comparison(field.dataType))]
    extremes = [function(comparable(keys[name])) for name, comparable, _ in known for function in (F.min, F.max)]
    row = keys.agg(F.count(F.lit(1)), *extremes).head()
    expressions = tables.iceberg.expressions.Expressions
    if row[0] == 0:
        return expressions.alwaysFalse()
    found = expressions.alwaysTrue()
    for position, (name, _, literal) in enumerate(known):
        least, greatest = literal(row[1 + 2 * position]), literal(row[2 + 2 * position])
        at_least, at_most = expressions.greaterThanOrEqual(name, least), expressions.lessThanOrEqual(name, greatest)
        found = getattr(expressions, "and")(found, getattr(expressions, "and")(at_least, at_most))
    return found


def comparison(kind: DataType) -> Comparison | None:
    if isinstance(kind, (IntegerType, LongType, StringType)):
        return lambda column: column, lambda value: value
    if isinstance(kind, DateType):
        return F.unix_date, lambda days: days
    if isinstance(kind, TimestampType):
        return F.unix_micros, lambda micros: time_literal(micros, has_zone=True)
    if isinstance(kind, TimestampNTZType):
        # The session's zone is UTC: the cast keeps the time as it is written.
        return lambda column: F.unix_micros(column.cast("timestamp")), lambda micros: time_literal(micros, has_zone=False)
    return None
