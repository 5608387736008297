"""`naru replay` where the route is Spark: the interval is run again by Spark, with what a replay in this process leaves."""

import json
import os
import sys
from pathlib import Path

import pytest

from cases import DAY1, SIMPLE
from conftest import SMALL, jars
from merge_cases import COLUMNS
from support import Job, Project

PACKAGE = Path(__file__).parents[1]
# What the mended definition says of a value that did not fit; another one never does.
MENDED = "@null,,x\n"
HALF = "@reject_limit,50%\n"


def simple(*records: str) -> bytes:
    return ("ID,REGION,DAY,AMT\n" + "".join(f"{record}\n" for record in records)).encode()


def merged(*records: str) -> bytes:
    return ("ID,NAME,AMT,CHG,OP\n" + "".join(f"{record},2026-11-01 00:00:00,\n" for record in records)).encode()


GOOD = [f"{n},seoul,2026-11-20,{n}.50" for n in range(4)]
ROWS = simple(*GOOD, "10,seoul,2026-11-20,x", "11,busan,2026-11-21,y", "12,busan,2026-11-21,x")
MERGED_ROWS = merged(*(f"{n},a,{n}.50" for n in range(4)), "5,b,x", "10,c,x", "11,d,y")

# A definition, what lands before the run, and what after it.
SITUATIONS = {
    "open": (Job("append", "@reject_limit,1\n" + SIMPLE, []), ROWS, {}),
    "stored": (Job("append", HALF + SIMPLE, []), ROWS, {}),
    "changed": (Job("append", HALF + SIMPLE, []), ROWS, {"a.csv": ROWS + b"13,seoul,2026-11-22,x\n"}),
    "replaced": (Job("replace", HALF + SIMPLE, []), ROWS, {}),
    "partitions": (Job("replace", "@partition,region\n@replace,partitions\n" + HALF + SIMPLE, []), ROWS, {}),
    "merge": (Job("merge", HALF + COLUMNS, []), MERGED_ROWS, {}),
    "scd2": (Job("scd2", HALF + COLUMNS, []), merged("1,a,1.50", "2,b,x", "3,c,y", "4,d,1"), {}),
}


@pytest.fixture
def project(tmp_path: Path):  # noqa: ANN201
    """Projects whose Spark is the one of these tests."""

    def make(job: Job) -> Project:
        found = Project(tmp_path / "project", job, None)
        with (found.root / "naru.toml").open("a", encoding="utf-8") as settings:
            listed = json.dumps(jars().split(os.pathsep))
            settings.write(f'\n[spark]\npython = "{sys.executable}"\njars = {listed}\npackage = "{PACKAGE}"\n[spark.conf]\n')
            settings.writelines(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in SMALL.items())
        return found

    return make


def replay(found: Project, engine: str) -> list[dict]:
    done = found.naru("replay", found.job.name, "--engine", engine, "--json")
    assert done.stdout, done.stderr
    return [{key: value for key, value in report.items() if key != "snapshot_id"} for report in json.loads(done.stdout)]


def after(found: Project, engine: str, rows: bytes, later: dict) -> tuple:
    """Runs, mends, replays twice; what was told, and what is there."""
    found.start_again()
    found.define(found.job.definition)
    found.drop(DAY1, {"a.csv": rows})
    ran = found.run_naru(DAY1)[0]
    found.define(MENDED + found.job.definition)
    if later:
        found.drop(DAY1, later)
    reports = replay(found, engine)
    tables, records = found.tables(), found.records()
    again = replay(found, engine)
    assert found.tables() == tables, "a second replay finds nothing to do"
    return ran, reports, again[0]["rows"], tables, records


@pytest.mark.parametrize("name", SITUATIONS)
def test_both_tracks_replay_alike(name, project):
    job, rows, later = SITUATIONS[name]
    found = project(job)
    by_naru, by_spark = (after(found, engine, rows, later) for engine in ("pl", "sp"))
    for naru, spark in zip(by_naru, by_spark, strict=True):
        assert spark == naru
    [report] = by_spark[1]
    assert report["status"] in ("run", "replayed") and report["exit"] == 0 and report["rows"] > 0 and report["left"] == 1


@pytest.mark.parametrize("point", ["after the swap", "before the quarantine"])
def test_a_replay_killed_between_its_commits_is_done_by_the_next(point, project, tmp_path):
    """The table is committed first: a replay that finds no rows in quarantine would do nothing."""
    job, rows, _ = SITUATIONS["merge"]
    found = project(job)
    found.start_again()
    found.drop(DAY1, {"a.csv": rows})
    assert found.run_naru(DAY1) == (0, "loaded")
    found.define(MENDED + job.definition)
    # In place of Python: the program, which dies.
    begun, dying = tmp_path / "begun", tmp_path / "python"
    script = Path(__file__).parent / "dying.py"
    dying.write_text(f'#!/bin/sh\n[ "$3" != --attended ] && exec "{sys.executable}" "$@"\nshift 2\n'
                     f'exec "{sys.executable}" "{script}" "{point}" "{begun}" "$@"\n', encoding="utf-8")
    dying.chmod(0o755)
    killed = found.naru("replay", job.name, "--engine", "sp", "--spark-python", str(dying))
    assert begun.exists() and killed.returncode != 0, killed.stderr
    assert len(found.tables()["dev_deposit.account_quarantine"]["rows"]) == 3
    [report] = replay(found, "sp")
    assert (report["exit"], report["left"]) == (0, 1), report
    tables = found.tables()
    found.start_again()
    found.define(job.definition)
    expected = after(found, "pl", rows, {})
    assert tables == expected[3]
