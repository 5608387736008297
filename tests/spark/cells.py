"""Cells as exact text, so that rows of any reader can be compared as they are.

| Iceberg type | text |
| --- | --- |
| boolean, int, long, string, date | `true`, `-1`, the text itself, `2026-11-22` |
| decimal | all digits of its scale: `1.50` |
| float, double | the IEEE 754 bits in hexadecimal, which tell -0.0 from 0.0; any NaN is `NaN` |
| timestamp, timestamptz | `2026-11-22T05:00:00.000000`, an instant in UTC and with `Z` |
| binary | hexadecimal |

Null is None.
"""

import math
import struct
from datetime import UTC, date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation

FLOATS = {"float": ">f", "double": ">d"}
# Iceberg's decimals have at most 38 digits; a digit more than the scale is an error, never rounded.
EXACT = Context(prec=38, traps=[Inexact, InvalidOperation])


def cell(value: object, kind: str) -> str | None:
    """One value of a column of this Iceberg type. A naive datetime of a timestamptz is taken to be in UTC.

    Raises TypeError for a value that naru's types cannot hold, decimal.Inexact for digits beyond a decimal's scale.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else struct.pack(FLOATS[kind], value).hex()
    if isinstance(value, int | str):
        return str(value)
    if isinstance(value, Decimal):
        # `1.50` may come as `150E-2`.
        scale = int(kind.removesuffix(")").rsplit(",", 1)[1])
        return format(value.quantize(Decimal(1).scaleb(-scale), context=EXACT), "f")
    if isinstance(value, bytes | bytearray):
        return value.hex()
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + ("Z" if kind == "timestamptz" else "")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no text for {type(value).__name__}")


def rows_as_text(rows: list, kinds: list[str]) -> list[list[str | None]]:
    """Rows (sequences of values in the order of `kinds`), sorted; nulls first."""
    texts = [[cell(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in rows]
    return sorted(texts, key=lambda row: [(value is not None, value or "") for value in row])
