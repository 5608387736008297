"""One synthesis, with cdk-nag, for all tests. `NARU` names naru's binary; `infra/tests/run` sets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import templates  # noqa: E402


@pytest.fixture(scope="session")
def naru() -> str:
    return os.environ["NARU"]


@pytest.fixture(scope="session")
def layouts(naru: str) -> dict[str, dict]:
    return {phase: templates.layout_of(naru, phase) for phase in templates.PHASES}


@pytest.fixture(scope="session")
def cdk_out(naru: str, tmp_path_factory) -> Path:
    """The templates of the test project, and cdk-nag's report. Findings make the synthesis fail, which findings.py judges."""
    directory = tmp_path_factory.mktemp("cdk") / "cdk.out"
    directory.mkdir()
    environment = {
        **os.environ,
        "NARU": naru,
        "NARU_PROJECT": str(templates.PROJECT),
        "CDK_OUTDIR": str(directory),
        "NARU_INFRA_NAG": "1",
    }
    said = subprocess.run([HERE.parent / "synth"], env=environment, capture_output=True, text=True)
    report = directory / "validation-report.json"
    assert report.exists() and (said.returncode == 0 or "ValidationFailed" in said.stderr), said.stderr
    assert json.loads(report.read_text())["pluginReports"]
    return directory


@pytest.fixture(scope="session")
def synthesized(cdk_out: Path, layouts) -> templates.Templates:
    return templates.load(cdk_out, layouts)
