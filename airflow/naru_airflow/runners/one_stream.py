"""Output and progress where a place mixes them into one log: progress is JSON a line, the rest is the report."""

from __future__ import annotations

from typing import Any

from ..progress import Progress
from ..request import report_of


class OneStream:
    """Takes the lines of a log, as they come."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._rest: list[str] = []

    def take(self, line: str) -> None:
        if not self._progress.take(line):
            self._rest.append(line)

    def report(self) -> Any:
        """The report, once all lines are there; where they hold none, they go to the task's log instead."""
        report = report_of("\n".join(self._rest))
        if report is None:
            for line in self._rest:
                self._progress.take_any(line)
        return report
