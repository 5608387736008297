"""What a task asks of naru, and what came of it; whoever runs it (see ``runners``)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from .progress import GlueRun


@dataclass(frozen=True)
class RunRequest:
    """One run of a job: for an interval (``start``, ``end``: ISO 8601), or, on demand, for a run key (``date``)."""

    job: str
    phase: str | None
    interval_start: str | None = None
    interval_end: str | None = None
    date: str | None = None

    def arguments(self) -> list[str]:
        """The command line behind the program's name."""
        about = ["--date", self.date] if self.date else ["--interval-start", self.interval_start, "--interval-end", self.interval_end]
        phase = ["--phase", self.phase] if self.phase else []
        return ["run", self.job, *about, *phase, "--json", "--log", "json"]

    def event(self) -> dict[str, Any]:
        """The event that naru on Lambda takes."""
        return {
            "event": "run",
            "job": self.job,
            "interval_start": self.interval_start,
            "interval_end": self.interval_end,
            "date": self.date,
            "phase": self.phase,
        }


@dataclass(frozen=True)
class Ended:
    """How a run ended: naru's exit code, its report (the JSON of ``naru run --json``), and what it said of an error."""

    exit_code: int
    report: Any = None
    message: str | None = None
    #: A Glue run that was left working, to be waited for elsewhere.
    glue_run: GlueRun | None = field(default=None)


def report_of(output: str) -> Any:
    """The report in a program's output; none: there is none, as of a run that was killed."""
    try:
        return json.loads(output)
    except ValueError:
        return None
