"""Real Airflow, the real binary, an embedded lake: from three-line DAG files to loaded tables.

The tests stand in the order in which things happen to one Airflow; `NARU_TEST_BINARY` names the binary.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from server import AirflowServer
from shop import BINARY, BROKEN, LARGE, ORDER, ORDER_BY_WEEK, REPORT, Shop, seoul_midnight

pytestmark = pytest.mark.skipif(not BINARY, reason="NARU_TEST_BINARY names no binary")

UNKNOWN = "webshop__sales__unknown__p1__append__auto__d"
LARGE_ROWS = 6_000_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("e2e") / "shop")
    for job in (ORDER, BROKEN, LARGE):
        shop.job(job)
    shop.job(REPORT, ORDER)
    shop.write_manifest()
    shop.dag_file(UNKNOWN)
    (shop.dags / "_naru_rerun.py").write_text("from naru_airflow import rerun_dag\n\ndag = rerun_dag(__file__)\n")
    shop.land("broken", str(shop.yesterday), "1,2.50", "two,3.00")
    shop.land("report", f"{shop.last_monday:%G-W%V}", "1,10.00")
    return shop


@pytest.fixture(scope="module")
def airflow(shop: Shop, tmp_path_factory) -> Iterator[AirflowServer]:
    with AirflowServer(tmp_path_factory.mktemp("airflow"), shop.dags) as server:
        yield server


def scheduled_run(airflow: AirflowServer, dag_id: str) -> str:
    """The id of the one run that the scheduler made."""
    runs = airflow.until(f"a scheduled run of {dag_id}", lambda: airflow.runs(dag_id))
    (run,) = [run for run in runs if run["run_type"] == "scheduled"]
    return run["dag_run_id"]


def attempt(airflow: AirflowServer, dag_id: str, run_id: str, state: str) -> dict[str, Any]:
    """The task ``run``, once it is in a state."""

    def look() -> dict[str, Any] | None:
        task = airflow.task(dag_id, run_id, "run")
        return task if task["state"] == state else None

    return airflow.until(f"{dag_id} is {state}", look)


def test_dags_appear_with_all_that_the_manifest_says(airflow: AirflowServer):
    expected = {ORDER, BROKEN, LARGE, REPORT, "naru_rerun"}
    found = airflow.until(
        "all DAGs are there", lambda: (d := airflow.get("/dags?limit=100")["dags"]) and {x["dag_id"] for x in d} == expected and d
    )
    order = next(dag for dag in found if dag["dag_id"] == ORDER)
    assert {tag["name"] for tag in order["tags"]} == {"sales", "p1", "append", "webshop", "daily"}
    assert order["owners"] == ["sales-team"] and order["timetable_description"]
    assert airflow.get(f"/dags/{ORDER}/details")["doc_md"].startswith("### sales.order")


def test_a_file_whose_name_is_no_job_shows_why(airflow: AirflowServer, shop: Shop):
    (error,) = airflow.until("the import error", lambda: airflow.get("/importErrors")["import_errors"])
    assert f'job "{UNKNOWN}" is not in ' in error["stack_trace"] and "run `naru check`" in error["stack_trace"]
    (shop.dags / f"{UNKNOWN}.py").unlink()


def test_a_job_runs_on_schedule_and_is_retried_until_its_files_have_landed(airflow: AirflowServer, shop: Shop):
    airflow.unpause(ORDER)
    run_id = scheduled_run(airflow, ORDER)
    attempt(airflow, ORDER, run_id, "up_for_retry")
    shop.land("order", str(shop.yesterday), "1,2.50", "2,3.00")
    run = airflow.ended(ORDER, run_id)
    assert run["state"] == "success" and airflow.task(ORDER, run_id, "run")["try_number"] > 1
    assert "exit code 75" in airflow.log(ORDER, run_id, "run", attempt=1)
    assert run["data_interval_start"] != run["data_interval_end"]
    assert shop.rows("select count(*) as n from sales.order") == [{"n": 2}]
    report = airflow.xcom(ORDER, run_id, "run")
    assert [(r["interval"], r["status"], r["rows"]) for r in report["runs"]] == [(str(shop.yesterday), "loaded", 2)]


def test_what_trying_again_does_not_help_fails_at_the_first_attempt(airflow: AirflowServer):
    airflow.unpause(BROKEN)
    run_id = scheduled_run(airflow, BROKEN)
    assert airflow.ended(BROKEN, run_id)["state"] == "failed"
    assert airflow.task(BROKEN, run_id, "run")["try_number"] == 1
    log = airflow.log(BROKEN, run_id, "run")
    assert "exit code 1" in log and "of 2 rows do not fit" in log


def test_a_run_that_is_cleared_loads_what_has_changed(airflow: AirflowServer, shop: Shop):
    run_id = scheduled_run(airflow, ORDER)
    shop.land("order", str(shop.yesterday), "1,2.50", "2,3.00", "3,4.00")
    airflow.post(f"/dags/{ORDER}/clearTaskInstances", {"dry_run": False, "dag_run_id": run_id, "only_failed": False})
    airflow.until("it runs again", lambda: airflow.xcom_or_none(ORDER, run_id, "run", rows=3))
    assert airflow.ended(ORDER, run_id)["state"] == "success"
    assert shop.rows("select count(*) as n from sales.order") == [{"n": 3}]


def test_a_weekly_job_waits_for_all_days_of_its_week_and_a_backfill_brings_them(airflow: AirflowServer, shop: Shop):
    airflow.unpause(REPORT)
    run_id = scheduled_run(airflow, REPORT)
    wait = f"wait_for__{ORDER}"
    airflow.until("it waits without a worker", lambda: airflow.task(REPORT, run_id, wait)["state"] == "deferred")
    for day in range(7):
        shop.land("order", str(shop.last_monday + timedelta(days=day)), f"{day},1.00")
    airflow.backfill(ORDER, seoul_midnight(shop.last_monday), seoul_midnight(shop.last_monday + timedelta(days=6)), at_once=3)
    assert airflow.ended(REPORT, run_id)["state"] == "success"
    backfilled = [run for run in airflow.runs(ORDER) if run["run_type"] == "backfill"]
    days = {str(shop.last_monday + timedelta(days=day)) for day in range(7)} - {str(shop.yesterday)}
    assert len(backfilled) == len(days) and {run["state"] for run in backfilled} == {"success"}
    assert "7 of 7 intervals" in airflow.log(REPORT, run_id, wait)
    assert shop.rows("select count(*) as n from sales.report") == [{"n": 1}]


def test_a_load_killed_twice_in_the_middle_is_retried_and_loads_once(airflow: AirflowServer, shop: Shop):
    """First naru alone, as the kernel does that has no memory left; then the worker whole."""
    chunk = [f"{n},1.00" for n in range(LARGE_ROWS // 100)]
    shop.land("large", str(shop.yesterday), *(chunk * 100))
    airflow.unpause(LARGE)
    run_id = scheduled_run(airflow, LARGE)
    # Looked for often: a load of this size is over in a second.
    first = airflow.until("naru loads", lambda: _loading(LARGE), every=0.01)
    os.kill(first, signal.SIGKILL)
    second = airflow.until("naru loads again", lambda: (pid := _loading(LARGE)) != first and pid, every=0.01)
    os.kill(second, signal.SIGSTOP)
    task = _parent(second)
    for pid in (_parent(task), task):
        os.kill(pid, signal.SIGKILL)
    os.kill(second, signal.SIGCONT)
    airflow.until("naru has ended with its worker", lambda: not Path(f"/proc/{second}/exe").exists(), 40)
    assert airflow.ended(LARGE, run_id)["state"] == "success"
    assert airflow.task(LARGE, run_id, "run")["try_number"] == 3
    assert "ended by SIGKILL" in airflow.log(LARGE, run_id, "run", attempt=1)
    assert shop.rows("select count(*) as n from sales.large") == [{"n": LARGE_ROWS}]


def test_a_span_is_run_again_by_the_rerun_dag(airflow: AirflowServer, shop: Shop):
    """Monday's file has changed since; the report of that week stands on it."""
    shop.land("order", str(shop.last_monday), "0,1.00", "1,1.00")
    airflow.unpause("naru_rerun")
    span = {"from": str(shop.last_monday), "to": str(shop.last_monday + timedelta(days=1))}
    run_id = airflow.trigger("naru_rerun", job=ORDER, downstream=True, **span)
    assert airflow.ended("naru_rerun", run_id)["state"] == "success"
    plan = {job["job"]: job["intervals"] for job in airflow.xcom("naru_rerun", run_id, "plan")["jobs"]}
    assert plan == {ORDER: list(span.values()), REPORT: [f"{shop.last_monday:%G-W%V}"]}
    runs = airflow.xcom("naru_rerun", run_id, "rerun")["runs"]
    assert [(run["job"], run["status"]) for run in runs] == [(ORDER, "reloaded"), (ORDER, "unchanged"), (REPORT, "unchanged")]
    assert str(shop.last_monday) in airflow.log("naru_rerun", run_id, "plan")


def test_downstream_goes_on_when_the_upstreams_schedule_has_changed(airflow: AirflowServer, shop: Shop):
    """The upstream runs by week now: downstream names it by its new name, and has nothing else to change."""
    (shop.dags / f"{ORDER}.py").unlink()
    shop.job(ORDER_BY_WEEK)
    shop.job(REPORT, ORDER_BY_WEEK)
    shop.write_manifest()
    week_before = shop.last_monday - timedelta(days=7)
    airflow.until("the DAG has its new wait", lambda: f"wait_for__{ORDER_BY_WEEK}" in str(airflow.get(f"/dags/{REPORT}/tasks")))
    _backfill_of_week(airflow, shop, ORDER_BY_WEEK, "order", week_before)
    run = _backfill_of_week(airflow, shop, REPORT, "report", week_before)
    assert airflow.ended(REPORT, run)["state"] == "success"
    assert "1 of 1 intervals" in airflow.log(REPORT, run, f"wait_for__{ORDER_BY_WEEK}")


def test_an_upstream_of_another_scheduler_is_waited_for_by_its_marks(airflow: AirflowServer, shop: Shop):
    with (shop.root / "naru.toml").open("a") as settings:
        settings.write('\n[marks]\nstore = "directory"\nlocation = "marks"\n')
    shop.write_manifest()
    week = shop.last_monday - timedelta(days=14)
    shop.land("report", f"{week:%G-W%V}", "1,10.00")
    # By hand, as somebody would an hour after that week: its interval is the last one that is over then.
    run = airflow.trigger(REPORT, f"{week + timedelta(days=7)}T01:00:00+09:00")
    wait = f"wait_for__{ORDER_BY_WEEK}"
    airflow.until("it waits without a worker", lambda: airflow.task(REPORT, run, wait)["state"] == "deferred")
    shop.naru("mark", ORDER_BY_WEEK, "--date", f"{week:%G-W%V}", "--by", "the old scheduler")
    assert airflow.ended(REPORT, run)["state"] == "success"
    # What ran has left a mark itself.
    shop.naru("wait", REPORT, "--date", f"{week:%G-W%V}", "--timeout", "0")


def _backfill_of_week(airflow: AirflowServer, shop: Shop, dag_id: str, table: str, monday: date) -> str:
    """Lands a file and asks for the week's run; its id."""
    shop.land(table, f"{monday:%G-W%V}", "1,10.00")
    airflow.until(f"{dag_id} is there", lambda: any(d["dag_id"] == dag_id for d in airflow.get("/dags?limit=100")["dags"]))
    airflow.unpause(dag_id)
    airflow.backfill(dag_id, seoul_midnight(monday), seoul_midnight(monday))
    start = datetime.fromisoformat(seoul_midnight(monday))
    runs = {datetime.fromisoformat(run["logical_date"]): run["dag_run_id"] for run in airflow.runs(dag_id)}
    return runs[start]


def _loading(job: str) -> int | None:
    """The process of naru that runs a job, once it has begun to read."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
            if arguments[0] != BINARY.encode() or job.encode() not in arguments:
                continue
            if int((folder / "io").read_text().split("rchar: ")[1].split()[0]) > 5_000_000:
                return int(folder.name)
        except (OSError, IndexError):
            continue
    return None


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
