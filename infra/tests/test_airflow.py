"""What Airflow's machines bring in before they start: `put` and then `startup.sh`, with a folder in the place of S3."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest
import templates

AIRFLOW = Path(__file__).resolve().parents[1] / "airflow"
# `aws s3 cp --only-show-errors FROM TO`, where s3://BUCKET/KEY is a file below $BUCKETS.
AWS = """#!/usr/bin/env bash
set -euo pipefail
[ "$1 $2 $3" = "s3 cp --only-show-errors" ]
from="${4/#s3:\\/\\//$BUCKETS/}" to="${5/#s3:\\/\\//$BUCKETS/}"
mkdir -p "$(dirname "$to")"
cp "$from" "$to"
"""


@pytest.fixture
def environment(tmp_path: Path, naru: str) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aws").write_text(AWS)
    (tmp_path / "bin" / "aws").chmod(0o755)
    release = tmp_path / "release"
    release.mkdir()
    (release / "naru").write_text("#!/bin/sh\necho naru 0.1.0\n")
    (release / "naru_airflow-0.1.0-py3-none-any.whl").write_bytes(b"wheel")
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(release.iterdir())]
    (release / "SHA256SUMS").write_text("".join(sums))
    return {
        **os.environ,
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "BUCKETS": f"{tmp_path}/s3",
        "NARU": naru,
        "NARU_PROJECT": str(templates.PROJECT),
        "NARU_DIRECTORY": f"{tmp_path}/machine",
    }


def put(tmp_path: Path, environment: dict[str, str]) -> Path:
    subprocess.run([AIRFLOW / "put", "dev", tmp_path / "release"], env=environment, check=True)
    return tmp_path / "s3/acme-dev-dags/airflow/startup.sh"


def test_a_machine_gets_what_was_put(tmp_path, environment):
    script = put(tmp_path, environment)
    said = subprocess.run(["bash", "-c", f". {script}; naru; echo $NARU_BINARY"], env=environment, capture_output=True, text=True)
    assert said.stdout.splitlines() == ["naru 0.1.0", f"{tmp_path}/machine/naru"], said.stderr
    assert (tmp_path / "machine/naru_airflow-0.1.0-py3-none-any.whl").read_bytes() == b"wheel"


def test_a_program_that_somebody_has_changed_is_not_run(tmp_path, environment):
    script = put(tmp_path, environment)
    (tmp_path / "s3/acme-dev-code/naru/0.1.0/naru").write_text("#!/bin/sh\necho other\n")
    assert subprocess.run(["bash", script], env=environment, capture_output=True).returncode != 0


def test_sums_that_somebody_has_changed_vouch_for_nothing(tmp_path, environment):
    script = put(tmp_path, environment)
    code = tmp_path / "s3/acme-dev-code/naru/0.1.0"
    (code / "naru").write_text("#!/bin/sh\necho other\n")
    sums = (code / "SHA256SUMS").read_text().splitlines()
    sums[0] = f"{hashlib.sha256((code / 'naru').read_bytes()).hexdigest()}  naru"
    (code / "SHA256SUMS").write_text("\n".join(sums) + "\n")
    assert subprocess.run(["bash", script], env=environment, capture_output=True).returncode != 0


def test_mwaa_is_told_where_they_are(synthesized):
    for each in synthesized.of_type("AWS::MWAA::Environment"):
        paths = (each.properties["StartupScriptS3Path"], each.properties["RequirementsS3Path"], each.properties["DagS3Path"])
        assert paths == ("airflow/startup.sh", "airflow/requirements.txt", "dags")
        version = (AIRFLOW.parents[1] / "airflow/tests/requirements.in").read_text()
        assert f"apache-airflow=={each.properties['AirflowVersion']}\n" in version, "what MWAA runs is what airflow/tests runs"
