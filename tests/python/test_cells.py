"""The text of a cell is the same whichever reader it comes from."""

import sys
import unittest
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, Inexact
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "spark"))

from cells import cell, rows_as_text


class Cells(unittest.TestCase):
    def test_each_type(self) -> None:
        seoul = timezone(timedelta(hours=9))
        for value, kind, expected in [
            (None, "string", None),
            ("", "string", ""),
            (True, "boolean", "true"),
            (-1, "long", "-1"),
            (Decimal("-100E-12"), "decimal(38, 10)", "-0.0000000001"),
            (Decimal("1234567890123456789012345678901234567.8"), "decimal(38, 1)", "1234567890123456789012345678901234567.8"),
            (-0.0, "double", "8000000000000000"),
            (1e-45, "float", "00000001"),
            (float("nan"), "float", "NaN"),
            (float("-inf"), "double", "fff0000000000000"),
            (date(1, 1, 1), "date", "0001-01-01"),
            (datetime(1969, 12, 31, 23, 59, 59, 999_999), "timestamp", "1969-12-31T23:59:59.999999"),
            (datetime(2026, 11, 22, 5), "timestamptz", "2026-11-22T05:00:00.000000Z"),
            (datetime(2026, 11, 22, 5, tzinfo=UTC), "timestamptz", "2026-11-22T05:00:00.000000Z"),
            (datetime(2026, 11, 22, 14, tzinfo=seoul), "timestamptz", "2026-11-22T05:00:00.000000Z"),
            (bytearray(b"\x00\xff"), "binary", "00ff"),
        ]:
            with self.subTest(value=value, kind=kind):
                self.assertEqual(cell(value, kind), expected)

    def test_nothing_is_rounded(self) -> None:
        with self.assertRaises(Inexact):
            cell(Decimal("0.001"), "decimal(9, 2)")

    def test_rows_are_sorted_nulls_first(self) -> None:
        self.assertEqual(rows_as_text([["b"], [""], [None]], ["string"]), [[None], [""], ["b"]])


if __name__ == "__main__":
    unittest.main()
