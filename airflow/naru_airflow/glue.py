"""Waiting for a Glue run without a worker: naru has started it and was asked to leave it working.

::

    task ─ naru run ─ "Glue run jr_… is started" ─ SIGTERM ─▶ exit code 75, deferred
                                                                  │ GlueRunTrigger (triggerer) asks Glue
    task ◀─ naru run again: it takes the run's result ◀───────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from .aws_client import aws_client
from .compat import BaseTrigger, TriggerEvent
from .exit_codes import FAILED, TRY_AGAIN_LATER

#: Failed looks in a row after which the task goes back to its worker, where naru looks by itself.
_LOOKS_THAT_MAY_FAIL = 10
_SUCCEEDED = "SUCCEEDED"
_ENDED_WITHOUT_RESULT = {"TIMEOUT", "STOPPED", "EXPIRED"}
_ENDED = {_SUCCEEDED, "FAILED", "ERROR", *_ENDED_WITHOUT_RESULT}

#: What Glue says of a failed run that can succeed later. The words of ``naru_core::glue_job::RunMeaning``, which a test
#: compares: asked again, naru would start the next attempt of a failed run, so that it cannot be asked what one means.
NO_ROOM = (
    "resource unavailable",
    "max concurrent job runs",
    "max concurrent compute",
    "maximum concurrent compute capacity",
    "concurrent runs exceeded",
    "concurrentrunsexceeded",
    "resourcenumberlimitexceeded",
)
PROGRAM_TRIES_AGAIN = "SystemExit: 75"


class GlueRunTrigger(BaseTrigger):
    """Fires when a run of a Glue job has ended, with its ``state`` and ``reason``; state none: Glue could not be asked."""

    def __init__(self, job: str, run_id: str, region: str | None, poll_seconds: float = 30) -> None:
        super().__init__()
        self.job = job
        self.run_id = run_id
        self.region = region
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        arguments = ("job", "run_id", "region", "poll_seconds")
        return f"{__name__}.{type(self).__name__}", {name: getattr(self, name) for name in arguments}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        failed_looks = 0
        while True:
            try:
                run = await asyncio.to_thread(self._look)
                failed_looks = 0
                if run["JobRunState"] in _ENDED:
                    yield TriggerEvent(self._event(run["JobRunState"], run.get("ErrorMessage") or None))
                    return
            except Exception as error:  # The trigger of a task must not die of a look that failed.
                failed_looks += 1
                self.log.warning("Glue run %s could not be looked at: %s", self.run_id, error)
                if failed_looks == _LOOKS_THAT_MAY_FAIL:
                    yield TriggerEvent(self._event(None, str(error)))
                    return
            await asyncio.sleep(self.poll_seconds)

    def _look(self) -> dict[str, Any]:
        client = aws_client("glue", self.region, None)
        return client.get_job_run(JobName=self.job, RunId=self.run_id)["JobRun"]

    def _event(self, state: str | None, reason: str | None) -> dict[str, Any]:
        return {"run_id": self.run_id, "state": state, "reason": reason}


def exit_code_of(event: dict[str, Any]) -> int:
    """What naru's exit code would have been, had it waited for a run that has ended so; 0 also where naru is to look."""
    state, reason = event["state"], event["reason"] or ""
    if state in (None, _SUCCEEDED):
        return 0
    no_room = any(words in reason.lower() for words in NO_ROOM)
    if state in _ENDED_WITHOUT_RESULT or state == "FAILED" and (no_room or PROGRAM_TRIES_AGAIN in reason):
        return TRY_AGAIN_LATER
    return FAILED
