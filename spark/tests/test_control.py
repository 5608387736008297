"""Control totals: the same verdict, the same words, the same record on both tracks."""

import json
from decimal import Decimal

import pytest

from cases import DAY1, SIMPLE, simple
from support import Job

ROWS = simple(range(300))


def total(cents: int) -> str:
    """The sum of ROWS and so many cents more, as a decimal."""
    amounts = [Decimal(line.split(b",")[3].decode()) for line in ROWS.splitlines()[1:]]
    return str(sum(amounts, Decimal(cents) / 100))


SUM = total(0)
P2 = SIMPLE.replace('"decimal(18,2)",,,p1', '"decimal(18,2)",,,p2')
BAD = b"x,,,1\n"

CASES = {
    "control files that name their figures": ("@control,{file}.ctl", {
        "a.csv": ROWS, "a.csv.ctl": f"rows=300\nsum(amount)={SUM}\n".encode(), "b.csv": simple(range(5)),
        "b.csv.ctl": b"rows,sum(id)\n5,10\n"}),
    "other counts and sums": ("@control,{file}.ctl", {
        "a.csv": ROWS, "a.csv.ctl": b"rows=301\nsum(amount)=1.00\nsum(id)=44850\n", "b.csv": simple(range(5)),
        "b.csv.ctl": b"rows=4\n"}),
    "by position": ('@control,"{stem}.ctl(_, rows, sum(amount))"', {"a.csv": ROWS, "a.ctl": f"a.csv,300,{SUM}\n".encode()}),
    "files that cannot be read": ("@control,{file}.ctl", {
        "a.csv": ROWS, "a.csv.ctl": b"rows=x\nsum(amuont)=1\n", "b.csv": ROWS, "b.csv.ctl": b"\xff\xfe"}),
    "a file that is too large": ("@control,{file}.ctl", {"a.csv": ROWS, "a.csv.ctl": b"rows=300\n" + b"\n" * 70_000}),
    "one that has not landed": ("@control,{file}.ctl", {"a.csv": ROWS}),
    "trailers": ('@control,"trailer(T, rows, sum(amount))"', {"a.csv": ROWS + f'T,300,"{SUM}"\n\n'.encode()}),
    "a trailer alone": ('@control,"trailer(T, rows, sum(amount))"', {"a.csv": simple(range(0)) + b"T,0,\n"}),
    "a trailer of other figures": ('@control,"trailer(T, rows, sum(amount))"', {"a.csv": ROWS + b"T,299,1\n"}),
    "a trailer that cannot be read": ('@control,"trailer(T, rows, sum(amount))"', {"a.csv": ROWS + b"T,three hundred\n"}),
    "no trailer": ("@control,trailer(END)", {"a.csv": ROWS}),
    "more after a trailer": ("@control,trailer(END)", {"a.csv": ROWS + b"END\n1,a,2026-11-22,1\n"}),
    "figures that are not shown": ("@control,{file}.ctl\n@p2", {
        "a.csv": ROWS, "a.csv.ctl": f"rows=300\nsum(amount)={SUM}\n".encode()}),
    "other figures that are not shown": ("@control,{file}.ctl\n@p2", {
        "a.csv": ROWS, "a.csv.ctl": b"rows=300\nsum(amount)=17.17\n"}),
    "a rejected row counts": ("@control,{file}.ctl\n@reject_limit,5", {
        "a.csv": ROWS + BAD, "a.csv.ctl": f"rows=301\nsum(amount)={total(100)}\n".encode()}),
    "a sum that is not known": ("@control,{file}.ctl\n@reject_limit,5", {
        "a.csv": ROWS + b"1,,,x\n", "a.csv.ctl": b"rows=301\nsum(amount)=1\n"}),
}


def heading(text: str) -> list[str]:
    """An error without the places of bad values, which each track writes in its own way, and without where they are."""
    lines = text.removeprefix("error: ").splitlines()
    return [line for line in lines if ": row " not in line and "_quarantine; `naru" not in line]


@pytest.mark.parametrize("name", CASES)
def test_both_tracks_find_the_same(name, project):
    settings, files = CASES[name]
    definition = P2 if settings.endswith("@p2") else SIMPLE
    found = project(Job("append", settings.removesuffix("@p2").strip() + "\n" + definition, []))
    results = []
    for run in (found.run_naru, found.run_spark):
        found.start_again()
        found.drop(DAY1, files)
        code, text = run(DAY1)
        tables = found.tables()
        records = found.records() if "dev_deposit.account" in tables else []
        results.append((code, text, tables, records))
    (code, told, tables, records), by_spark = results
    assert by_spark[0] == code, by_spark[1]
    if code != 75:
        # What a later try waits for, the program tells in its own words.
        assert heading(by_spark[1]) == heading(told)
    # A run that fails before its first row has made no table, or one that is empty.
    filled = {name: table for name, table in tables.items() if table["rows"]}
    assert {name: table for name, table in by_spark[2].items() if table["rows"]} == filled
    assert by_spark[3] == records
    if code == 0:
        assert "naru.control" in records[0]
    if "not shown" in name:
        assert "17.17" not in by_spark[1] and SUM not in json.dumps(by_spark[3])
