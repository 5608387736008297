"""Counts, nulls and sums of a table, computed in two independent ways so that they can be compared.

`of_csv` reads the package's text with pandas, as text, and casts each value itself; `of_table` reads an Iceberg table
with PyIceberg. Sums of decimals are exact; sums of floating-point numbers are exactly rounded (math.fsum), so that they
do not hang on the order of the rows. Text columns are profiled by their distinct values and their total length,
timestamps by their least, greatest and exact sum of microseconds.
"""

import io
import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pandas
import pyarrow as pa
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, DoubleType, IntegerType, LongType, StringType, TimestamptzType

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def micros(instant: datetime) -> int:
    """Microseconds from the epoch, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def of_values(values: list) -> dict:
    """Profile of one column's values, None for null."""
    present = [value for value in values if value is not None]
    profile = {"nulls": len(values) - len(present)}
    if not present:
        return profile
    first = present[0]
    if isinstance(first, str):
        profile |= {"distinct": len(set(present)), "characters": sum(map(len, present))}
        return profile | {"least": min(present), "greatest": max(present)}
    if isinstance(first, datetime):
        present = [micros(value) for value in present]
    total = math.fsum(present) if isinstance(first, float) else sum(present)
    return profile | {"sum": str(total), "least": str(min(present)), "greatest": str(max(present))}


def caster(field_type: object) -> Callable[[str], object]:
    """How the CSV's texts of one column are cast, as the table's type asks. Raises TypeError for a type not in the data.

    The cast raises ValueError when a text does not fit.
    """
    match field_type:
        case IntegerType() | LongType():
            return int
        case DoubleType():
            return float
        case DecimalType():
            return lambda text: exact(text, field_type.scale)
        case TimestamptzType():
            return datetime.fromisoformat
        case StringType():
            return str
    raise TypeError(f"no CSV cast for {field_type}")


def exact(text: str, scale: int) -> Decimal:
    """A decimal padded to its scale; one with more digits stays as it is, so that it differs from what was rounded."""
    value = Decimal(text)
    return value.quantize(Decimal(1).scaleb(-scale)) if -value.as_tuple().exponent < scale else value


def of_csv(content: bytes, null: str, schema: Schema) -> dict:
    """Profile of a CSV file's columns, by name, and its row count. The schema gives only the types to cast to."""
    frame = pandas.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    columns = {}
    for name in frame.columns:
        cast = caster(schema.find_field(name).field_type)
        columns[name] = of_values([None if text == null else cast(text) for text in frame[name].tolist()])
    return {"rows": len(frame), "columns": columns}


def of_table(rows: pa.Table) -> dict:
    """Profile of a table's columns, by name, and its row count."""
    columns = {name: of_values(rows.column(name).to_pylist()) for name in rows.column_names}
    return {"rows": rows.num_rows, "columns": columns}
