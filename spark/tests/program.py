"""The program as a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from conftest import SMALL, jars
from support import Project

PACKAGE = Path(__file__).parents[1]


def command(found: Project, plan: str, *arguments: str, script: tuple[str, ...] = ("-m", "naru_spark"),
            **environment: str) -> dict:
    """What starts the program by a plan, as arguments of `subprocess`. `script`: what Python runs in its place."""
    path = os.pathsep.join([str(PACKAGE), *sys.path])
    settings = [f"--conf={name}={value}" for name, value in SMALL.items()]
    return {"args": [sys.executable, *script, "--plan", plan, "--jars", jars(), "--range-mib", "1", *settings, *arguments],
            "env": {**found.environment, **environment, "PYTHONPATH": path}}


def run_program(found: Project, plan: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(**command(found, plan, *arguments, **environment), capture_output=True, text=True, check=False)


def written(found: Project, plan: str) -> str:
    """A plan's file."""
    path = found.root / "plan.json"
    path.write_text(plan, encoding="utf-8")
    return str(path)
