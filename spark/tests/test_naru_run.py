"""`naru run` on route `sp`, on an embedded lake: naru starts the program, tells its outcome, and stops it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cases import CASES, CLEAR, DAY1, DAY2, KEY, SIMPLE, simple
from conftest import SMALL, jars
from support import Job, Project, binary

PACKAGE = Path(__file__).parents[1]
JSON = ("--engine", "sp", "--json")


@pytest.fixture
def started(tmp_path: Path) -> Callable[..., Project]:
    """Projects whose Spark is the one of these tests, said in `naru.toml`."""

    def make(job: Job, phase: str = "") -> Project:
        found = Project(tmp_path / "project", job, None)
        with (found.root / "naru.toml").open("a", encoding="utf-8") as settings:
            listed = json.dumps(jars().split(os.pathsep))
            settings.write(f'\n[spark]\npython = "{sys.executable}"\njars = {listed}\npackage = "{PACKAGE}"\n[spark.conf]\n')
            settings.writelines(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in SMALL.items())
        if phase:
            text = (found.root / "naru.toml").read_text(encoding="utf-8")
            (found.root / "naru.toml").write_text(text.replace('lake = "embedded"\n', f'lake = "embedded"\n{phase}\n'))
        return found

    return make


def run(found: Project, interval: str, *more: str, **environment: str) -> tuple[subprocess.CompletedProcess, dict]:
    found.environment |= environment
    done = found.naru("run", found.job.name, "--date", interval, *JSON, *more)
    assert done.stdout, done.stderr
    return done, json.loads(done.stdout)[0]


def ids(found: Project) -> list[int]:
    return sorted(int(row[0]) for row in found.tables()["dev_deposit.account"]["rows"])


def test_a_run_is_told_as_one_in_this_process(started):
    found = started(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20)), "b.csv": simple(range(20, 30))})
    done, report = run(found, DAY1)
    assert done.returncode == 0, done.stderr
    assert "on Spark, on this machine" in done.stderr
    assert (report["status"], report["engine"], report["rows"], report["sources"]) == ("loaded", "sp", 30, 2)
    assert report["files"] >= 1 and report["file_bytes"] > 500 and report["quarantine"] is None
    history = json.loads(found.naru("history", "deposit.account", "--json").stdout)
    assert history["snapshots"][0]["snapshot_id"] == report["snapshot_id"]
    # There is nothing to do, so that Spark is not even looked for.
    done, again = run(found, DAY1, "--spark-python", "/there/is/none")
    assert done.returncode == 0, done.stderr
    assert (again["status"], again["rows"], again["snapshot_id"]) == ("unchanged", 30, report["snapshot_id"])
    assert found.run_naru(DAY1) == (0, "unchanged")
    found.drop(DAY1, {"a.csv": simple(range(5)), "b.csv": None, "c.csv": simple(range(5, 6))})
    done, reloaded = run(found, DAY1)
    assert (reloaded["status"], reloaded["rows"]) == ("reloaded", 6), done.stderr
    assert ids(found) == list(range(6))
    assert not list(found.lake.glob("**/naru_staging_*"))


def test_a_replacement(started):
    found = started(Job("replace", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    assert found.run_naru(DAY1) == (0, "loaded")
    found.drop(DAY2, {"a.csv": simple(range(3))})
    done, report = run(found, DAY2)
    assert (done.returncode, report["status"], ids(found)) == (0, "loaded", [0, 1, 2]), done.stderr
    done, older = run(found, DAY1, "--force", "--spark-python", "/there/is/none")
    assert done.returncode == 1 and "not installed here" in done.stderr and older["status"] == "failed", done.stderr


def test_rows_that_do_not_fit_are_told_alike_on_both_tracks(started):
    found = started(Job("append", SIMPLE, []))
    bad = b"ID,REGION,DAY,AMT\n1,seoul,2026-11-20,1.00\nx,seoul,2026-11-31,1.005\n"
    told = {}
    for engine in ("pl", "sp"):
        found.start_again()
        found.drop(DAY1, {"a.csv": bad})
        done = found.naru("run", found.job.name, "--date", DAY1, "--engine", engine, "--json")
        assert done.returncode == 1, done.stderr
        report = json.loads(done.stdout)[0]
        quarantine = report["quarantine"]
        assert (quarantine["table"], quarantine["rows"]) == ("deposit.account_quarantine", 1)
        error = done.stderr[done.stderr.index("error: "):]
        told[engine] = (error, report["error"], report["rejected"], report["status"], report["exit"])
        assert not found.tables()["dev_deposit.account"]["rows"]
    assert told["sp"] == told["pl"]
    assert "1 of 2 rows do not fit" in told["sp"][0] and "row 2" in told["sp"][0]
    (found.root / "table-defs/deposit/account.csv").write_text("@reject_limit,1\n" + SIMPLE, encoding="utf-8")
    done, report = run(found, DAY1)
    assert done.returncode == 0, done.stderr
    assert (report["rows"], report["rejected"], report["quarantine"]["rows"], len(report["rejects"])) == (1, 1, 1, 3)
    assert "1 row(s) that do not fit were left out" in done.stderr


def test_without_spark_a_run_is_refused_by_name(started, tmp_path):
    found = started(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(3))})
    bare = tmp_path / "python"
    # This Python, without what was installed into it.
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -E "$@"\n', encoding="utf-8")
    bare.chmod(0o755)
    done, report = run(found, DAY1, "--spark-python", str(bare), "--spark-jars", "/no/iceberg.jar")
    assert (done.returncode, report["status"]) == (1, "failed")
    for part in ("the route is Spark, which is not installed here", "pip install 'pyspark[sql]==3.5.6'", "naru_decode",
                 "/no/iceberg.jar: there is no such jar", "sqlite-jdbc", "--engine pl"):
        assert part in done.stderr, done.stderr
    for verb in ("plan", "route"):
        said = found.naru(verb, found.job.name, "--date", DAY1, "--engine", "sp", "--spark-python", str(bare)).stdout
        assert "not installed here" in said and "naru_decode" in said, said
        said = found.naru(verb, found.job.name, "--date", DAY1, "--engine", "sp").stdout
        assert "not installed" not in said, said
    assert "would load the interval for the first time" in found.naru(
        "plan", found.job.name, "--date", DAY1, "--engine", "sp").stdout


def test_the_key_goes_by_the_environment_alone(started, tmp_path):
    (tmp_path / "key").write_text(KEY, encoding="utf-8")
    job = CASES["treated"]
    found = started(Job("append", job.definition, []), f'treatment_key_file = "{tmp_path / "key"}"')
    found.drop(*job.drops[0])
    naru = begin(found, job.drops[0][0])
    seen = b""
    while naru.poll() is None:
        seen += b"".join(read(pid, "cmdline") for pid in family(naru.pid))
        time.sleep(0.2)
    told = naru.stdout.read() + naru.stderr.read()
    assert naru.returncode == 0, told
    assert b"naru_spark" in seen and b"org.apache.spark" in seen
    for secret in (KEY.encode(), *(value.encode() for value in CLEAR)):
        assert secret not in seen and secret not in told
    assert len(found.tables()["dev_deposit.account"]["rows"]) == 200


def test_a_signal_stops_the_program_and_commits_nothing(started):
    found = slow(started)
    naru = begin(found, DAY1)
    until(lambda: files_of(found), naru)
    helpers = family(naru.pid) - {naru.pid}
    assert helpers
    naru.send_signal(signal.SIGTERM)
    told = naru.communicate(timeout=60)[1].decode()
    assert naru.returncode == 75, told
    assert "stopped by SIGTERM: 0 of 1 runs are done" in told, told
    assert not [pid for pid in helpers if is_alive(pid)], "naru waits for what it has started"
    assert not list(found.lake.glob("**/naru_staging_*"))
    assert not found.tables()["dev_deposit.account"]["rows"]
    # Files of tasks that had ended stay, until they are too old to be of a run that goes on.
    for file in files_of(found):
        os.utime(file, (0, time.time() - 7200))
    done = found.naru("maintain", "--grace-hours", "1")
    assert done.returncode == 0 and not files_of(found), done.stderr


def test_a_killed_naru_takes_the_program_with_it_and_the_run_is_run_again(started):
    found = slow(started)
    naru = begin(found, DAY1)
    until(lambda: files_of(found), naru)
    helpers = family(naru.pid) - {naru.pid}
    naru.kill()
    naru.wait()
    # At once: the program may be at it still.
    assert found.run_naru(DAY1) == (0, "loaded")
    until(lambda: not [pid for pid in helpers if is_alive(pid)])
    assert ids(found) == list(range(ROWS))
    done, report = run(found, DAY1)
    assert report["status"] == "unchanged", done.stderr
    assert len(found.records()) == 1


ROWS = 200_000


def slow(started) -> Project:
    """A run that goes on for some seconds: many ranges, one after the other."""
    found = started(Job("append", SIMPLE, []))
    text = (found.root / "naru.toml").read_text(encoding="utf-8").replace("local[2]", "local[1]")
    (found.root / "naru.toml").write_text(text, encoding="utf-8")
    found.drop(DAY1, {f"{n:02}.csv": simple(range(n * ROWS // 40, (n + 1) * ROWS // 40)) for n in range(40)})
    return found


def begin(found: Project, interval: str) -> subprocess.Popen:
    return subprocess.Popen([binary(), "--project", str(found.root), "run", found.job.name, "--date", interval, *JSON],
                            env=found.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def files_of(found: Project) -> list[Path]:
    return list(found.lake.glob("acme-dev-lake-*/**/*.parquet"))


def until(holds: Callable[[], object], naru: subprocess.Popen | None = None) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it took too long"
        assert naru is None or naru.poll() is None, naru.communicate()
        time.sleep(0.02)


def family(pid: int) -> set[int]:
    """A process and all that it has started."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        stat = read(int(entry.name), "stat")
        if stat:
            parents[int(entry.name)] = int(stat.rpartition(b")")[2].split()[1])
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def is_alive(pid: int) -> bool:
    stat = read(pid, "stat")
    return bool(stat) and stat.rpartition(b")")[2].split()[0] != b"Z"


def read(pid: int, what: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{what}").read_bytes()
    except OSError:
        return b""
