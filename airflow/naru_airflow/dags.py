"""A DAG of a job: waits for what the job needs, then runs it. Everything is taken from the manifest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum

from .compat import DAG, CronDataIntervalTimetable, Param
from .errors import ManifestError
from .manifest import Job, Manifest, Need, manifest_for
from .operator import NaruRunOperator
from .sensor import AIRFLOW, MARKS, NaruSliceSensor

RUN_TASK = "run"
_DATE = Param(
    None,
    type=["null", "string"],
    title="Run key",
    description="Names the run, and the folder that its files land in: a date, and words behind it if need be, as in "
    "2026-11-22-second-delivery. By default the day on which the run was asked for.",
)


def job_dag(file: str, needs: Sequence[str] = ()) -> DAG:
    """The DAG of the job that a DAG file is named after.

    :param file: the DAG file's ``__file__``.
    :param needs: upstream jobs, each a name, or ``NAME@SLICE``. ``naru check`` reads them where they are written, and the
        manifest says what they mean.
    :raises ManifestError: there is no manifest, it does not know the job, or knows other needs; Airflow shows it as the
        file's import error.
    """
    path = Path(file)
    manifest = manifest_for(path)
    job = manifest.job(path.stem)
    _check_needs(path, manifest, job, needs)
    settings = manifest.settings
    with DAG(
        dag_id=job.dag_id,
        description=job.description,
        doc_md=job.doc_md or None,
        schedule=job.schedule and CronDataIntervalTimetable(job.schedule, timezone=manifest.time_zone),
        start_date=pendulum.parse(settings.start_date, tz=manifest.time_zone),
        catchup=settings.catchup,
        max_active_runs=settings.max_active_runs,
        tags=list(job.tags),
        params={} if job.schedule else {"date": _DATE},
        default_args={
            "owner": job.owner,
            "retries": settings.retries,
            "retry_delay": timedelta(seconds=settings.retry_delay_seconds),
        },
    ) as dag:
        waits = [_wait(manifest, job, need) for need in job.needs]
        run = NaruRunOperator(
            task_id=RUN_TASK,
            job=job.name,
            cadence=job.cadence,
            runner=settings.runner,
            runner_options=settings.options_at(job.level),
            pool=settings.pool,
            execution_timeout=timedelta(seconds=settings.execution_timeout_seconds),
            **_common(manifest),
        )
        for wait in waits:
            wait >> run
    # The file that the user has written, not this one.
    dag.fileloc = file
    return dag


def _wait(manifest: Manifest, job: Job, need: Need) -> NaruSliceSensor:
    settings = manifest.settings
    return NaruSliceSensor(
        task_id=f"wait_for__{need.job}",
        upstream_job=need.job,
        # A job that is not in this Airflow is known by its marks alone.
        upstream_dag_id=manifest.dag_id(need.job),
        upstream_cadence=need.cadence,
        slice_unit=need.slice,
        cadence=job.cadence,
        look_in=MARKS if manifest.has_marks else AIRFLOW,
        poke_interval=settings.wait_poll_seconds,
        timeout=settings.wait_timeout_seconds,
        **_common(manifest),
    )


def _common(manifest: Manifest) -> dict[str, Any]:
    return {
        "time_zone": manifest.time_zone,
        "phase": manifest.phase,
        "project": str(manifest.project) if manifest.project else None,
        "binary": manifest.settings.naru_binary,
        "deferrable": manifest.settings.deferrable,
    }


def _check_needs(path: Path, manifest: Manifest, job: Job, needs: Sequence[str]) -> None:
    """An old manifest would wait for other jobs than the file says."""
    if isinstance(needs, str):
        raise ManifestError(f"{path.name}: needs is a text, not a list", f'write needs=["{needs}"]')
    told = {need.written: need.job for need in job.needs}
    differ = [need for need in needs if need not in told and need.partition("@")[0] not in told.values()]
    if differ or len(needs) != len(job.needs):
        raise ManifestError(
            f"{path.name} needs {', '.join(needs) or 'nothing'}, but {manifest.place} knows "
            f"{', '.join(told) or 'nothing'}",
            "run `naru check`, then `naru sync` (or `naru manifest`) after needs were changed",
        )
