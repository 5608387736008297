"""Iceberg's expressions of times.

A time goes to Java as text. As a number it would go as an `Integer` wherever it is a small one (microseconds about 1970),
which Iceberg takes for no time; and Py4J has no way to say `Long`.
"""

from datetime import UTC, datetime, timedelta

from py4j.java_gateway import JavaObject

from naru_spark.tables import Tables

LOAD_INTERVAL = "load_interval"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def time_literal(micros: int, *, has_zone: bool) -> str:
    """A time, in microseconds since 1970 (UTC), as Iceberg reads it for a timestamp or, with a zone, a timestamptz. Of the
    years 1 to 9999, which are those that naru loads.
    """
    text = (EPOCH + timedelta(microseconds=micros)).isoformat(timespec="microseconds")
    return text if has_zone else text.removesuffix("+00:00")


def of_interval(tables: Tables, start_micros: int) -> JavaObject:
    """Rows of the interval that starts then."""
    return tables.iceberg.expressions.Expressions.equal(LOAD_INTERVAL, time_literal(start_micros, has_zone=False))
