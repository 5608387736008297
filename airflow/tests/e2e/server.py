"""A real Airflow on loopback: API server, scheduler, DAG processor and triggerer, on SQLite; and a client of its API."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
_COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")
_PACKAGE = Path(__file__).parents[2]


class AirflowServer:
    """Starts in the ``with`` statement, ends with it. ``home`` keeps the database and the logs."""

    def __init__(self, home: Path, dags: Path) -> None:
        self.home = home
        self.port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._token = ""
        home.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "NARU_"))}
        self.environment = kept | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "3",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{self.port}/execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "sqlite_patience.CONNECT_ARGS",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API_AUTH__JWT_SECRET": "of-the-tests-alone-and-long-enough-to-sign-with",
            "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME": "86400",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "3",
            "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "10",
            "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "180",
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
            # How soon a worker that is gone is noticed.
            "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "2",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "3",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PYTHONPATH": f"{_PACKAGE}:{Path(__file__).parent}",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NO_PROXY": "*",
        }

    def __enter__(self) -> AirflowServer:
        self.command("db", "migrate")
        # Kept in the file: writers wait for one another, and readers for nobody.
        with sqlite3.connect(self.home / "airflow.db") as database:
            database.execute("PRAGMA journal_mode=WAL")
        for component in _COMPONENTS:
            log = (self.home / f"{component}.log").open("wb")
            command = [sys.executable, "-m", "airflow", component]
            self._processes.append(
                subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
            )
        self.until("the API server answers", self._log_in, 300)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                pass
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def command(self, *arguments: str) -> str:
        """Runs ``airflow …``; its output."""
        command = [sys.executable, "-m", "airflow", *arguments]
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def get(self, path: str) -> Any:
        return self._call("GET", f"/api/v2{path}")

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("POST", f"/api/v2{path}", body)

    def backfill(self, dag_id: str, first: str, last: str, at_once: int = 1) -> None:
        """Asks for the runs of a span; ISO 8601, both ends included."""
        span = {"from_date": first, "to_date": last, "max_active_runs": at_once, "reprocess_behavior": "failed"}
        for attempts_left in reversed(range(5)):
            try:
                self._call("POST", "/api/v2/backfills", {"dag_id": dag_id, **span}, attempts=1)
                return
            except AssertionError:
                # Airflow makes a backfill's runs one by one: it may have lost its database to another writer on the way.
                if not attempts_left:
                    raise
            for begun in self.get(f"/backfills?dag_id={dag_id}")["backfills"]:
                if not begun["completed_at"]:
                    self._call("PUT", f"/api/v2/backfills/{begun['id']}/cancel")

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        return self._call("PATCH", f"/api/v2{path}", body)

    def until(self, what: str, look: Callable[[], T | None], seconds: float = 180, every: float = 0.5) -> T:
        """What a look gives, once it gives something; it looks again after `every` seconds."""
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            dead = [c for c, p in zip(_COMPONENTS, self._processes) if p.poll() is not None]
            assert not dead, f"{dead} ended: {self.last_lines(dead[0])}"
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
            time.sleep(every)

    def last_lines(self, component: str) -> str:
        return (self.home / f"{component}.log").read_text(errors="replace")[-3000:]

    def unpause(self, dag_id: str) -> None:
        self.patch(f"/dags/{dag_id}", {"is_paused": False})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        return self.get(f"/dags/{dag_id}/dagRuns?limit=100")["dag_runs"]

    def trigger(self, dag_id: str, logical_date: str | None = None, **conf: Any) -> str:
        """Asks for a run; its id."""
        return self.post(f"/dags/{dag_id}/dagRuns", {"logical_date": logical_date, "conf": conf})["dag_run_id"]

    def ended(self, dag_id: str, run_id: str, seconds: float = 240) -> dict[str, Any]:
        """A run, once it has succeeded or failed."""

        def look() -> dict[str, Any] | None:
            run = self.get(f"/dags/{dag_id}/dagRuns/{run_id}")
            return run if run["state"] in ("success", "failed") else None

        return self.until(f"run {run_id} of {dag_id} ends", look, seconds)

    def task(self, dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
        return self.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}")

    def log(self, dag_id: str, run_id: str, task_id: str, attempt: int | None = None) -> str:
        """The log of a task's attempt, by default the last."""
        attempt = attempt or self.task(dag_id, run_id, task_id)["try_number"]
        return json.dumps(self.get(f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/logs/{attempt}"), ensure_ascii=False)

    def xcom(self, dag_id: str, run_id: str, task_id: str) -> Any:
        path = f"/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value"
        value = self.get(path)["value"]
        return json.loads(value) if isinstance(value, str) else value

    def xcom_or_none(self, dag_id: str, run_id: str, task_id: str, rows: int) -> Any:
        """The task's report, once it tells of so many rows."""
        try:
            report = self.xcom(dag_id, run_id, task_id)
        except AssertionError:
            return None
        return report if report["runs"][0]["rows"] == rows else None

    def _log_in(self) -> bool:
        try:
            self._token = self._call("GET", "/auth/token")["access_token"]
        except OSError:
            return False
        return True

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None, attempts: int = 4) -> Any:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        request.add_header("Authorization", f"Bearer {self._token}")
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        data = json.dumps(body).encode() if body is not None else None
        for attempts_left in reversed(range(attempts)):
            try:
                with opener.open(request, data, timeout=120) as answer:
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                # SQLite refuses a writer at once that has read what another has changed since; nothing was done then.
                if error.code != 500 or not attempts_left:
                    raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error
                time.sleep(1)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
