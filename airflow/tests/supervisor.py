"""Airflow's DAG runs as a task of Airflow 3 can see them: by the messages of the Task SDK, with rules of its API server.

``/dag-runs/{dag_id}/previous`` gives the latest run before a logical date, ``/dag-runs/count`` counts
(``airflow/api_fastapi/execution_api/routes/dag_runs.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any


@dataclass
class Supervisor:
    """Answers messages; ``asked`` counts them."""

    runs: list[tuple[str, datetime | None, datetime | None, datetime | None, str]] = field(default_factory=list)
    asked: int = 0

    def add(self, dag_id: str, start: datetime, end: datetime, logical_date: datetime | None = None, state: str = "success") -> None:
        """A run of a data interval; scheduled ones have its start as their logical date."""
        self.runs.append((dag_id, logical_date or start, start, end, state))

    def send(self, message: Any) -> Any:
        self.asked += 1
        return getattr(self, f"_{message.type}")(message)

    def _GetPreviousDagRun(self, message: Any) -> Any:
        before = [
            SimpleNamespace(logical_date=logical, data_interval_start=start, data_interval_end=end)
            for dag_id, logical, start, end, state in self.runs
            if dag_id == message.dag_id and logical is not None and logical < message.logical_date and state == message.state
        ]
        return SimpleNamespace(dag_run=max(before, key=lambda run: run.logical_date, default=None))

    def _GetDRCount(self, message: Any) -> Any:
        return SimpleNamespace(count=sum(1 for run in self.runs if run[0] == message.dag_id and run[4] in message.states))
