"""Progress of a run in the task's log: naru's lines of JSON (``--log json``) as sentences at their levels."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

_LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "warning": logging.WARNING, "debug": logging.DEBUG}


@dataclass(frozen=True)
class GlueRun:
    """A run of a Glue job that naru waits for, as its progress tells it."""

    job: str
    run_id: str
    log_link: str = ""

    @property
    def region(self) -> str | None:
        """The region that the link to its log names."""
        return next(iter(parse_qs(urlsplit(self.log_link).query).get("region", [])), None)


class Progress:
    """Takes the lines of one run, logs them, and remembers what the task has to know of them."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        #: The Glue run that is waited for, once it is known.
        self.glue_run: GlueRun | None = None
        #: Heading of the last error told, with its hint.
        self.error: str | None = None

    def take(self, line: str) -> bool:
        """Logs a line. False: it is no progress, where output and progress come as one stream."""
        told = _told(line)
        if told is None:
            return False
        level = _LEVELS.get(str(told.get("level", "info")).lower(), logging.INFO)
        # Warnings of libraries have their message among the fields.
        message = told.get("message") or (told.get("fields") or {}).get("message") or line
        self._logger.log(level, "%s", message)
        if level == logging.ERROR:
            for detail in told.get("details") or ():
                self._logger.log(level, "  %s", detail)
            if told.get("hint"):
                self._logger.log(level, "hint: %s", told["hint"])
            self.error = message
        if told.get("glue_run") and told.get("glue_job"):
            self.glue_run = GlueRun(told["glue_job"], told["glue_run"], told.get("log", ""))
        return True

    def take_any(self, line: str) -> None:
        """Logs a line, also one that is not naru's."""
        if not self.take(line) and line.strip():
            self._logger.info("%s", line)


def _told(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) and "level" in told else None
