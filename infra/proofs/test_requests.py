"""Every request that a command makes is allowed to the role that makes it: templates give what naru needs.

A load asks by itself here, with all rights of moto; its requests are written down, and put to the policies of the function's role
and of the task's role of its level.
"""

import boto3
import pytest
from asked import Asked, Recording
from permissions import Permissions

ROWS = {
    "deposit": "ACNT_NO,BAL_AMT,OPEN_DT\n2001,5.00,20260105\n",
    "reference": "BR_NO,BR_NM\n003,Daegu\n",
}
# One row that does not fit: it goes to quarantine, and the run fails.
WRONG = {"deposit": "ACNT_NO,BAL_AMT,OPEN_DT\n2002,much,20260105\n"}


@pytest.fixture(scope="module")
def permissions(templates) -> Permissions:
    return Permissions(templates)


def denied(permissions, roles, requests) -> list[str]:
    """What the policies do not allow."""
    assert requests
    aliases = {each["TargetKeyId"]: each["AliasName"] for each in boto3.client("kms").list_aliases(Limit=1000)["Aliases"] if "TargetKeyId" in each}
    asked = [Asked(permissions, permissions.roles[role], aliases) for role in roles]
    questions = [question for each in asked for question in each.questions(requests)]
    return sorted(str(question) for question in set(questions) - permissions.allowed(questions))


@pytest.mark.parametrize("name", ["dev", "prod"])
@pytest.mark.parametrize("database", ["deposit", "reference"])
def test_a_run_by_the_roles_that_load_its_level(deployed, permissions, record, name, database):
    phase = deployed[name]
    job = phase.job(database)
    phase.naru("apply").ok()
    phase.drop(job, "2026-12-20", "rows.csv", ROWS[database])
    recording = Recording(record)
    assert phase.load(job, "2026-12-20").ok().json()[0]["status"] == "loaded"
    requests = recording.requests()
    assert any(request["method"] == "PUT" for request in requests)
    roles = [f"acme-{name}-{kind}-{job['level']}" for kind in ("naru", "task", "glue")]
    assert denied(permissions, roles, requests) == []
    # And to nobody of another level.
    assert denied(permissions, [f"acme-{name}-naru-p1"], requests) != []


def test_rows_that_do_not_fit_by_the_roles_that_load(deployed, permissions, record):
    phase = deployed["dev"]
    job = phase.job("deposit")
    phase.naru("apply").ok()
    phase.drop(job, "2026-12-21", "rows.csv", WRONG["deposit"])
    recording = Recording(record)
    phase.load(job, "2026-12-21").fails(1)
    requests = recording.requests()
    assert any("-quarantine-" in request["path"] and request["method"] == "PUT" for request in requests)
    assert denied(permissions, [f"acme-dev-{kind}-p2" for kind in ("naru", "task")], requests) == []


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_sync_and_its_plan_by_the_pipelines_roles(deployed, permissions, record, tmp_path, name):
    phase = deployed[name]
    wheel = tmp_path / "kernel.whl"
    wheel.write_bytes(b"PK stands for the wheel: nothing runs it")
    recording = Recording(record)
    phase.naru("sync", "--plan", "--wheel", str(wheel)).ok()
    phase.naru("check", "--live").ok()
    assert denied(permissions, [f"acme-{name}-plan"], recording.requests()) == []
    recording = Recording(record)
    phase.naru("sync", "--wheel", str(wheel)).ok()
    assert denied(permissions, [f"acme-{name}-sync"], recording.requests()) == []
