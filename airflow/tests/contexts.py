"""Contexts of tasks, as far as operators look at them."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")


def context(start: str | None = None, end: str | None = None, asked: str = "2026-11-23T00:00:05", **params: Any) -> dict[str, Any]:
    """A run's context; times are Seoul's. Without ``start`` it is a run that was triggered without a logical date."""
    moment = lambda text: text and datetime.fromisoformat(text).replace(tzinfo=SEOUL)  # noqa: E731
    pushed: dict[str, Any] = {}
    ti = SimpleNamespace(xcom_push=lambda key, value: pushed.update({key: value}), pushed=pushed)
    run = SimpleNamespace(
        logical_date=moment(start), run_after=moment(asked), data_interval_start=moment(start), data_interval_end=moment(end)
    )
    return {"dag_run": run, "params": params, "ti": ti}
