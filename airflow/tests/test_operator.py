"""The operator on the worker: command line, exit codes, progress, report, kills."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from contexts import context
from project import ON_DEMAND, UPSTREAM, Project

from naru_airflow import NaruRunOperator
from naru_airflow.compat import AirflowException, AirflowFailException
from naru_airflow.progress import Progress
from naru_airflow.request import RunRequest
from naru_airflow.runners.local import LocalRunner

DAY = ("2026-11-22", "2026-11-23")


def operator(project: Project, job: str = UPSTREAM, **given) -> NaruRunOperator:
    settings = {"time_zone": "Asia/Seoul", "phase": "dev", "project": str(project.root), "binary": project.binary}
    return NaruRunOperator(task_id="run", job=job, cadence=job.rpartition("__")[2], **settings | given)


def asked(project: Project) -> list[str]:
    return json.loads((project.root / "argv").read_text())


def records_and_ends(exit_code: int = 0, report: str = "[]") -> str:
    return f"""
        open(root + "/argv", "w").write(json.dumps(argv))
        print({report!r})
        sys.exit({exit_code})
        """


@pytest.mark.parametrize(
    ("job", "run", "about"),
    [
        (UPSTREAM, context(*DAY), ["--interval-start", "2026-11-22T00:00:00+09:00", "--interval-end", "2026-11-23T00:00:00+09:00"]),
        # Without a data interval: the last one that was over when the run was asked for.
        (UPSTREAM, context(), ["--interval-start", "2026-11-21T15:00:00+00:00", "--interval-end", "2026-11-22T15:00:00+00:00"]),
        (ON_DEMAND, context(), ["--date", "2026-11-23"]),
        (ON_DEMAND, context(date="2026-11-23-again"), ["--date", "2026-11-23-again"]),
    ],
)
def test_the_interval_is_the_runs(project: Project, job: str, run: dict, about: list[str]):
    project.stand_in(records_and_ends())
    operator(project, job).execute(run)
    assert asked(project) == ["--project", str(project.root), "run", job, *about, "--phase", "dev", "--json", "--log", "json"]


def test_the_report_is_what_the_task_returns(project: Project):
    project.stand_in(records_and_ends(report='[{"rows": 2}]'))
    assert operator(project).execute(context(*DAY)) == [{"rows": 2}]


@pytest.mark.parametrize("exit_code", [1, 2])
def test_what_trying_again_does_not_help_fails_at_once(project: Project, exit_code: int):
    project.stand_in(records_and_ends(exit_code, '[{"rejected": 1}]'))
    run = context(*DAY)
    with pytest.raises(AirflowFailException, match=rf"{UPSTREAM} failed \(exit code {exit_code}\)"):
        operator(project).execute(run)
    assert run["ti"].pushed == {"return_value": [{"rejected": 1}]}


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        ("sys.exit(75)", r"to be tried again \(exit code 75\)"),
        ("sys.exit(101)", r"to be tried again \(exit code 101\)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", r"to be tried again \(ended by SIGKILL\)"),
    ],
)
def test_everything_else_is_tried_again(project: Project, ends: str, says: str):
    project.stand_in(ends)
    with pytest.raises(AirflowException, match=says) as raised:
        operator(project).execute(context(*DAY))
    assert not isinstance(raised.value, AirflowFailException)


def test_progress_and_errors_are_told_at_their_levels(project: Project, caplog):
    project.stand_in(
        """
        for line in [
            {"level": "info", "message": "sales.order 2026-11-22: 1 MiB of 2 MiB"},
            {"timestamp": "…", "level": "WARN", "fields": {"message": "slow disk"}},
            {"level": "error", "message": "1 of 5 rows do not fit", "details": ["orders.csv:3: row 3"], "hint": "mend it", "exit": 1},
        ]:
            print(json.dumps(line), file=sys.stderr)
        print("thread 'main' panicked", file=sys.stderr)
        sys.exit(1)
        """
    )
    with caplog.at_level(logging.INFO):
        ended = LocalRunner(project.binary, None, True).run(RunRequest(UPSTREAM, None, *DAY), Progress(logging.getLogger("task")))
    assert (ended.exit_code, ended.message) == (1, "1 of 5 rows do not fit")
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    for line in [
        ("INFO", "sales.order 2026-11-22: 1 MiB of 2 MiB"),
        ("WARNING", "slow disk"),
        ("ERROR", "1 of 5 rows do not fit"),
        ("ERROR", "  orders.csv:3: row 3"),
        ("ERROR", "hint: mend it"),
        ("INFO", "thread 'main' panicked"),
    ]:
        assert line in told


def test_a_long_report_does_not_block_progress(project: Project):
    project.stand_in('print(json.dumps(["x" * 1_000_000])); sys.stdout.flush(); print("done", file=sys.stderr)')
    assert len(operator(project).execute(context(*DAY))[0]) == 1_000_000


def test_a_binary_that_is_not_there_fails_at_once(project: Project):
    with pytest.raises(AirflowFailException, match="cannot start .*: No such file"):
        operator(project).execute(context(*DAY))


STOPS_CLEANLY = """
    def stop(*_):
        open(root + "/stopped", "w").write("cleanly")
        sys.exit(75)
    signal.signal(signal.SIGTERM, stop)
    open(root + "/started", "w").write(str(os.getpid()))
    time.sleep(60)
    """


def wait_for(path: Path, seconds: float = 30) -> str:
    deadline = time.monotonic() + seconds
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, f"{path} has not come"
        time.sleep(0.02)
    return path.read_text()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_on_kill_stops_naru_and_lets_it_end_cleanly(project: Project):
    project.stand_in(STOPS_CLEANLY)
    task = operator(project)
    # As Airflow does it: on_kill is called in a signal's handler, while execute waits.
    before = signal.signal(signal.SIGALRM, lambda *_: wait_for(project.root / "started") and task.on_kill())
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(AirflowException, match=r"exit code 75"):
            task.execute(context(*DAY))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert (project.root / "stopped").read_text() == "cleanly"


def test_a_timeout_stops_naru_too(project: Project):
    project.stand_in(STOPS_CLEANLY)

    class TimedOut(Exception):
        pass

    def time_out(*_):
        wait_for(project.root / "started")
        raise TimedOut

    before = signal.signal(signal.SIGALRM, time_out)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with pytest.raises(TimedOut):
            operator(project).execute(context(*DAY))
    finally:
        signal.signal(signal.SIGALRM, before)
    assert (project.root / "stopped").read_text() == "cleanly"


def test_what_does_not_stop_is_killed_with_its_children(project: Project):
    from naru_airflow.process import ChildProcess

    project.stand_in(
        """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = os.fork()
        if child:
            open(root + "/started", "w").write(f"{os.getpid()} {child}")
        time.sleep(60)
        """
    )
    child = ChildProcess([project.binary])
    pids = [int(pid) for pid in wait_for(project.root / "started").split()]
    child.stop(grace_seconds=0.3)
    assert child.wait()[0] == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(_alive(pid) for pid in pids)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process of its parent's death")
def test_naru_ends_with_a_worker_that_was_killed(project: Project):
    project.stand_in(STOPS_CLEANLY)
    worker = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from naru_airflow.process import ChildProcess
        ChildProcess([{project.binary!r}]).wait()
        """)
    process = subprocess.Popen([sys.executable, "-c", worker], env=os.environ | {"AIRFLOW__CORE__LOAD_EXAMPLES": "False"})
    wait_for(project.root / "started", 120)
    process.kill()
    process.wait()
    assert wait_for(project.root / "stopped") == "cleanly"
