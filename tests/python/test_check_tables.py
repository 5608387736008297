"""The lake checks' own tests: tables that PyIceberg writes pass, and every kind of falsehood is found.

    python -m unittest discover -s tests/python
"""

import json
import subprocess
import sys
import tempfile
import unittest
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.conversions import to_bytes
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import NullOrder, SortDirection, SortField, SortOrder
from pyiceberg.transforms import (
    BucketTransform, DayTransform, HourTransform, IdentityTransform, MonthTransform, TruncateTransform, YearTransform,
)
from pyiceberg.types import (
    BinaryType, BooleanType, DateType, DecimalType, DoubleType, FloatType, IntegerType, LongType, NestedField,
    StringType, TimestampType, TimestamptzType,
)

from lake_checks.catalog import CATALOG_NAME, open_catalog
from lake_checks.data_files import check_data_file
from lake_checks.report import check_lake
from lake_checks.snapshots import check_summary, read_snapshot

SCHEMA = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "name", StringType()),
    NestedField(3, "amount", DecimalType(38, 2)),
    NestedField(4, "opened_on", DateType()),
    NestedField(5, "opened_at", TimestampType()),
    NestedField(6, "seen_at", TimestamptzType()),
    NestedField(7, "rate", DoubleType()),
    NestedField(8, "share", FloatType()),
    NestedField(9, "is_open", BooleanType()),
    NestedField(10, "code", BinaryType()),
    NestedField(11, "number", IntegerType()),
)
UTC = timezone.utc
ROWS = [
    [1, "강남점, a long name that bounds cut short", Decimal("99999999999999999999999999999999.99"), date(2024, 2, 29),
     datetime(2024, 2, 29, 23, 59, 59, 999999), datetime(2024, 3, 1, tzinfo=UTC), 1.5, 0.1, True, b"\x00\xff", -1],
    [2, None, Decimal("-0.01"), date(1969, 12, 31), datetime(1969, 12, 31, 23, 0), datetime(1969, 12, 31, tzinfo=UTC),
     float("nan"), float("inf"), False, b"", 7],
    [3, "", None, None, None, None, None, None, None, None, None],
    [4, "z", Decimal("1.00"), date(2024, 3, 1), datetime(2024, 3, 1), datetime(2024, 3, 1, 0, 0, 1, tzinfo=UTC),
     -0.0, -2.5, True, b"\xff\xff", 2_147_483_647],
]
PARTITIONS = PartitionSpec(
    PartitionField(4, 1000, MonthTransform(), "opened_on_month"),
    PartitionField(1, 1001, BucketTransform(4), "id_bucket"),
    PartitionField(2, 1002, TruncateTransform(2), "name_trunc"),
)
BY_DAY = PartitionSpec(
    PartitionField(5, 1000, DayTransform(), "opened_at_day"), PartitionField(9, 1001, IdentityTransform(), "is_open")
)
ORDER = SortOrder(SortField(1, direction=SortDirection.ASC, null_order=NullOrder.NULLS_FIRST))
TOOL = Path(__file__).with_name("check_tables.py")


def arrow(rows: list[list]) -> pa.Table:
    schema = SCHEMA.as_arrow()
    columns = zip(*rows, strict=True)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


class LakeCase(unittest.TestCase):
    """A lake with one table, `dev_bank.account`, of two snapshots."""

    spec, order = PartitionSpec(), SortOrder()

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.lake = Path(directory.name)
        uri, warehouse = f"sqlite:///{self.lake}/catalog.db", f"file://{self.lake}/warehouse"
        catalog = SqlCatalog(CATALOG_NAME, uri=uri, warehouse=warehouse)
        catalog.create_namespace("dev_bank")
        table = catalog.create_table("dev_bank.account", SCHEMA, partition_spec=self.spec, sort_order=self.order)
        table.append(arrow(ROWS[:2]))
        table.append(arrow(ROWS[2:]))
        catalog.close()

    def table(self):
        return open_catalog(self.lake).load_table("dev_bank.account")

    def faults(self, **wants: object) -> list[str]:
        return check_lake(self.lake, {"tables": {"dev_bank.account": wants}})["faults"]

    def assert_false(self, faults: list[str], part: str) -> None:
        self.assertTrue(any(part in fault for fault in faults), f"{part!r} is not among {faults}")


class Unpartitioned(LakeCase):
    order = ORDER

    def test_true_lake_passes(self) -> None:
        report = check_lake(self.lake, with_rows=True)
        self.assertEqual(report["faults"], [])
        table = report["tables"]["dev_bank.account"]
        self.assertEqual((table["count"], table["snapshots"], table["data_files"]), (4, 2, 2))
        self.assertEqual(table["sums"]["amount"], "100000000000000000000000000000000.98")
        self.assertEqual(table["nulls"]["name"], 1)
        last = next(row for row in table["rows"] if row["id"] == 4)
        self.assertEqual(last["seen_at"], "2024-03-01T00:00:01+00:00")
        self.assertEqual(last["code"], "ffff")

    def test_expectations_met(self) -> None:
        rows = [{"id": 1, "rate": 1.5, "share": 0.1, "opened_on": "2024-02-29"},
                {"id": 3, "rate": None, "share": None, "opened_on": None},
                {"id": 2, "rate": "NaN", "share": "Infinity", "opened_on": "1969-12-31"},
                {"id": 4, "rate": -0.0, "share": -2.5, "opened_on": "2024-03-01"}]
        self.assertEqual(self.faults(count=4, rows=rows, nulls={"amount": 1}, sums={"id": 10}, snapshots=2), [])

    def test_expectations_missed(self) -> None:
        self.assert_false(self.faults(count=5), "count: expected 5, found 4")
        self.assert_false(self.faults(sums={"id": 11}), "sums of id: expected 11, found 10")
        self.assert_false(self.faults(nulls={"name": 0}), "nulls of name")
        self.assert_false(self.faults(rows=[{"id": n} for n in (1, 2, 3, 3)]), '1 × {"id": 3} missing')
        self.assert_false(self.faults(rows=[{"id": n} for n in (1, 2, 3)]), '1 × {"id": 4} too many')
        self.assert_false(self.faults(cuont=4), "unknown key 'cuont'")
        self.assert_false(check_lake(self.lake, {"tables": {"dev_bank.card": {}}})["faults"], "is not there")
        self.assert_false(check_lake(self.lake, {"only": True})["faults"], "was not expected")

    def test_false_statistics(self) -> None:
        """Position in DataFile's tuple, changed value, what must be said about it."""
        number, text, decimal = LongType(), StringType(), DecimalType(38, 2)
        cases = [
            (4, lambda _: 3, "record_count is 3"),
            (5, lambda size: size + 1, "file_size_in_bytes"),
            (6, lambda sizes: {**sizes, 1: 0}, "column id: column_sizes is 0"),
            (7, lambda counts: {**counts, 1: 9}, "column id: value_counts is 9"),
            (8, lambda counts: {**counts, 2: 0}, "column name: null_value_counts is 0, the file makes 1"),
            (8, lambda counts: {k: v for k, v in counts.items() if k != 2}, "null_value_counts is missing"),
            (9, lambda counts: {**(counts or {}), 7: 5}, "column rate: nan_value_counts is 5"),
            (10, lambda bounds: {**bounds, 1: to_bytes(number, 2)}, "column id: lower bound is above a value"),
            (10, lambda bounds: {**bounds, 1: to_bytes(number, 0)}, "column id: lower bound is below every value"),
            (10, lambda bounds: {k: v for k, v in bounds.items() if k != 5}, "column opened_at: lower bound is missing"),
            (11, lambda bounds: {**bounds, 2: to_bytes(text, "강남점")}, "column name: upper bound is below a value"),
            (11, lambda bounds: {**bounds, 3: to_bytes(decimal, Decimal("5.00"))}, "column amount: upper bound is below"),
            (11, lambda bounds: {**bounds, 77: b"x"}, "upper_bounds has field id 77"),
            (13, lambda _: [5], "split_offsets"),
        ]
        for position, change, said in cases:
            with self.subTest(said):
                table = self.table()
                file = next(f.file for f in table.scan().plan_files() if f.file.null_value_counts[3] == 0)
                self.assertEqual(check_data_file(table, file)[1], [])
                file._data[position] = change(file._data[position])
                self.assert_false(check_data_file(table, file)[1], said)

    def test_false_sort_order(self) -> None:
        table = self.table()
        table.update_sort_order().desc("id", IdentityTransform(), NullOrder.NULLS_LAST).commit()
        file = next(iter(table.scan().plan_files())).file
        file._data[15] = 1
        self.assertEqual(check_data_file(table, file)[1], [])
        file._data[15] = table.sort_order().order_id
        self.assert_false(check_data_file(table, file)[1], "row 2 comes before row 1")
        file._data[15] = 9
        self.assert_false(check_data_file(table, file)[1], "no sort order 9")

    def test_false_summary(self) -> None:
        table = self.table()
        snapshot = table.current_snapshot()
        live, faults = read_snapshot(table, snapshot)
        self.assertEqual(faults + check_summary(snapshot, live), [])
        for key in ("total-records", "total-data-files", "total-files-size", "added-records"):
            kept = snapshot.summary.additional_properties[key]
            snapshot.summary.additional_properties[key] = "77"
            self.assert_false(check_summary(snapshot, live), f"{key} is 77, its files make {kept}")
            del snapshot.summary.additional_properties[key]
            self.assert_false(check_summary(snapshot, live), f"{key} is missing")
            snapshot.summary.additional_properties[key] = kept

    def test_false_field_ids(self) -> None:
        table = self.table()
        schema = table.metadata.schemas[0]
        table.metadata.schemas[0] = schema.model_copy(update={"fields": schema.fields[:-1]})
        file = next(iter(table.scan().plan_files())).file
        self.assert_false(check_data_file(table, file)[1], "has column number int (id 11)")

    def test_missing_file(self) -> None:
        file = next(iter(self.table().scan().plan_files())).file
        Path(file.file_path.removeprefix("file://")).unlink()
        self.assert_false(check_lake(self.lake)["faults"], "cannot be read")

    def test_command_line(self) -> None:
        def tool(*arguments: str, expect: dict | None = None) -> subprocess.CompletedProcess:
            text = None if expect is None else json.dumps({"tables": {"dev_bank.account": expect}})
            return subprocess.run([sys.executable, TOOL, *arguments], input=text, capture_output=True, text=True)

        done = tool(str(self.lake), "--json", "--expect", "-", expect={"count": 4})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["tables"]["dev_bank.account"]["count"], 4)
        done = tool(str(self.lake), "--expect", "-", expect={"count": 1})
        self.assertEqual(done.returncode, 1)
        self.assertIn("false: dev_bank.account: count: expected 1, found 4", done.stderr)
        self.assertEqual(tool(str(self.lake / "nowhere")).returncode, 2)


class Partitioned(LakeCase):
    spec = PARTITIONS

    def test_true_lake_passes(self) -> None:
        self.assertEqual(self.faults(data_files=4), [])

    def test_false_partition(self) -> None:
        table = self.table()
        for position, value, said in ((0, 13, "opened_on_month"), (1, 77, "id_bucket"), (2, "zz", "name_trunc")):
            with self.subTest(said):
                file = next(iter(table.scan().plan_files())).file
                file.partition._data[position] = value
                self.assert_false(check_data_file(table, file)[1], f"partition {said} is {value!r}")

    def test_rewritten_lake_passes(self) -> None:
        self.table().delete("id == 4")
        self.assertEqual(self.faults(count=3), [])


class EveryTransform(unittest.TestCase):
    """PyIceberg writes partitions by its Rust transforms; the checks use its Python ones."""

    CASES = (
        [(4, YearTransform()), (5, HourTransform())]
        + [(6, t) for t in (YearTransform(), MonthTransform(), DayTransform(), HourTransform())]
        + [(n, IdentityTransform()) for n in (1, 2, 3, 4, 5, 6, 9, 10, 11)]
        + [(n, BucketTransform(5)) for n in (1, 2, 3, 4, 5, 6, 10, 11)]
        # PyIceberg cannot write truncate(binary).
        + [(n, TruncateTransform(3)) for n in (1, 2, 3, 11)]
    )

    def test_true_partitions_pass(self) -> None:
        for source, transform in self.CASES:
            with self.subTest(f"{transform}({SCHEMA.find_column_name(source)})"), tempfile.TemporaryDirectory() as lake:
                catalog = SqlCatalog(CATALOG_NAME, uri=f"sqlite:///{lake}/catalog.db", warehouse=f"file://{lake}/w")
                catalog.create_namespace("dev_bank")
                spec = PartitionSpec(PartitionField(source, 1000, transform, "part"))
                catalog.create_table("dev_bank.account", SCHEMA, partition_spec=spec).append(arrow(ROWS))
                catalog.close()
                self.assertEqual(check_lake(Path(lake))["faults"], [])


class PartitionedByDay(LakeCase):
    spec = BY_DAY

    def test_true_lake_passes(self) -> None:
        report = check_lake(self.lake)
        self.assertEqual(report["faults"], [])
        self.assertIn("opened_at_day=2024-02-29/is_open=true", report["tables"]["dev_bank.account"]["partitions"])

    def test_false_partition_summary(self) -> None:
        table = self.table()
        snapshot = table.current_snapshot()
        manifests = snapshot.manifests(table.io)
        snapshot.__class__.manifests, original = (lambda *_: manifests), snapshot.__class__.manifests
        self.addCleanup(setattr, snapshot.__class__, "manifests", original)
        manifests[0].partitions[0]._data[3] = to_bytes(DateType(), 0)
        manifests[0].partitions[0]._data[0] = False
        faults = read_snapshot(table, snapshot)[1]
        self.assert_false(faults, "bounds of opened_at_day do not hold")
        self.assert_false(faults, "contains_null of opened_at_day is false")


if __name__ == "__main__":
    unittest.main()
