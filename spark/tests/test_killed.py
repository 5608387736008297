"""`kill -9` of a merge on Spark: a reader finds the table as before or after, another run of either track ends as one clean
run, and maintenance leaves no file of the killed one.

A seeded sample; NARU_SPARK_KILLS=20 kills so often, from NARU_SPARK_KILLS_SEED on.
"""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cases import DAY1, DAY2
from dying import POINTS
from merge_cases import COLUMNS, ORDERED, many
from naru_spark.tables import Tables
from program import command, written
from support import Job, Project

SAMPLE = 3
# Longer than a run of this size takes, once it has begun, where the machine does other work, too.
LONGEST_SECONDS = 20
ENDS_WITHIN_SECONDS = 120


@dataclass(frozen=True)
class Kill:
    """One trial: the point at which the program dies, or else the instant, as a share of the time that a run takes; and
    whether Java dies with Python.
    """

    number: int
    mode: str
    point: str = ""
    share: float = 0
    with_java: bool = True

    def __str__(self) -> str:
        alone = "" if self.with_java else ", Python alone"
        return f"{self.number}: {self.mode}, {self.point or f'{self.share:.2f} of its time'}{alone}"


def kills() -> list[Kill]:
    first = int(os.environ.get("NARU_SPARK_KILLS_SEED", "0"))
    found = []
    for number in range(first, first + int(os.environ.get("NARU_SPARK_KILLS", str(SAMPLE)))):
        chosen = random.Random(number)
        mode = chosen.choice(["merge", "merge", "scd2"])
        if chosen.random() < 0.5:
            found.append(Kill(number, mode, point=chosen.choice(list(POINTS))))
        else:
            found.append(Kill(number, mode, share=chosen.random(), with_java=chosen.random() < 0.6))
    return found


@pytest.fixture(scope="module")
def seconds() -> dict[str, float]:
    """How long a run takes once it has begun, by mode: of the first one that was let run."""
    return {}


@pytest.mark.parametrize("kill", kills(), ids=str)
def test_a_run_that_was_killed_is_completed_by_the_next(kill, project, seconds):
    found = project(Job(kill.mode, '@reject_limit,5\n@partition,"bucket(2, id)"\n' + (ORDERED if kill.mode == "merge" else "")
                        + COLUMNS, []))
    begin(found)
    before = found.tables()
    assert found.run_naru(DAY2) == (0, "loaded")
    after = found.tables()
    if not kill.point and kill.mode not in seconds:
        begin(found)
        seconds[kill.mode] = let_run(found)
        assert found.tables() == after
    begin(found)
    die(found, kill, seconds.get(kill.mode, LONGEST_SECONDS))
    now = found.tables()
    target, quarantine = "dev_deposit.account", "dev_deposit.account_quarantine"
    assert now[target] in (before[target], after[target]), "a reader finds the table as before or after"
    assert now[target] == before[target] or now[quarantine] == after[quarantine], "quarantine comes first"
    again = found.run_spark(DAY2) if kill.number % 2 else found.run_naru(DAY2)
    assert again == (0, "unchanged" if now[target] == after[target] else "loaded")
    assert found.tables() == after
    nothing_is_left(found)
    assert found.tables() == after


def begin(found: Project) -> None:
    """The first interval is loaded, the second has landed."""
    found.start_again()
    found.drop(DAY1, {"a.csv": many(range(60), "a", 1)})
    found.drop(DAY2, {"a.csv": many(range(40, 80), "b", 2) + b"x,y,1,2026-11-02 00:00:00,\n"})
    assert found.run_naru(DAY1) == (0, "loaded")


def start(found: Project, point: str) -> tuple[subprocess.Popen, Path]:
    """Starts the second interval's run; also the file that it makes once it begins with the plan."""
    begun = found.root / "begun"
    begun.unlink(missing_ok=True)
    script = (str(Path(__file__).with_name("dying.py")), point, str(begun))
    arguments = command(found, written(found, found.plan(DAY2).text), "--lake", str(found.lake), script=script)
    return subprocess.Popen(**arguments, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE), begun


def wait_until_begun(process: subprocess.Popen, begun: Path) -> None:
    while not begun.exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)


def let_run(found: Project) -> float:
    """Lets the second interval be run, and gives how long it took since it began, in seconds."""
    process, begun = start(found, "")
    wait_until_begun(process, begun)
    started = time.monotonic()
    _, told = process.communicate()
    assert process.returncode == 0, told
    return time.monotonic() - started


def die(found: Project, kill: Kill, seconds: float) -> None:
    """Runs the second interval, and kills it; ends once nothing of it goes on."""
    process, begun = start(found, kill.point)
    if kill.point:
        _, told = process.communicate()
        assert process.returncode == -signal.SIGKILL, told
    else:
        wait_until_begun(process, begun)
        with suppress(subprocess.TimeoutExpired):
            process.wait(kill.share * seconds)
        with suppress(ProcessLookupError):
            (os.killpg if kill.with_java else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
    # Java ends by itself, once it finds Python gone.
    until = time.monotonic() + ENDS_WITHIN_SECONDS
    with suppress(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            time.sleep(0.1)
        raise AssertionError("the killed run's Java goes on")


def nothing_is_left(found: Project) -> None:
    """Maintenance, days later, leaves the files that the tables refer to, and no other."""
    buckets = [found.lake / f"acme-dev-{layer}-{found.job.level}" for layer in ("lake", "quarantine")]
    for path in (path for bucket in buckets for path in bucket.rglob("*") if path.is_file()):
        os.utime(path, (0, 0))
    done = found.naru("maintain", "--keep-days", "0", "--keep-snapshots", "1", "--grace-hours", "1")
    assert done.returncode == 0, done.stderr
    tables = Tables(found.session())
    named = {urlsplit(file.location()).path for name in ("account", "account_quarantine")
             for file in tables.files(tables.find(f"dev_deposit.{name}"))}
    assert named == {str(path) for bucket in buckets for path in bucket.rglob("*.parquet")}
    assert not [path for bucket in buckets for path in bucket.rglob("naru_staging_*/*")]
