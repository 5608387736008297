"""The ready DAG that reruns a span of a job, and what stands on it: shows first what it will touch, then does it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum

from .compat import DAG, AirflowFailException, AirflowSkipException, BaseOperator, Param
from .exit_codes import raise_for
from .manifest import manifest_for
from .process import ChildProcess
from .progress import Progress
from .request import report_of

DAG_ID = "naru_rerun"
_DOC = """\
Runs a job again for a span of time, the oldest interval first, and, if asked, the jobs that need it. The task `plan` shows
what will be touched; `rerun` does it. Trigger it with `only_plan` to look before.

A run that was stopped half-way goes on where it stopped when it is started with the same parameters.
"""
_DAY = {"type": "string", "minLength": 4}


def rerun_dag(file: str) -> DAG:
    """The rerun DAG of the project that a DAG file stands in; the file's name begins with ``_``, so that it is no job.

    :param file: the DAG file's ``__file__``.
    :raises ManifestError: as for ``job_dag``.
    """
    manifest = manifest_for(Path(file))
    settings = manifest.settings
    common = {
        "binary": settings.naru_binary,
        "project": str(manifest.project) if manifest.project else None,
        "phase": manifest.phase,
    }
    with DAG(
        dag_id=DAG_ID,
        description="Runs a span of a job again, what needs it included",
        doc_md=_DOC,
        schedule=None,
        start_date=pendulum.parse(settings.start_date, tz=manifest.time_zone),
        catchup=False,
        max_active_runs=1,
        tags=["naru"],
        params={
            "job": Param(None, type="string", minLength=1, title="Job", description="Its name", examples=manifest.names()),
            "from": Param(None, **_DAY, title="From", description="First interval or day, such as 2026-11-01"),
            "to": Param(None, **_DAY, title="To", description="Last interval or day, which is run, too"),
            "downstream": Param(True, type="boolean", title="Downstream", description="The jobs that need it, too"),
            "parallel": Param(2, type="integer", minimum=1, maximum=64, title="Jobs at once"),
            "only_plan": Param(False, type="boolean", title="Only show what it would touch"),
        },
        default_args={
            "owner": settings.owner,
            "retries": settings.retries,
            "retry_delay": timedelta(seconds=settings.retry_delay_seconds),
        },
    ) as dag:
        plan = NaruRerunOperator(task_id="plan", only_plan=True, **common)
        rerun = NaruRerunOperator(task_id="rerun", only_plan=False, pool=settings.pool, **common)
        plan >> rerun
    dag.fileloc = file
    return dag


class NaruRerunOperator(BaseOperator):
    """Runs ``naru rerun`` by the parameters of the DAG's run; the plan, or the report, is in XCom."""

    ui_color = "#f6e3c5"

    def __init__(self, *, only_plan: bool, binary: str, project: str | None, phase: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.only_plan = only_plan
        self.binary = binary
        self.project = project
        self.phase = phase
        self._child: ChildProcess | None = None

    def execute(self, context: Any) -> Any:
        params = context["params"]
        if params["only_plan"] and not self.only_plan:
            raise AirflowSkipException("only the plan was asked for")
        command = self._command(params)
        self.log.info("%s", " ".join(command))
        progress = Progress(self.log)
        try:
            self._child = child = ChildProcess(command)
        except OSError as error:
            raise AirflowFailException(f"cannot start {self.binary}: {error.strerror}") from error
        try:
            for line in child.progress():
                progress.take_any(line)
            exit_code, output = child.wait()
        finally:
            child.stop()
        for line in output.splitlines():
            self.log.info("%s", line)
        report = report_of(output)
        if exit_code != 0 and report is not None:
            context["ti"].xcom_push(key="return_value", value=report)
        raise_for(exit_code, f"naru rerun {params['job']}", progress.error)
        return report

    def on_kill(self) -> None:
        if self._child is not None:
            self._child.stop()

    def _command(self, params: Any) -> list[str]:
        where = [*(["--project", self.project] if self.project else []), *(["--phase", self.phase] if self.phase else [])]
        how = ["--plan"] if self.only_plan else ["--parallel", str(params["parallel"]), "--yes"]
        downstream = ["--downstream"] if params["downstream"] else []
        span = ["--from", params["from"], "--to", params["to"]]
        return [self.binary, "rerun", params["job"], *span, *downstream, *how, "--json", "--log", "json", *where]
