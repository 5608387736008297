"""The time-slice sensor: what satisfies it, in Airflow's runs and in marks, with and without a worker."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

import pytest
from contexts import SEOUL, context
from project import MONTHLY, ON_DEMAND, UPSTREAM, Project
from supervisor import Supervisor

from naru_airflow import NaruSliceSensor
from naru_airflow.compat import AIRFLOW_3, AirflowException, AirflowFailException
from naru_airflow.sensor_triggers import MarksTrigger, UpstreamRunsTrigger

MONTH = ("2026-11-01", "2026-12-01")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


def sensor(upstream: str = UPSTREAM, job: str = MONTHLY, slice_unit: str = "month", **given) -> NaruSliceSensor:
    names = {"upstream_job": upstream, "upstream_dag_id": upstream, "upstream_cadence": upstream.rpartition("__")[2]}
    settings = {"slice_unit": slice_unit, "cadence": job.rpartition("__")[2], "time_zone": "Asia/Seoul", "poke_interval": 0.01}
    return NaruSliceSensor(task_id="wait", **names | settings | given)


@pytest.fixture
def supervisor(monkeypatch) -> Supervisor:
    if not AIRFLOW_3:
        pytest.skip("Airflow 2 reads its database")
    supervisor = Supervisor()
    monkeypatch.setattr("airflow.sdk.execution_time.task_runner.SUPERVISOR_COMMS", supervisor, raising=False)
    return supervisor


def succeed_daily(supervisor: Supervisor, first: str, days: int, hour: int = 0, dag_id: str = UPSTREAM) -> None:
    for day in range(days):
        start = at(first) + timedelta(days=day, hours=hour)
        supervisor.add(dag_id, start, start + timedelta(days=1))


def test_a_monthly_job_waits_for_all_days_of_its_month(supervisor: Supervisor):
    succeed_daily(supervisor, "2026-10-01", 60)
    assert not sensor().poke(context(*MONTH))
    succeed_daily(supervisor, "2026-11-30", 1)
    assert sensor().poke(context(*MONTH))


def test_days_outside_the_slice_and_other_dags_do_not_count(supervisor: Supervisor):
    succeed_daily(supervisor, "2026-11-01", 29)
    succeed_daily(supervisor, "2026-12-01", 5)
    succeed_daily(supervisor, "2026-11-30", 1, dag_id="other")
    assert not sensor().poke(context(*MONTH))


def test_runs_that_failed_do_not_count(supervisor: Supervisor):
    supervisor.add(UPSTREAM, at("2026-11-22"), at("2026-11-23"), state="failed")
    assert not sensor(slice_unit="day", job=UPSTREAM).poke(context("2026-11-22", "2026-11-23"))


def test_a_run_by_hand_counts_for_the_day_that_it_covers_not_for_its_logical_date(supervisor: Supervisor):
    supervisor.add(UPSTREAM, at("2026-11-22"), at("2026-11-23"), logical_date=at("2026-11-23"))
    daily = sensor(slice_unit="day", job=UPSTREAM)
    assert daily.poke(context("2026-11-22", "2026-11-23"))
    assert not daily.poke(context("2026-11-23", "2026-11-24"))


def test_when_the_upstream_moves_by_hours_downstream_goes_on(supervisor: Supervisor):
    succeed_daily(supervisor, "2026-11-01", 10)
    succeed_daily(supervisor, "2026-11-11", 20, hour=6)
    assert sensor().poke(context(*MONTH))


def test_when_the_upstream_becomes_hourly_all_hours_are_waited_for(supervisor: Supervisor):
    hourly = UPSTREAM.removesuffix("__d") + "__h"
    daily = sensor(upstream=hourly, slice_unit="day", job=UPSTREAM)
    for hour in range(23):
        supervisor.add(hourly, at("2026-11-22") + timedelta(hours=hour), at("2026-11-22") + timedelta(hours=hour + 1))
    assert not daily.poke(context("2026-11-22", "2026-11-23"))
    supervisor.add(hourly, at("2026-11-22T23:00"), at("2026-11-23"))
    assert daily.poke(context("2026-11-22", "2026-11-23"))


def test_a_daily_job_waits_for_the_month_that_its_day_lies_in(supervisor: Supervisor):
    daily = sensor(upstream=MONTHLY, job=UPSTREAM, slice_unit="month")
    assert not daily.poke(context("2026-11-22", "2026-11-23"))
    supervisor.add(MONTHLY, *map(at, MONTH))
    assert daily.poke(context("2026-11-22", "2026-11-23"))


def test_of_an_upstream_on_demand_one_success_in_the_slice_is_enough(supervisor: Supervisor):
    waits = sensor(upstream=ON_DEMAND, slice_unit="month")
    supervisor.add(ON_DEMAND, at("2026-10-31T23:00"), at("2026-10-31T23:00"))
    assert not waits.poke(context(*MONTH))
    supervisor.add(ON_DEMAND, at("2026-11-03T11:12"), at("2026-11-03T11:12"))
    assert waits.poke(context(*MONTH))


def test_looking_costs_no_more_than_the_slice_has_runs(supervisor: Supervisor):
    succeed_daily(supervisor, "2024-01-01", 2000)
    sensor(job=UPSTREAM, slice_unit="day").poke(context("2024-06-01", "2024-06-02"))
    assert supervisor.asked == 1


def _deferred(task: NaruSliceSensor, run: dict) -> BaseException | None:
    try:
        task.execute(run)
    except BaseException as deferred:
        assert type(deferred).__name__ == "TaskDeferred", deferred
        return deferred
    return None


def test_a_sensor_that_is_not_satisfied_leaves_its_worker(supervisor: Supervisor):
    succeed_daily(supervisor, "2026-11-01", 29)
    deferred = _deferred(sensor(timeout=100), context(*MONTH))
    assert isinstance(deferred.trigger, UpstreamRunsTrigger) and deferred.trigger.seen == 29
    assert timedelta(seconds=90) < deferred.timeout <= timedelta(seconds=100)
    assert deferred.method_name == "execute_after_look" and hasattr(NaruSliceSensor, "execute_after_look")


def test_the_trigger_fires_when_the_upstream_has_succeeded_again(supervisor: Supervisor):
    trigger = UpstreamRunsTrigger(UPSTREAM, 0, 0.01)

    async def fire() -> None:
        waiting = asyncio.ensure_future(anext(trigger.run()))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        succeed_daily(supervisor, "2026-11-30", 1)
        await asyncio.wait_for(waiting, 10)

    asyncio.run(fire())


def test_back_on_a_worker_it_waits_on_within_the_time_that_is_left(supervisor: Supervisor):
    task, run = sensor(timeout=100), context(*MONTH)
    first = _deferred(task, run)
    deadline = first.kwargs["deadline"]
    with pytest.raises(BaseException) as again:
        task.execute_after_look(run, {}, deadline)
    assert again.value.kwargs == {"deadline": deadline}
    succeed_daily(supervisor, "2026-11-01", 30)
    assert task.execute_after_look(run, {}, deadline) is None


MARKS = """
    open(root + "/argv", "w").write(json.dumps(argv))
    done = int(open(root + "/done").read())
    days = [f"2026-11-{day:02}" for day in range(1, 31)]
    print(json.dumps({"job": argv[1], "is_done": done == 30, "intervals": days, "missing": days[done:], "marks": []}))
    sys.exit(0 if done == 30 else 75)
    """


def marks_sensor(project: Project, done: int = 29, **given) -> NaruSliceSensor:
    (project.root / "done").write_text(str(done))
    return sensor(look_in="marks", binary=project.binary, project=str(project.root), phase="dev", **given)


def test_marks_are_asked_for_by_naru_wait(project: Project):
    project.stand_in(MARKS)
    waits = marks_sensor(project, 29)
    assert not waits.poke(context(*MONTH))
    assert json.loads((project.root / "argv").read_text()) == [
        "wait", UPSTREAM,
        "--interval-start", "2026-11-01T00:00:00+09:00", "--interval-end", "2026-12-01T00:00:00+09:00", "--slice", "month",
        "--timeout", "0", "--json", "--project", str(project.root), "--phase", "dev",
    ]  # fmt: skip
    assert marks_sensor(project, 30).poke(context(*MONTH))


@pytest.mark.parametrize(("exit_code", "raised"), [(1, AirflowFailException), (2, AirflowFailException), (101, AirflowException)])
def test_marks_that_cannot_be_asked_for_fail(project: Project, exit_code: int, raised: type):
    project.stand_in(f'sys.stderr.write("error: no store"); sys.exit({exit_code})')
    with pytest.raises(raised, match=f"ended with {exit_code}: error: no store"):
        marks_sensor(project).poke(context(*MONTH))


def test_the_trigger_waits_for_marks(project: Project):
    project.stand_in(MARKS)
    deferred = _deferred(marks_sensor(project, 29), context(*MONTH))
    assert isinstance(deferred.trigger, MarksTrigger)

    async def fire() -> dict:
        waiting = asyncio.ensure_future(anext(deferred.trigger.run()))
        await asyncio.sleep(0.5)
        assert not waiting.done()
        (project.root / "done").write_text("30")
        return (await asyncio.wait_for(waiting, 30)).payload

    assert asyncio.run(fire()) == {}


def test_a_trigger_that_cannot_ask_fails_the_task(project: Project):
    project.stand_in('sys.stderr.write("error: no store"); sys.exit(1)')
    trigger = MarksTrigger([project.binary, "wait"], 0.01)
    event = asyncio.run(anext(trigger.run())).payload
    with pytest.raises(AirflowFailException, match="ended with 1: error: no store"):
        marks_sensor(project).execute_after_look(context(*MONTH), event, datetime.now(SEOUL).isoformat())


@pytest.mark.parametrize("trigger", [UpstreamRunsTrigger("dag", 3, 60.0), MarksTrigger(["naru", "wait"], 60.0)])
def test_triggers_are_restored_from_what_they_serialize(trigger):
    from importlib import import_module

    path, arguments = trigger.serialize()
    module, name = path.rsplit(".", 1)
    assert getattr(import_module(module), name)(**json.loads(json.dumps(arguments))).serialize() == (path, arguments)
