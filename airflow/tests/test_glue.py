"""A task that leaves its worker while Glue works: what naru tells, the trigger against moto, and what ends mean."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import boto3
import pytest
from contexts import context
from project import UPSTREAM, Project

from naru_airflow import NaruRunOperator, glue
from naru_airflow.compat import AirflowException, AirflowFailException
from naru_airflow.glue import GlueRunTrigger

GLUE_JOB = f"acme-prod-{UPSTREAM}"
DAY = ("2026-11-22", "2026-11-23")
LINK = f"https://ap-northeast-2.console.aws.amazon.com/gluestudio/home?region=ap-northeast-2#/job/{GLUE_JOB}/run/jr_1"

# As naru does: tells the run, waits, and leaves it working when it is told to stop.
LEAVES_A_GLUE_RUN = f"""
    def stop(*_):
        print(json.dumps({{"level": "error", "message": "Glue run jr_1 goes on", "exit": 75}}), file=sys.stderr)
        print('[{{"status": "failed", "exit": 75}}]')
        sys.stdout.flush()
        os._exit(75)
    signal.signal(signal.SIGTERM, stop)
    line = {{"level": "info", "message": "Glue run jr_1 is started", "glue_job": {GLUE_JOB!r}, "glue_run": "jr_1", "log": {LINK!r}}}
    print(json.dumps(line), file=sys.stderr, flush=True)
    time.sleep(3 if os.path.exists(root + "/quick") else 60)
    print('[{{"rows": 2}}]')
    """


def operator(project: Project, **given) -> NaruRunOperator:
    return NaruRunOperator(task_id="run", job=UPSTREAM, cadence="d", time_zone="Asia/Seoul", binary=project.binary, **given)


def test_a_task_leaves_its_worker_as_soon_as_glue_works(project: Project):
    project.stand_in(LEAVES_A_GLUE_RUN)
    with pytest.raises(BaseException) as deferred:
        operator(project).execute(context(*DAY))
    assert type(deferred.value).__name__ == "TaskDeferred"
    trigger = deferred.value.trigger
    assert (trigger.job, trigger.run_id, trigger.region) == (GLUE_JOB, "jr_1", "ap-northeast-2")
    assert deferred.value.method_name == "execute_after_glue" and hasattr(NaruRunOperator, "execute_after_glue")


def test_a_task_that_may_not_leave_waits_itself(project: Project):
    project.stand_in(LEAVES_A_GLUE_RUN)
    (project.root / "quick").touch()
    assert operator(project, deferrable=False).execute(context(*DAY)) == [{"rows": 2}]


@pytest.mark.parametrize("state", ["SUCCEEDED", None])
def test_back_on_a_worker_naru_takes_the_result(project: Project, state: str | None):
    project.stand_in("print('[{\"rows\": 2}]')")
    event = {"run_id": "jr_1", "state": state, "reason": None}
    assert operator(project).execute_after_glue(context(*DAY), event) == [{"rows": 2}]


@pytest.mark.parametrize(
    ("state", "reason", "raised"),
    [
        ("FAILED", "An error occurred: Unsupported class file major version", AirflowFailException),
        ("FAILED", None, AirflowFailException),
        ("ERROR", "no subnet", AirflowFailException),
        ("FAILED", "Resource unavailable. Please retry", AirflowException),
        ("FAILED", "SystemExit: 75", AirflowException),
        ("TIMEOUT", None, AirflowException),
        ("STOPPED", None, AirflowException),
        ("EXPIRED", None, AirflowException),
    ],
)
def test_what_an_end_means(project: Project, state: str, reason: str | None, raised: type):
    # No binary is there: a run that has failed must not be started anew by looking.
    event = {"run_id": "jr_1", "state": state, "reason": reason}
    with pytest.raises(AirflowException, match="Glue run jr_1 of webshop") as ended:
        operator(project).execute_after_glue(context(*DAY), event)
    assert type(ended.value) is raised


def test_the_words_are_those_of_the_binary():
    source = (Path(__file__).parents[2] / "crates/naru-core/src/glue_job/meaning.rs").read_text()
    listed = re.search(r"const NO_ROOM: &\[&str\] = &\[(.*?)\];", source, re.S).group(1)
    assert tuple(re.findall('"(.*?)"', listed)) == glue.NO_ROOM
    assert re.search('const PROGRAM_TRIES_AGAIN: &str = "(.*?)";', source).group(1) == glue.PROGRAM_TRIES_AGAIN


def test_the_trigger_is_restored_from_what_it_serializes():
    path, arguments = GlueRunTrigger("job", "jr_1", "us-east-1", 5).serialize()
    assert path == "naru_airflow.glue.GlueRunTrigger"
    assert GlueRunTrigger(**json.loads(json.dumps(arguments))).serialize() == (path, arguments)


@pytest.fixture
def glue_run():
    """A run of a Glue job in moto that ends after two looks."""
    from moto import mock_aws
    from moto.moto_api import state_manager

    with mock_aws():
        client = boto3.client("glue", region_name="us-east-1")
        client.create_job(Name=GLUE_JOB, Role="r", Command={"Name": "glueetl", "ScriptLocation": "s3://code/main.py"})
        state_manager.set_transition("glue::job_run", {"progression": "manual", "times": 2})
        yield client.start_job_run(JobName=GLUE_JOB)["JobRunId"]
        state_manager.unset_transition("glue::job_run")


def test_the_trigger_waits_for_the_end_of_a_run_in_moto(glue_run: str):
    event = asyncio.run(anext(GlueRunTrigger(GLUE_JOB, glue_run, "us-east-1", 0.01).run()))
    assert event.payload == {"run_id": glue_run, "state": "SUCCEEDED", "reason": None}


def test_a_trigger_that_cannot_ask_hands_back_to_naru(glue_run: str):
    event = asyncio.run(anext(GlueRunTrigger(GLUE_JOB, "jr_unknown", "us-east-1", 0.001).run()))
    assert event.payload["state"] is None and "EntityNotFound" in event.payload["reason"]
