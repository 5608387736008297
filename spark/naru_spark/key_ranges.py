"""Which data files may hold one of some keys: by the least and the greatest value of each key column."""

from py4j.java_gateway import JavaObject
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, IntegerType, LongType, StringType

from naru_spark.tables import Tables

WHOLE_NUMBERS = (IntegerType, LongType, StringType)


def key_range(tables: Tables, keys: DataFrame) -> JavaObject:
    """An Iceberg expression that all rows with one of the keys meet; one that no row meets where there is no key."""
    named = [(field.name, comparable(keys[field.name], field.dataType)) for field in keys.schema.fields]
    known = [(name, column) for name, column in named if column is not None]
    extremes = [function(column) for _, column in known for function in (F.min, F.max)]
    row = keys.agg(F.count(F.lit(1)), *extremes).head()
    expressions = tables.iceberg.expressions.Expressions
    if row[0] == 0:
        return expressions.alwaysFalse()
    found = expressions.alwaysTrue()
    for position, (name, _) in enumerate(known):
        least, greatest = row[1 + 2 * position], row[2 + 2 * position]
        at_least, at_most = expressions.greaterThanOrEqual(name, least), expressions.lessThanOrEqual(name, greatest)
        found = getattr(expressions, "and")(found, getattr(expressions, "and")(at_least, at_most))
    return found


def comparable(column: Column, kind: DataType) -> Column | None:
    """A key column as Iceberg's expressions take its values, in the same order; None: files are not told by it. So it is
    of times: a small number of microseconds would reach Iceberg as an int, which it does not take for a time.
    """
    if isinstance(kind, WHOLE_NUMBERS):
        return column
    if isinstance(kind, DateType):
        return F.unix_date(column)
    return None
