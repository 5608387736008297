"""Values as Iceberg's transforms, bounds and orders take them, and as reports print them."""

import math
import struct
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
from pyiceberg.utils.datetime import date_to_days, datetime_to_micros


def internal(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with dates as days and timestamps as microseconds from the epoch, as Iceberg holds them."""
    if pa.types.is_date32(column.type):
        return column.cast(pa.int32())
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    return column


def internal_value(value: object) -> object:
    """One value, as `internal` gives a column's."""
    if isinstance(value, datetime):
        return datetime_to_micros(value)
    if isinstance(value, date):
        return date_to_days(value)
    return value


def is_nan(value: object) -> bool:
    """Whether the value is a floating-point number that is not one."""
    return isinstance(value, float) and math.isnan(value)


def order_key(value: object) -> object:
    """A key that sorts as Iceberg's spec orders values: floating-point ones as -NaN, -Infinity, …, -0, 0, …, Infinity, NaN.

    Text needs none: Python compares code points, which is the order of UTF-8's bytes.
    """
    if not isinstance(value, float):
        return value
    bits = struct.unpack(">q", struct.pack(">d", value))[0]
    return bits if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF) - 1


def to_json(value: object) -> object:
    """A value as expectations and reports write it: see `expectations`."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        return value if math.isfinite(value) else ("Infinity" if value > 0 else "-Infinity")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")
