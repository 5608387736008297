"""The operator that runs a job for the data interval of its DAG's run."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from . import slices
from .compat import AirflowException, AirflowFailException, BaseOperator
from .errors import NotStarted, RunnerError
from .exit_codes import raise_for
from .glue import GlueRunTrigger, exit_code_of
from .progress import Progress
from .request import Ended, RunRequest
from .runners import Runner, make_runner

ON_DEMAND = "x"


class NaruRunOperator(BaseOperator):
    """Runs ``naru run`` for the interval of the DAG's run, where ``runner`` says.

    Exit code 0 succeeds; 1 and 2 fail without a retry; 75 and all others (signals, too) are retried as Airflow is told to.
    The run's report is the task's return value in XCom, also of a run that failed.

    :param job: the job's name.
    :param cadence: the job's cadence (h d w m q y x), for runs without a data interval.
    :param time_zone: the project's time zone, an IANA name.
    :param phase: dev, qa or prod; none: the environment's or naru.toml's.
    :param project: directory of naru.toml on the worker, where it is known.
    :param runner: local, lambda, ecs or kubernetes; ``runner_options`` are its.
    :param deferrable: leave the worker while Glue works (runner local).
    """

    ui_color = "#cfe8ef"

    def __init__(
        self,
        *,
        job: str,
        cadence: str,
        time_zone: str,
        phase: str | None = None,
        project: str | None = None,
        binary: str = "naru",
        runner: str = "local",
        runner_options: dict[str, Any] | None = None,
        deferrable: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.cadence = cadence
        self.time_zone = time_zone
        self.phase = phase
        self.project = project
        self.binary = binary
        self.runner = runner
        self.runner_options = runner_options or {}
        self.deferrable = deferrable
        self._running: Runner | None = None

    def execute(self, context: Any) -> Any:
        request = self._request(context)
        try:
            self._running = make_runner(self.runner, self.runner_options, self.binary, self.project, self.deferrable)
            self.log.info("naru %s", " ".join(request.arguments()))
            ended = self._running.run(request, Progress(self.log))
        except RunnerError as error:
            raise AirflowFailException(str(error)) from error
        except NotStarted as error:
            raise AirflowException(f"{self.job} is to be tried again: {error}") from error
        finally:
            self._running = None
        if ended.glue_run is not None:
            self._leave(ended)
        if ended.exit_code != 0 and ended.report is not None:
            context["ti"].xcom_push(key="return_value", value=ended.report)
        raise_for(ended.exit_code, self.job, ended.message)
        return ended.report

    def execute_after_glue(self, context: Any, event: dict[str, Any]) -> Any:
        """Goes on when the Glue run that was left has ended: naru takes its result from the table."""
        self.log.info("Glue run %s has ended: %s", event["run_id"], event["state"] or "unknown, naru looks itself")
        raise_for(exit_code_of(event), f"Glue run {event['run_id']} of {self.job}", event["reason"] or event["state"])
        return self.execute(context)

    def on_kill(self) -> None:
        if self._running is not None:
            self.log.info("this task is told to stop, and so is naru")
            self._running.stop()

    def _leave(self, ended: Ended) -> None:
        run = ended.glue_run
        self.log.info("the worker is left while Glue run %s works; its log: %s", run.run_id, run.log_link)
        self.defer(trigger=GlueRunTrigger(run.job, run.run_id, run.region), method_name="execute_after_glue")

    def _request(self, context: Any) -> RunRequest:
        zone = ZoneInfo(self.time_zone)
        run = context["dag_run"]
        instant: datetime = run.logical_date or run.run_after
        if self.cadence == ON_DEMAND:
            date = (context.get("params") or {}).get("date") or instant.astimezone(zone).date().isoformat()
            return RunRequest(self.job, self.phase, date=date)
        start, end = run.data_interval_start, run.data_interval_end
        if start is None or end is None:
            # Triggered without a logical date: the same interval on each retry, since the run's own time decides.
            last = slices.last_over(self.cadence, instant, zone)
            start, end = last.start, last.end
        return RunRequest(self.job, self.phase, start.isoformat(), end.isoformat())
