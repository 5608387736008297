"""Data intervals of an upstream DAG's successful runs, as this Airflow knows them.

Always by data interval: a logical date says what a run covers only for scheduled runs. One that was triggered by hand
covers what was over by then, and its logical date may look like the day after.

Airflow 3 gives tasks no database. What it offers to a task is the last run before a logical date, which is walked back
run by run; to a trigger no more than a count of runs. So a trigger watches the count, and a task looks when it changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from .compat import AIRFLOW_3
from .slices import Span

SUCCESS = "success"
#: How many runs that were triggered after a slice are looked at; such a run may cover a part of it.
_LATER_RUNS = 1000


def successful_intervals(dag_id: str, within: Span) -> Iterator[Span]:
    """Intervals of successful runs that may overlap a span, nearest first: those scheduled for it, then those triggered
    later by hand. To be stopped as soon as enough is known. To be called in a task.
    """
    return _by_supervisor(dag_id, within) if AIRFLOW_3 else _by_database(dag_id, within)


def count_successes(dag_id: str) -> int:
    """How many runs of a DAG have succeeded so far. To be called in a task or a trigger."""
    if AIRFLOW_3:
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

        return RuntimeTaskInstance.get_dr_count(dag_id=dag_id, states=[SUCCESS])
    return _count_in_database(dag_id)


def _by_supervisor(dag_id: str, within: Span) -> Iterator[Span]:
    yield from _walk_back(dag_id, within.end, down_to=within.start)
    far = datetime(9999, 1, 1, tzinfo=timezone.utc)
    for looked_at, interval in enumerate(_walk_back(dag_id, far, down_to=within.end)):
        if looked_at == _LATER_RUNS:
            return
        yield interval


def _walk_back(dag_id: str, before: datetime, down_to: datetime) -> Iterator[Span]:
    """Runs by logical date, the latest first; the last one is the first before ``down_to``, since it may reach beyond."""
    while before >= down_to:
        run = _previous_success(dag_id, before)
        if run is None:
            return
        if run.data_interval_start is not None and run.data_interval_end is not None:
            yield Span(run.data_interval_start, run.data_interval_end)
        before = run.logical_date


def _previous_success(dag_id: str, before: datetime):
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import GetPreviousDagRun

    message = GetPreviousDagRun(dag_id=dag_id, logical_date=before, state=SUCCESS)
    return task_runner.SUPERVISOR_COMMS.send(message).dag_run


def _by_database(dag_id: str, within: Span) -> Iterator[Span]:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        found = session.query(DagRun.data_interval_start, DagRun.data_interval_end).filter(
            DagRun.dag_id == dag_id,
            DagRun.state == SUCCESS,
            DagRun.data_interval_start < within.end,
            DagRun.data_interval_end >= within.start,
        )
        intervals = [Span(start, end) for start, end in found]
    yield from intervals


def _count_in_database(dag_id: str) -> int:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        return session.query(DagRun).filter(DagRun.dag_id == dag_id, DagRun.state == SUCCESS).count()
