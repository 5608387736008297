"""The rerun DAG, run by Airflow itself (``dag.test``): what it asks naru for, and in which order."""

from __future__ import annotations

import json
from typing import Any

import pytest
from project import UPSTREAM, Project, load_dag

from naru_airflow.compat import AIRFLOW_3

RERUN = """
    with open(root + "/asked", "a") as asked:
        asked.write(json.dumps(argv) + "\\n")
    print(json.dumps({"level": "info", "message": "2 intervals of 1 job"}), file=sys.stderr)
    print(json.dumps({"intervals": 2}))
    sys.exit(1 if os.path.exists(root + "/fails") and "--plan" in argv else 0)
    """
SPAN = {"job": UPSTREAM, "from": "2026-11-20", "to": "2026-11-22"}


@pytest.fixture
def rerun(project: Project, airflow_database: None) -> Any:
    """Runs the DAG with parameters; states of its tasks."""
    project.stand_in(RERUN)
    project.settings["retries"] = 0
    project.job(UPSTREAM)
    path = project.dags / "_naru_rerun.py"
    path.write_text("from naru_airflow import rerun_dag\n\ndag = rerun_dag(__file__)\n")

    def run(**params: Any) -> dict[str, str]:
        try:
            ended = load_dag(path).test(run_conf=SPAN | params)
        except Exception as error:
            if "is not serialized" in str(error):
                pytest.skip("from Airflow 3.1 on, dag.test runs only what a DAG processor has seen")
            raise
        return {task.task_id: str(task.state) for task in ended.get_task_instances()}

    return run


def asked(project: Project) -> list[list[str]]:
    return [json.loads(line) for line in (project.root / "asked").read_text().splitlines()]


def test_it_shows_first_what_it_will_touch_and_then_does_it(project: Project, rerun):
    assert rerun(parallel=4) == {"plan": "success", "rerun": "success"}
    about = ["rerun", UPSTREAM, "--from", "2026-11-20", "--to", "2026-11-22", "--downstream"]
    where = ["--json", "--log", "json", "--project", str(project.root), "--phase", "dev"]
    assert asked(project) == [[*about, "--plan", *where], [*about, "--parallel", "4", "--yes", *where]]


def test_only_the_plan(project: Project, rerun):
    assert rerun(only_plan=True, downstream=False) == {"plan": "success", "rerun": "skipped"}
    assert len(asked(project)) == 1 and "--downstream" not in asked(project)[0]


def test_nothing_is_done_when_the_plan_fails(project: Project, rerun):
    (project.root / "fails").touch()
    assert rerun() == {"plan": "failed", "rerun": "upstream_failed"}
    assert len(asked(project)) == 1


@pytest.mark.skipif(not AIRFLOW_3, reason="Airflow 2's dag.test takes no parameters that lack a value")
def test_job_and_span_must_be_told(project: Project, rerun):
    with pytest.raises(Exception, match="job|from|to"):
        rerun(job=None)
    assert not (project.root / "asked").exists()
