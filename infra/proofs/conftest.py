"""The phases of `infra/tests/project` as templates, and moto with all that they say.

    naru layout ─▶ infra/synth ─▶ templates ─▶ make ─▶ moto ◀─ naru check --live, apply, sync, run ─▶ PyIceberg

`NARU` names naru's binary (default: the release build). Python is that of `tests/requirements.txt`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
sys.path[:0] = [str(HERE)]

import make  # noqa: E402
from phase import Phase, Project  # noqa: E402
from templates import Templates  # noqa: E402

PHASES = ("dev", "qa", "prod")
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "ap-northeast-2",
               "AWS_DEFAULT_REGION": "ap-northeast-2", "AWS_MAX_ATTEMPTS": "2"}  # fmt: skip


@pytest.fixture(scope="session")
def naru() -> str:
    target = os.environ.get("CARGO_TARGET_DIR", str(Path.home() / ".cache/naru/target"))
    binary = os.environ.get("NARU") or os.environ.get("NARU_TEST_BINARY") or f"{target}/release/naru"
    assert Path(binary).exists(), f"no binary at {binary}: cargo build --release --workspace"
    return binary


@pytest.fixture(scope="session")
def project(naru: str, tmp_path_factory) -> Project:
    """A copy of the project that the infrastructure's tests are about."""
    directory = tmp_path_factory.mktemp("project") / "project"
    shutil.copytree(CHECKOUT / "infra/tests/project", directory)
    return Project(directory, naru)


@pytest.fixture(scope="session")
def out(project: Project, tmp_path_factory) -> Path:
    """What `infra/synth` writes of all phases."""
    directory = tmp_path_factory.mktemp("cdk") / "cdk.out"
    environment = {**os.environ, "NARU": project.naru_binary, "NARU_PROJECT": str(project.directory), "CDK_OUTDIR": str(directory)}
    said = subprocess.run([CHECKOUT / "infra/synth"], env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    return directory


@pytest.fixture(scope="session")
def templates(out: Path, project: Project) -> Templates:
    """All stacks of all phases."""
    return Templates.read(out, [f"{project.org}-{name}-" for name in ("account", *PHASES)])


@pytest.fixture(scope="session")
def record(tmp_path_factory) -> Path:
    """The file that moto writes each request to."""
    return tmp_path_factory.mktemp("moto") / "requests.jsonl"


@pytest.fixture(scope="session")
def moto(record: Path):
    """Where moto answers; this process's boto3 asks there, too."""
    command = [sys.executable, "-B", str(CHECKOUT / "tests/aws/serve.py"), "--record", str(record)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL=server.stdout.readline().strip())
    yield os.environ["AWS_ENDPOINT_URL"]
    server.stdin.close()
    server.wait()


@pytest.fixture(scope="session")
def deployed(moto: str, out: Path, project: Project) -> dict[str, Phase]:
    """Phases dev and prod in moto, by their templates and those of the account."""
    phases = ("dev", "prod")
    stacks = Templates.read(out, [f"{project.org}-{name}-" for name in ("account", *phases)])
    made, _ = make.make(stacks)
    assert made["AWS::S3::Bucket"] >= 40
    return {phase: Phase(project, phase, boto3.client) for phase in phases}
