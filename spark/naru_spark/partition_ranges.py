"""Which data files of an earlier partitioning hold rows of a partition of the present one, as far as their bounds tell: as
`naru-lake`'s `evolve/repartitioned.rs` decides it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from typing import Any

from py4j.java_gateway import JavaObject

from naru_spark.expressions import time_literal
from naru_spark.table_json import transform_of
from naru_spark.tables import Tables

MICROS_PER_HOUR = 3_600_000_000
HOURS_PER_DAY = 24
# Digits that a sum of two of Iceberg's decimals may have.
DECIMALS = Context(prec=40)
GREATEST_CHARACTER, BEFORE_SURROGATES, AFTER_SURROGATES = 0x10FFFF, 0xD7FF, 0xE000


@dataclass(frozen=True)
class PartitionRange:
    """The rows of a partition: `may` holds of no file without one; `must` of files that hold no others, and is None where
    no bounds can tell.
    """

    may: JavaObject
    must: JavaObject | None

    def has_some_of(self, file: JavaObject) -> bool:
        return self.may.eval(file)

    def has_all_of(self, file: JavaObject) -> bool:
        return self.must is not None and self.must.eval(file)


def partition_range(tables: Tables, schema: JavaObject, spec: JavaObject, partition: JavaObject) -> PartitionRange:
    """What tells of a file's statistics whether its rows are in a partition of `spec`; the columns are those of `schema`."""
    expressions = tables.iceberg.expressions
    wanted, is_exact = expressions.Expressions.alwaysTrue(), True
    for position, field in enumerate(spec.fields()):
        name, kind = schema.findColumnName(field.sourceId()), schema.findType(field.sourceId()).toString()
        value = plain(partition.get(position))
        transform = transform_of(field.transform().toString())
        bounds = None if value is None else range_of(transform, kind, value)
        if value is None:
            of_field = expressions.Expressions.isNull(name)
        elif bounds is None:
            of_field, is_exact = expressions.Expressions.notNull(name), False
        else:
            of_field = between(expressions.Expressions, name, *bounds)
        wanted = getattr(expressions.Expressions, "and")(wanted, of_field)
    must = expressions.StrictMetricsEvaluator(schema, wanted) if is_exact else None
    return PartitionRange(expressions.InclusiveMetricsEvaluator(schema, wanted), must)


def plain(value: Any) -> Any:
    """A partition's value; texts may be Java's."""
    return value.toString() if isinstance(value, JavaObject) else value


def between(expressions: JavaObject, name: str, least: Any, greatest: Any, is_open: bool = False) -> JavaObject:
    """`is_open`: the greatest itself is beyond; None: nothing is."""
    at_least = expressions.greaterThanOrEqual(name, least)
    if greatest is None:
        return at_least
    at_most = expressions.lessThan(name, greatest) if is_open else expressions.lessThanOrEqual(name, greatest)
    return getattr(expressions, "and")(at_least, at_most)


def range_of(transform: str | dict, kind: str, value: Any) -> tuple | None:
    """The least and the greatest value of a column of a partition's rows, as Iceberg's expressions take them (see `between`);
    None where the transform keeps no order.
    """
    if isinstance(transform, dict):
        [(word, width)] = transform.items()
        return None if word == "bucket" else truncated(width, value)
    if transform == "identity":
        least = greatest = value
    elif kind == "date":
        least, greatest = days_of(transform, value)
    else:
        least, greatest = micros_of(transform, value)
    if kind in ("timestamp", "timestamptz"):
        has_zone = kind == "timestamptz"
        return time_literal(least, has_zone=has_zone), time_literal(greatest, has_zone=has_zone)
    return least, greatest


def days_of(transform: str, value: int) -> tuple[int, int]:
    """The first and the last day of a year, a month or a day that Iceberg counts from 1970, as days since then."""
    if transform == "day":
        return value, value
    months = value * 12 if transform == "year" else value
    last = months + (11 if transform == "year" else 0)
    return first_day(months), last_day(last)


def first_day(months: int) -> int:
    return date(1970 + months // 12, months % 12 + 1, 1).toordinal() - date(1970, 1, 1).toordinal()


def last_day(months: int) -> int:
    """The year 10000 is none of Python's."""
    return first_day(months) + 30 if months % 12 == 11 else first_day(months + 1) - 1


def micros_of(transform: str, value: int) -> tuple[int, int]:
    """The same of times, in microseconds since 1970; of an hour, too."""
    if transform == "hour":
        return value * MICROS_PER_HOUR, (value + 1) * MICROS_PER_HOUR - 1
    first, last = days_of(transform, value)
    return first * HOURS_PER_DAY * MICROS_PER_HOUR, (last + 1) * HOURS_PER_DAY * MICROS_PER_HOUR - 1


def truncated(width: int, value: int | Decimal | str) -> tuple:
    if isinstance(value, Decimal):
        unit = Decimal((0, (1,), value.as_tuple().exponent))
        return value, DECIMALS.add(value, unit * (width - 1))
    if isinstance(value, int):
        return value, value + width - 1
    return (value, value) if len(value) < width else (value, after(value), True)


def after(prefix: str) -> str | None:
    """The least text that comes after all that begin with a prefix, in the order of code points; None: there is none."""
    while prefix and ord(prefix[-1]) == GREATEST_CHARACTER:
        prefix = prefix[:-1]
    if not prefix:
        return None
    last = ord(prefix[-1])
    return prefix[:-1] + chr(AFTER_SURROGATES if last == BEFORE_SURROGATES else last + 1)
