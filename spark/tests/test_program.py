"""The program as a process: its exit codes, and what it tells, shows and logs."""

import base64
import json
import subprocess

from cases import CASES, CLEAR, DAY1, KEY, SIMPLE, simple
from program import run_program, written
from support import Job


def run(found, plan: dict, *arguments: str, key: str | None = None) -> subprocess.CompletedProcess:
    found.environment.pop("NARU_TREATMENT_KEY", None)
    environment = {"NARU_TREATMENT_KEY": key} if key else {}
    return run_program(found, written(found, json.dumps(plan)), "--lake", str(found.lake), *arguments, **environment)


def test_no_key_and_no_value_is_in_what_spark_keeps(project, tmp_path):
    job = CASES["treated"]
    found = project(job)
    found.drop(*job.drops[0])
    plan = found.plan(DAY1).json
    logs = tmp_path / "events"
    logs.mkdir()
    told = ["--conf=spark.eventLog.enabled=true", f"--conf=spark.eventLog.dir={logs.as_uri()}",
            "--conf=spark.eventLog.compress=false"]
    done = run(found, plan, *told, key=KEY)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == 200
    [log] = logs.iterdir()
    events = log.read_bytes()
    assert b"MapInArrow" in events and b"SparkListenerEnvironmentUpdate" in events, "the log holds plans and settings"
    secret = bytes.fromhex(KEY)
    for kept in (events, done.stdout.encode(), done.stderr.encode()):
        for forbidden in (KEY.encode(), KEY.upper().encode(), secret, base64.b64encode(secret)):
            assert forbidden not in kept
        for value in CLEAR:
            assert value.encode() not in kept


def test_exit_codes(project):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(3))})
    plan = found.plan(DAY1).json
    refused = run(found, {**plan, "mode": "cdc"})
    assert refused.returncode == 1
    assert "this is no load plan" in refused.stderr
    assert run(found, {**plan, "engine": "pl"}).returncode == 1
    assert run(found, {"version": 1}).returncode == 1
    nothing = run(found, {**plan, "sources": []})
    assert nothing.returncode == 75, nothing.stderr
    found.drop(DAY1, {"a.csv": simple(range(4))})
    changed = run(found, plan)
    assert changed.returncode == 75 and "has changed" in changed.stderr, changed.stderr
    assert "dev_deposit.account" not in found.tables() or not found.tables()["dev_deposit.account"]["rows"]


def test_a_missing_key_is_told_before_spark_starts(project):
    job = CASES["treated"]
    found = project(job)
    found.drop(*job.drops[0])
    done = run(found, found.plan(DAY1).json)
    assert done.returncode == 1
    assert "NARU_TREATMENT_KEY" in done.stderr
