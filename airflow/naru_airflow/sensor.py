"""The sensor that waits for an upstream job's intervals of a slice: an hour, a day, a week, a month, …

What counts is which span of time the upstream has done, not when it was scheduled: when its schedule changes, nobody
downstream has anything to change.
"""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from . import marks, slices
from .compat import AirflowException, AirflowFailException, BaseSensorOperator
from .operator import ON_DEMAND
from .sensor_triggers import MarksTrigger, UpstreamRunsTrigger
from .upstream_runs import count_successes, successful_intervals

MARKS = "marks"
AIRFLOW = "airflow"
_TOLD = 5


class NaruSliceSensor(BaseSensorOperator):
    """Satisfied when an upstream job has succeeded for all its intervals that overlap the slices of this run's interval.

    :param upstream_job: the upstream's name; ``upstream_dag_id`` its DAG, ``upstream_cadence`` its cadence.
    :param slice_unit: hour, day, week, month, quarter or year.
    :param cadence: cadence of the job that waits, for runs without a data interval.
    :param look_in: ``marks`` (by ``naru wait``) or ``airflow`` (the upstream DAG's successful runs).
    :param deferrable: wait in the triggerer, without a worker.
    """

    ui_color = "#e8f3d6"

    def __init__(
        self,
        *,
        upstream_job: str,
        upstream_dag_id: str,
        upstream_cadence: str,
        slice_unit: str,
        cadence: str,
        time_zone: str,
        look_in: str = AIRFLOW,
        phase: str | None = None,
        project: str | None = None,
        binary: str = "naru",
        deferrable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if look_in not in (MARKS, AIRFLOW):
            raise ValueError(f'waits look in "{MARKS}" or "{AIRFLOW}", not in "{look_in}"')
        self.upstream_job = upstream_job
        self.upstream_dag_id = upstream_dag_id
        self.upstream_cadence = upstream_cadence
        self.slice_unit = slice_unit
        self.cadence = cadence
        self.time_zone = time_zone
        self.look_in = look_in
        self.phase = phase
        self.project = project
        self.binary = binary
        self.deferrable = deferrable

    def poke(self, context: Any) -> bool:
        interval = self._interval(context)
        return self._marks_are_there(interval) if self.look_in == MARKS else self._runs_are_there(interval)

    def execute(self, context: Any) -> Any:
        if not self.deferrable:
            return super().execute(context)
        deadline = datetime.now(timezone.utc) + timedelta(seconds=self.timeout)
        return self._look_or_defer(context, deadline)

    def execute_after_look(self, context: Any, event: dict[str, Any], deadline: str) -> Any:
        """Goes on when the trigger has seen that it may be worth looking."""
        if event.get("error"):
            raise AirflowFailException(event["error"])
        return self._look_or_defer(context, datetime.fromisoformat(deadline))

    def _look_or_defer(self, context: Any, deadline: datetime) -> None:
        # Counted before it is looked at, so that what succeeds meanwhile is not missed.
        seen = count_successes(self.upstream_dag_id) if self.look_in == AIRFLOW else 0
        if self.poke(context):
            return
        self.defer(
            trigger=self._trigger(context, seen),
            method_name="execute_after_look",
            kwargs={"deadline": deadline.isoformat()},
            timeout=max(deadline - datetime.now(timezone.utc), timedelta(seconds=1)),
        )

    def _trigger(self, context: Any, seen: int) -> Any:
        if self.look_in == MARKS:
            return MarksTrigger(self._wait_command(self._interval(context)), self.poke_interval)
        return UpstreamRunsTrigger(self.upstream_dag_id, seen, self.poke_interval)

    def _runs_are_there(self, interval: slices.Span) -> bool:
        zone = ZoneInfo(self.time_zone)
        parts = slices.wanted(interval, self.slice_unit, self.upstream_cadence, zone)
        within = slices.Span(parts[0].start, parts[-1].end)
        done: list[slices.Span] = []
        missing = parts
        for run in successful_intervals(self.upstream_dag_id, within):
            done.append(run)
            missing = self._missing(parts, done, zone)
            if not missing:
                break
        first = ", ".join(slices.text(part, self.upstream_cadence, zone) for part in missing[:_TOLD])
        self.log.info(
            "%d of %d intervals of %s are done%s",
            len(parts) - len(missing),
            len(parts),
            self.upstream_job,
            f", not yet {first}" if missing else "",
        )
        return not missing

    def _missing(self, parts: list[slices.Span], done: list[slices.Span], zone: ZoneInfo) -> list[slices.Span]:
        if self.upstream_cadence == ON_DEMAND:
            return [part for part in parts if not any(part.start <= run.start < part.end for run in done)]
        return slices.missing(parts, done, zone)

    def _marks_are_there(self, interval: slices.Span) -> bool:
        command = self._wait_command(interval)
        try:
            looked = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise AirflowFailException(f"cannot start {self.binary}: {error.strerror}") from error
        found = marks.in_words(command, looked.returncode, looked.stdout, looked.stderr)
        self.log.info("%s", found)
        if looked.returncode not in (marks.ALL_THERE, marks.NOT_YET):
            for_good = looked.returncode in (1, 2)
            raise (AirflowFailException if for_good else AirflowException)(found)
        return looked.returncode == marks.ALL_THERE

    def _wait_command(self, interval: slices.Span) -> list[str]:
        bounds = (interval.start.isoformat(), interval.end.isoformat())
        return marks.wait_command(self.binary, self.project, self.phase, self.upstream_job, bounds, self.slice_unit)

    def _interval(self, context: Any) -> slices.Span:
        """The waiting run's own interval; of a job on demand, the instant that it was asked for."""
        run = context["dag_run"]
        instant = run.logical_date or run.run_after
        if self.cadence == ON_DEMAND:
            return slices.Span(instant, instant)
        if run.data_interval_start is None or run.data_interval_end is None:
            return slices.last_over(self.cadence, instant, ZoneInfo(self.time_zone))
        return slices.Span(run.data_interval_start, run.data_interval_end)
