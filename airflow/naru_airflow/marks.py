"""Asking marks, which every successful run and other schedulers write: by ``naru wait``, in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from .request import report_of

#: Exit codes of ``naru wait --timeout 0``.
ALL_THERE = 0
NOT_YET = 75


def wait_command(
    binary: str, project: str | None, phase: str | None, job: str, interval: tuple[str, str], slice_unit: str
) -> list[str]:
    """The command that looks once. The interval is the waiting run's, ISO 8601."""
    where = [*(["--project", project] if project else []), *(["--phase", phase] if phase else [])]
    about = ["--interval-start", interval[0], "--interval-end", interval[1], "--slice", slice_unit]
    return [binary, "wait", job, *about, "--timeout", "0", "--json", *where]


def in_words(command: Sequence[str], exit_code: int, output: str, errors: str) -> str:
    """What a look has found, for the log."""
    told = report_of(output)
    if exit_code in (ALL_THERE, NOT_YET) and isinstance(told, dict):
        missing = ", ".join(told.get("missing", ())[:5])
        return f"{told.get('done')} of {told.get('wanted')} marks of {told.get('job')}" + (f", not yet {missing}" if missing else "")
    return f"`{' '.join(command)}` ended with {exit_code}: {errors.strip() or 'it said nothing'}"
