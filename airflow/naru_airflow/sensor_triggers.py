"""What a waiting task leaves in the triggerer: cheap looks that say when it is worth coming back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async

from . import marks
from .compat import BaseTrigger, TriggerEvent
from .upstream_runs import count_successes


class UpstreamRunsTrigger(BaseTrigger):
    """Fires when the number of an upstream DAG's successful runs differs from the one that the task has seen."""

    def __init__(self, dag_id: str, seen: int, poll_seconds: float) -> None:
        super().__init__()
        self.dag_id = dag_id
        self.seen = seen
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return _path(self), {"dag_id": self.dag_id, "seen": self.seen, "poll_seconds": self.poll_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while await sync_to_async(count_successes)(self.dag_id) == self.seen:
            await asyncio.sleep(self.poll_seconds)
        yield TriggerEvent({})


class MarksTrigger(BaseTrigger):
    """Fires when ``naru wait`` finds all marks, or with an ``error`` when it cannot look."""

    def __init__(self, command: Sequence[str], poll_seconds: float) -> None:
        super().__init__()
        self.command = list(command)
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return _path(self), {"command": self.command, "poll_seconds": self.poll_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while True:
            try:
                looked = await self._look()
            except OSError as error:
                yield TriggerEvent({"error": f"the triggerer cannot start {self.command[0]}: {error.strerror}"})
                return
            exit_code, output, errors = looked
            found = marks.in_words(self.command, exit_code, output, errors)
            self.log.info("%s", found)
            if exit_code == marks.ALL_THERE:
                yield TriggerEvent({})
                return
            if exit_code in (1, 2):
                yield TriggerEvent({"error": found})
                return
            await asyncio.sleep(self.poll_seconds)

    async def _look(self) -> tuple[int, str, str]:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*self.command, stdout=pipe, stderr=pipe)
        try:
            output, errors = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        return process.returncode, output.decode(errors="replace"), errors.decode(errors="replace")


def _path(trigger: BaseTrigger) -> str:
    return f"{__name__}.{type(trigger).__name__}"
