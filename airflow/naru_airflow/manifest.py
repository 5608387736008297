"""What ``naru-manifest.json`` says: jobs with their schedules and needs, and Airflow's settings.

::

    DAG file ──folder, then upward──▶ naru-manifest.json ──once a process and state of the file──▶ Manifest
                     └──none──▶ naru manifest (see ``manifest_fallback``)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import ManifestError
from .manifest_fallback import manifest_by_binary

MANIFEST_FILE = "naru-manifest.json"
PROJECT_FILE = "naru.toml"
FORMAT = 1

_read: dict[Path, tuple[tuple[int, int], Manifest]] = {}


@dataclass(frozen=True)
class Need:
    """An upstream job that has to have succeeded within a slice.

    ``slice`` is hour, day, week, month, quarter or year; ``cadence`` is the upstream's (h d w m q y x); ``written`` is
    the need as the DAG file has it.
    """

    job: str
    slice: str
    cadence: str
    written: str


@dataclass(frozen=True)
class Job:
    """One job. ``schedule`` is a cron expression in the project's time zone; none: on demand. ``level`` is p0 to p3."""

    name: str
    level: str
    dag_id: str
    schedule: str | None
    cadence: str
    needs: tuple[Need, ...]
    tags: tuple[str, ...]
    owner: str
    description: str
    doc_md: str


@dataclass(frozen=True)
class Settings:
    """``[airflow]`` of naru.toml. Times are in seconds."""

    retries: int = 3
    retry_delay_seconds: int = 300
    execution_timeout_seconds: int = 7200
    pool: str = "default_pool"
    owner: str = "data-platform"
    max_active_runs: int = 1
    start_date: str = "2026-01-01"
    catchup: bool = False
    runner: str = "local"
    runner_options: dict[str, Any] | None = None
    naru_binary: str = "naru"
    wait_timeout_seconds: int = 7 * 24 * 3600
    wait_poll_seconds: int = 60
    deferrable: bool = True

    @classmethod
    def of(cls, written: dict[str, Any]) -> Settings:
        """The settings that a manifest has; keys of a later naru are passed over."""
        return cls(**{key: value for key, value in written.items() if key in cls.__dataclass_fields__})

    def options_at(self, level: str) -> dict[str, Any]:
        """What the runner needs to know, of a job's level: functions and tasks are each level's own."""
        return _at_level(self.runner_options or {}, level)


def _at_level(value: Any, level: str) -> Any:
    if isinstance(value, str):
        return value.replace("{level}", level)
    if isinstance(value, list):
        return [_at_level(part, level) for part in value]
    if isinstance(value, dict):
        return {key: _at_level(part, level) for key, part in value.items()}
    return value


class Manifest:
    """One project's manifest. Jobs are looked at when asked for: a file of 2,000 is read for one of them."""

    def __init__(self, content: dict[str, Any], place: str, project: Path | None) -> None:
        self.place = place
        #: Directory of naru.toml: above the DAG files, or where the manifest was made; none: not on this machine.
        self.project = project or _there(content.get("project"))
        #: Whether runs leave marks, so that waits look there.
        self.has_marks: bool = content.get("has_marks", False)
        self.phase: str = content["phase"]
        self.time_zone: str = content["time_zone"]
        self.settings = Settings.of(content.get("airflow", {}))
        self._jobs: dict[str, dict[str, Any]] = content["jobs"]
        self._made_by = f"naru {content.get('naru_version', 'of an unknown version')}"
        if content.get("commit"):
            self._made_by += f" at commit {content['commit']}"

    def job(self, name: str) -> Job:
        """What the manifest says of one job.

        :raises ManifestError: it does not know the job.
        """
        written = self._jobs.get(name)
        if written is None:
            raise ManifestError(
                f'job "{name}" is not in {self.place}, which {self._made_by} has made of {len(self._jobs)} jobs',
                "a DAG file's name is its job: run `naru check`, then `naru sync` (or `naru manifest`) after jobs were "
                "added, renamed or removed",
            )
        return Job(
            name=name,
            level=written["level"],
            dag_id=written["dag_id"],
            schedule=written["schedule"],
            cadence=written["cadence"],
            needs=tuple(_need(need) for need in written.get("needs", ())),
            tags=tuple(written.get("tags", ())),
            owner=written.get("owner") or self.settings.owner,
            description=written.get("description") or "",
            doc_md=written.get("doc_md") or "",
        )

    def names(self) -> list[str]:
        """All jobs' names."""
        return sorted(self._jobs)

    def dag_id(self, name: str) -> str:
        """The id of a job's DAG; of a job that the manifest does not know, its name."""
        return self._jobs.get(name, {}).get("dag_id", name)


def manifest_for(dag_file: Path) -> Manifest:
    """The manifest that a DAG file stands under.

    :raises ManifestError: there is none and none can be made, or it cannot be read.
    """
    folder = dag_file.resolve().parent
    project = next((up for up in (folder, *folder.parents) if (up / PROJECT_FILE).is_file()), None)
    for up in (folder, *folder.parents):
        path = up / MANIFEST_FILE
        if path.is_file():
            return _read_once(path, project)
        if up == project:
            break
    if project is None:
        raise ManifestError(
            f"there is no {MANIFEST_FILE} beside {dag_file.name} or above, and no {PROJECT_FILE} to make it of",
            "`naru sync` puts it beside the DAG files; by hand: `naru manifest --output dags/naru-manifest.json`",
        )
    return _parse(manifest_by_binary(project), f"what `naru manifest` says of {project}", project)


def _read_once(path: Path, project: Path | None) -> Manifest:
    try:
        state = path.stat()
        key = (state.st_mtime_ns, state.st_size)
        known = _read.get(path)
        if known is None or known[0] != key:
            known = _read[path] = (key, _parse(path.read_bytes(), str(path), project))
        return known[1]
    except OSError as error:
        raise ManifestError(f"cannot read {path}: {error.strerror}", "run `naru sync` again") from error


def _parse(text: bytes, place: str, project: Path | None) -> Manifest:
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ManifestError(
                f"{place} has format {content['format']}, this naru_airflow reads format {FORMAT}",
                "install the naru_airflow of the naru that wrote it",
            )
        return Manifest(content, place, project)
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestError(f"{place} is no manifest: {type(error).__name__}: {error}", "run `naru sync` again") from error


def _there(project: str | None) -> Path | None:
    return Path(project) if project and Path(project, PROJECT_FILE).is_file() else None


def _need(written: dict[str, str]) -> Need:
    return Need(written["job"], written["slice"], written["cadence"], written.get("written", written["job"]))
