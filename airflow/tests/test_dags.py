"""What becomes of a DAG file of three lines."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from project import MONTHLY, ON_DEMAND, UPSTREAM, Project, load_dag, need

from naru_airflow import ManifestError
from naru_airflow.compat import CronDataIntervalTimetable


def test_a_dag_is_what_the_manifest_says(project: Project):
    project.settings |= {
        "retries": 5,
        "retry_delay_seconds": 90,
        "execution_timeout_seconds": 600,
        "pool": "loads",
        "max_active_runs": 2,
        "start_date": "2026-03-01",
        "catchup": True,
    }
    dag = load_dag(project.job(UPSTREAM))
    run = dag.get_task("run")
    assert dag.dag_id == UPSTREAM
    assert set(dag.tags) == {"sales", "p1", "append", "webshop"}
    assert dag.doc_md.strip() == "# sales.order" and dag.description == "from webshop into sales.order"
    assert dag.max_active_runs == 2 and dag.catchup
    assert dag.start_date == datetime.fromisoformat("2026-03-01T00:00:00+09:00")
    assert (run.owner, run.retries, run.retry_delay) == ("sales-team", 5, timedelta(seconds=90))
    assert (run.pool, run.execution_timeout) == ("loads", timedelta(minutes=10))
    assert dag.fileloc == str(project.dags / f"{UPSTREAM}.py")


def test_a_runner_has_the_options_of_the_jobs_level(project: Project):
    project.settings |= {"runner": "lambda", "runner_options": {"function": "acme-dev-naru-{level}", "region": "us-east-1"}}
    run = load_dag(project.job(UPSTREAM)).get_task("run")
    assert run.runner_options == {"function": "acme-dev-naru-p1", "region": "us-east-1"}


def test_its_schedule_has_intervals_in_the_projects_time_zone(project: Project):
    timetable = load_dag(project.job(UPSTREAM)).timetable
    assert isinstance(timetable, CronDataIntervalTimetable)
    # The names are those of Airflow 3.2 on, or of the releases before it.
    expression = getattr(timetable, "expression", None) or timetable._expression
    zone = getattr(timetable, "timezone", None) or timetable._timezone
    assert (expression, str(getattr(zone, "name", zone))) == ("0 0 * * *", "Asia/Seoul")


def test_a_job_on_demand_has_no_schedule_and_asks_for_its_run_key(project: Project):
    dag = load_dag(project.job(ON_DEMAND))
    assert type(dag.timetable).__name__ == "NullTimetable"
    assert list(dag.params) == ["date"]


def test_each_need_is_a_wait_before_the_run(project: Project):
    project.job(UPSTREAM)
    dag = load_dag(project.job(MONTHLY, [need(UPSTREAM, "month", f"{UPSTREAM}@month")]))
    wait = dag.get_task(f"wait_for__{UPSTREAM}")
    assert wait.downstream_task_ids == {"run"}
    assert (wait.upstream_dag_id, wait.upstream_cadence, wait.slice_unit, wait.cadence) == (UPSTREAM, "d", "month", "m")


@pytest.mark.parametrize(("has_marks", "look_in"), [(True, "marks"), (False, "airflow")])
def test_waits_look_in_marks_where_runs_leave_them(project: Project, has_marks: bool, look_in: str):
    project.has_marks = has_marks
    dag = load_dag(project.job(MONTHLY, [need(UPSTREAM)]))
    assert dag.get_task(f"wait_for__{UPSTREAM}").look_in == look_in


def test_a_name_that_the_manifest_does_not_know_is_an_import_error_that_says_what_to_do(project: Project):
    project.job(UPSTREAM)
    with pytest.raises(ManifestError, match=r'job ".*__new__p1__append__auto__d" is not in .*naru-manifest.json.*1 jobs\n.*naru check'):
        load_dag(project.dag_file("webshop__sales__new__p1__append__auto__d"))


@pytest.mark.parametrize("written", [[], ["webshop__sales__other__p1__append__auto__d"], [UPSTREAM, UPSTREAM]])
def test_needs_that_the_manifest_does_not_know_are_an_import_error(project: Project, written: list[str]):
    project.job(UPSTREAM)
    project.job(MONTHLY, [need(UPSTREAM, "month")])
    with pytest.raises(ManifestError, match=r"needs .* but .* knows .*\n.*naru sync"):
        load_dag(project.dag_file(MONTHLY, written))


def test_a_need_whose_upstream_was_renamed_is_known_by_how_it_is_written(project: Project):
    hourly = UPSTREAM.removesuffix("__d") + "__h"
    dag = load_dag(project.job(MONTHLY, [need(hourly, "month", UPSTREAM)]))
    assert dag.get_task(f"wait_for__{hourly}").upstream_cadence == "h"


def test_the_rerun_dag_asks_for_job_and_span(project: Project):
    project.job(UPSTREAM)
    path = project.dags / "_naru_rerun.py"
    path.write_text("from naru_airflow import rerun_dag\n\ndag = rerun_dag(__file__)\n")
    dag = load_dag(path)
    assert dag.dag_id == "naru_rerun"
    assert list(dag.params) == ["job", "from", "to", "downstream", "parallel", "only_plan"]
    assert dag.get_task("plan").downstream_task_ids == {"rerun"}
