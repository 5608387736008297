"""What an ECS task starts, with a folder in the place of S3: the project is there, and the command takes its place."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import templates

TASK = Path(__file__).resolve().parents[1] / "task"
JOB = "corebank__deposit__account__p2__merge__auto__d"
# `aws s3 cp --only-show-errors --recursive s3://BUCKET/ FOLDER/`, where s3://BUCKET/ is a folder below $BUCKETS.
AWS = """#!/usr/bin/env bash
set -euo pipefail
[ "$1 $2 $3 $4" = "s3 cp --only-show-errors --recursive" ]
mkdir -p "$6"
cp -R "${5/#s3:\\/\\//$BUCKETS/}." "$6"
"""


@pytest.fixture
def environment(tmp_path: Path, naru: str) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "aws").write_text(AWS)
    (tmp_path / "bin" / "aws").chmod(0o755)
    (tmp_path / "bin" / "naru").symlink_to(Path(naru).resolve())
    shutil.copytree(templates.PROJECT, tmp_path / "s3/acme-dev-defs", ignore=shutil.ignore_patterns("dags"))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NARU_")}
    return {
        **kept,
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "BUCKETS": f"{tmp_path}/s3",
        "NARU_DEFS_BUCKET": "acme-dev-defs",
        "NARU_PROJECT": f"{tmp_path}/task/project",
        "NARU_PHASE": "dev",
    }


def start(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess:
    return subprocess.run([TASK / "entrypoint", *command], env=environment, capture_output=True, text=True)


def test_the_command_finds_the_synced_project(environment):
    said = start(environment, "naru", "name", JOB, "--json")
    assert said.returncode == 0 and '"acme-dev-lake-p2"' in said.stdout, said.stderr


def test_the_commands_exit_code_is_the_tasks(environment):
    assert start(environment, "naru", "run", "no job").returncode == 2
    assert start(environment, "sh", "-c", "exit 75").returncode == 75


def test_without_a_bucket_nothing_is_started(environment):
    del environment["NARU_DEFS_BUCKET"]
    said = start(environment, "sh", "-c", "echo started")
    assert said.returncode != 0 and "names the bucket of definitions" in said.stderr and not said.stdout


def test_the_image_is_what_the_task_definitions_say(synthesized):
    image = (TASK / "Dockerfile").read_text()
    definitions = synthesized.of_type("AWS::ECS::TaskDefinition")
    assert definitions
    for each in definitions:
        [container] = each.properties["ContainerDefinitions"]
        assert f"USER {container['User']}\n" in image
        assert "EntryPoint" not in container and "Command" not in container, "the image's own"
        assert each.properties["RuntimePlatform"]["CpuArchitecture"] == "ARM64" and "linux/arm64" in image
