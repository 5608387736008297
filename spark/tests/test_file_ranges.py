"""Which data files are looked at: times as Iceberg reads them, and no file missing where Iceberg cannot tell."""

from datetime import datetime

import pytest
from py4j.protocol import Py4JJavaError
from pyspark.sql.types import StructField, StructType, TimestampNTZType, TimestampType

from cases import DAY1, DAY2, DAY3, SIMPLE, simple
from naru_spark.expressions import of_interval
from naru_spark.key_ranges import key_range
from naru_spark.tables import Tables
from support import HEADER, Job

# Least and greatest, as microseconds since 1970: those that are small are an int to Py4J, and all that naru loads.
RANGES = [(0, 0), (-1, 1), (-(2**31), 2**31 - 1), (-62_135_596_800_000_000, 253_402_300_799_999_999)]


@pytest.mark.parametrize(("kind", "has_zone"), [(TimestampType(), True), (TimestampNTZType(), False)])
@pytest.mark.parametrize(("least", "greatest"), RANGES)
def test_a_range_of_times_is_one_to_iceberg(kind, has_zone, least, greatest, spark):
    tables = Tables(spark)
    numbers = spark.createDataFrame([(least,), (greatest,)], "micros long")
    times = numbers.selectExpr("timestamp_micros(micros) as at")
    keys = times.select(times["at"].cast(kind))
    assert keys.schema == StructType([StructField("at", kind)])
    bound = bind(tables, "timestamptz" if has_zone else "timestamp", key_range(tables, keys))
    assert (bound.left().literal().value(), bound.right().literal().value()) == (least, greatest)


@pytest.mark.parametrize("start", [0, -1, -62_135_596_800_000_000, 1_795_186_800_000_000])
def test_an_interval_is_a_time_to_iceberg(start, spark):
    tables = Tables(spark)
    assert bind(tables, "timestamp", of_interval(tables, start), name="load_interval").literal().value() == start


def bind(tables, kind: str, expression, name: str = "at"):
    schema = f'{{"type": "struct", "schema-id": 0, "fields": [{{"id": 1, "name": "{name}", "required": true, "type": "{kind}"}}]}}'
    return tables.iceberg.expressions.Binder.bind(tables.iceberg.SchemaParser.fromJson(schema).asStruct(), expression)


def test_files_that_cannot_be_looked_for_are_not_taken_for_none(project):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(3))})
    assert found.run_spark(DAY1) == (0, "loaded")
    tables = Tables(found.session())
    state = tables.find("dev_deposit.account")
    assert len(tables.files(state)) == 1
    # A number is no time, which Iceberg finds out while the files are gone through.
    no_time = tables.iceberg.expressions.Expressions.equal("load_interval", 5)
    with pytest.raises(Py4JJavaError, match="Invalid value for conversion to type timestamp"):
        tables.files(state, no_time)


def test_a_merge_looks_at_the_files_of_its_times_only(project):
    found = project(Job("merge", HEADER + "AT,at,timestamp,1,y,p1,,,\nNAME,name,string,,,p1,,,\n", []))
    for day, times in ((DAY1, ["1969-12-31 23:59:59.999998", "1970-01-01 00:00:00.000001"]), (DAY2, ["1970-01-02 00:00:00"])):
        found.drop(day, {"a.csv": ("AT,NAME\n" + "".join(f"{time},old\n" for time in times)).encode()})
        assert found.run_spark(day) == (0, "loaded")
    before = data_files(found)
    found.drop(DAY3, {"a.csv": b"AT,NAME\n1969-12-31 23:59:59.999999,new\n1970-01-01 00:00:00.000001,new\n"})
    assert found.run_spark(DAY3) == (0, "loaded")
    rows = [row[:2] for row in found.tables()["dev_deposit.account"]["rows"]]
    assert rows == [[time.isoformat(timespec="microseconds"), name] for time, name in [
        (datetime(1969, 12, 31, 23, 59, 59, 999998), "old"), (datetime(1969, 12, 31, 23, 59, 59, 999999), "new"),
        (datetime(1970, 1, 1, 0, 0, 0, 1), "new"), (datetime(1970, 1, 2), "old")]]
    assert len(before) == 2 and len(before & data_files(found)) == 1, "one file lost a row, the other is as it was"


def data_files(found) -> set[str]:
    tables = Tables(found.session())
    return {file.location() for file in tables.files(tables.find("dev_deposit.account"))}
