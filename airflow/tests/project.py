"""Projects for tests: naru.toml, DAG files, and a manifest as naru writes it."""

from __future__ import annotations

import json
import stat
import sys
import textwrap
from pathlib import Path
from typing import Any

UPSTREAM = "webshop__sales__order__p1__append__auto__d"
MONTHLY = "webshop__sales__month__p1__append__auto__m"
ON_DEMAND = "webshop__sales__fix__p1__append__auto__x"
_SCHEDULES = {"h": "0 * * * *", "d": "0 0 * * *", "w": "0 0 * * 1", "m": "0 0 1 * *", "x": None}


class Project:
    """A project in a directory. ``binary`` is a program that stands for naru, until a test puts the real one there."""

    def __init__(self, root: Path, binary: str | None = None) -> None:
        self.root = root
        self.dags = root / "dags"
        self.dags.mkdir(parents=True)
        (root / "naru.toml").write_text('org = "acme"\ntime_zone = "Asia/Seoul"\n')
        self.binary = binary or str(root / "bin" / "naru")
        self.settings: dict[str, Any] = {"naru_binary": self.binary, "retry_delay_seconds": 0}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.has_marks = False

    def job(self, name: str, needs: list[dict[str, str]] = (), **written: Any) -> Path:
        """Adds a job: its entry in the manifest, its DAG file."""
        source, database, table, level, mode, engine, cadence = name.split("__")
        self.jobs[name] = {
            "dag_id": name,
            "dag_file": f"{name}.py",
            "definition": f"table-defs/{database}/{table}.csv",
            "table": f"{database}.{table}",
            "source": source,
            "level": level,
            "mode": mode,
            "engine": engine,
            "cadence": cadence,
            "schedule": _SCHEDULES[cadence],
            "needs": list(needs),
            "tags": [database, level, mode, source],
            "owner": "sales-team",
            "description": f"from {source} into {database}.{table}",
            "doc_md": f"# {database}.{table}\n",
            **written,
        }
        self.write_manifest()
        return self.dag_file(name, [need.get("written", need["job"]) for need in needs])

    def dag_file(self, name: str, needs: list[str] = ()) -> Path:
        """The three lines."""
        path = self.dags / f"{name}.py"
        arguments = f", needs={json.dumps(list(needs))}" if needs else ""
        path.write_text(f"from naru_airflow import job_dag\n\ndag = job_dag(__file__{arguments})\n")
        return path

    def content(self) -> dict[str, Any]:
        """The manifest."""
        return {
            "format": 1,
            "naru_version": "0.1.0",
            "phase": "dev",
            "org": "acme",
            "time_zone": "Asia/Seoul",
            "digest": "0" * 64,
            "commit": None,
            "airflow": self.settings,
            "has_marks": self.has_marks,
            "jobs": self.jobs,
        }

    def write_manifest(self) -> Path:
        path = self.dags / "naru-manifest.json"
        path.write_text(json.dumps(self.content()))
        return path

    def stand_in(self, body: str) -> Path:
        """Puts a Python program in the place of naru; ``argv`` are its arguments, ``root`` the project's directory."""
        path = Path(self.binary)
        path.parent.mkdir(parents=True, exist_ok=True)
        head = f"#!{sys.executable} -S\nimport json, os, signal, sys, time\nargv = sys.argv[1:]\nroot = {str(self.root)!r}\n"
        path.write_text(head + textwrap.dedent(body))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path


def need(job: str, slice_unit: str = "day", written: str | None = None) -> dict[str, str]:
    """A need as the manifest has it."""
    return {"job": job, "slice": slice_unit, "cadence": job.rpartition("__")[2], "written": written or job}


def load_dag(path: Path) -> Any:
    """What Airflow makes of a DAG file."""
    scope = {"__file__": str(path), "__name__": "dag_file"}
    exec(compile(path.read_text(), path, "exec"), scope)
    return scope["dag"]
