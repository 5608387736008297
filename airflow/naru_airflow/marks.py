"""Asking marks, which every successful run and other schedulers write: by ``naru wait``, in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from .request import report_of

#: Exit codes of ``naru wait --timeout 0``.
ALL_THERE = 0
NOT_YET = 75
_TOLD = 5


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
    if exit_code not in (ALL_THERE, NOT_YET) or not isinstance(told, dict):
        return f"`{' '.join(command)}` ended with {exit_code}: {errors.strip() or 'it said nothing'}"
    if not told["intervals"]:
        return f"{told['job']}, on demand: {len(told['marks'])} marks"
    wanted, missing = len(told["intervals"]), told["missing"]
    not_yet = f", not yet {', '.join(missing[:_TOLD])}" if missing else ""
    return f"{wanted - len(missing)} of {wanted} intervals of {told['job']} are marked{not_yet}"
