"""How long Airflow takes to parse many DAG files of three lines, with one manifest.

::

    python bench/parse_dags.py [--files 2000] [--processor]

Prints, one figure a line: the manifest's size; reading it, as each process of a DAG processor does once; all files parsed
in one process (Airflow's ``DagBag``); with ``--processor`` also a whole pass of Airflow's own DAG processor, which parses
each file in a process of its own and writes it to the database.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
CADENCES = {"d": "0 0 * * *", "h": "0 * * * *", "m": "0 0 1 * *", "w": "0 0 * * 1"}


def write_project(root: Path, files: int) -> Path:
    """A project of so many jobs; every fourth needs another. Each has a doc page of 20 columns. The manifest's path."""
    dags = root / "dags"
    dags.mkdir()
    (root / "naru.toml").write_text('org = "acme"\n')
    jobs: dict[str, dict] = {}
    rows = "".join(f"| COLUMN_{n} | column_{n} | decimal(18,2) | p1 | a column of the source |\n" for n in range(20))
    for number in range(files):
        cadence = list(CADENCES)[number % 4]
        name = f"corebank__area{number % 40}__table{number}__p1__append__auto__{cadence}"
        needs = [next(reversed(jobs))] if number % 4 == 3 else []
        jobs[name] = {
            "dag_id": name,
            "dag_file": f"{name}.py",
            "definition": f"table-defs/area{number % 40}/table{number}.csv",
            "table": f"area{number % 40}.table{number}",
            "source": "corebank",
            "level": "p1",
            "mode": "append",
            "engine": "auto",
            "cadence": cadence,
            "schedule": CADENCES[cadence],
            "needs": [{"job": job, "slice": "month", "cadence": job[-1], "written": job} for job in needs],
            "tags": [f"area{number % 40}", "p1", "append", "corebank"],
            "owner": "data-platform",
            "description": f"from corebank into area{number % 40}.table{number}",
            "doc_md": f"# area{number % 40}.table{number}\n\n| source | target | type | level | description |\n| - | - | - | - | - |\n{rows}",
        }
        arguments = f", needs={json.dumps(needs)}" if needs else ""
        (dags / f"{name}.py").write_text(f"from naru_airflow import job_dag\n\ndag = job_dag(__file__{arguments})\n")
    manifest = dags / "naru-manifest.json"
    settings = {"retries": 3, "naru_binary": "naru"}
    about = {"format": 1, "naru_version": "0.1.0", "phase": "dev", "org": "acme", "time_zone": "Asia/Seoul", "commit": None}
    manifest.write_text(json.dumps(about | {"airflow": settings, "jobs": jobs}))
    return manifest


class Clock:
    """Time since its start: by the clock on the wall, and of the processors, ended children included."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), sum(os.times()[:4])

    def tell(self, what: str, files: int = 1) -> None:
        wall, cpu = time.perf_counter() - self._wall, sum(os.times()[:4]) - self._cpu
        each = f", {1000 * cpu / files:.1f} ms of a processor each" if files > 1 else ""
        print(f"{what}: {wall:.2f} s, {cpu:.2f} s of a processor{each}", flush=True)


def in_one_process(manifest: Path, files: int) -> None:
    from airflow.models.dagbag import DagBag

    from naru_airflow.manifest import manifest_for

    dag_file = next(manifest.parent.glob("*.py"))
    clock = Clock()
    manifest_for(dag_file)
    clock.tell("manifest read")
    clock = Clock()
    bag = DagBag(manifest.parent, include_examples=False)
    assert len(bag.dags) == files and not bag.import_errors, bag.import_errors
    clock.tell(f"{files} files in one process", files)


def by_the_processor(home: Path, files: int) -> None:
    command = [sys.executable, "-m", "airflow"]
    subprocess.run([*command, "db", "migrate"], check=True, capture_output=True)
    clock = Clock()
    ran = subprocess.run([*command, "dag-processor", "--num-runs", "1"], capture_output=True, text=True)
    clock.tell(f"{files} files by a pass of the DAG processor, its start included", files)
    listed = subprocess.run([*command, "dags", "list", "--output", "json"], capture_output=True, text=True)
    found = len(json.loads(listed.stdout[listed.stdout.index("[{") :]))
    assert found == files, f"{found} DAGs\n{ran.stdout[-3000:]}{ran.stderr[-3000:]}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--files", type=int, default=2000)
    arguments.add_argument("--processor", action="store_true", help="also a pass of Airflow's DAG processor")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        home = root / "airflow"
        home.mkdir()
        os.environ |= {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(root / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
            "PYTHONPATH": str(PACKAGE),
        }
        sys.path.insert(0, str(PACKAGE))
        manifest = write_project(root, given.files)
        print(f"manifest of {given.files} jobs: {manifest.stat().st_size / 1e6:.1f} MB")
        in_one_process(manifest, given.files)
        if given.processor:
            by_the_processor(home, given.files)


if __name__ == "__main__":
    main()
