"""A child process: its progress line by line, its result at the end, and a clean end when it is told to stop."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

#: How long a process that was told to stop may take: naru commits or rolls back, and cleans up.
GRACE_SECONDS = 30

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildProcess:
    """A program in a process group of its own.

    On Linux it is told to stop (SIGTERM) when the process that started it dies, however that dies: a worker that was
    killed leaves no load behind that nobody watches.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """:raises OSError: the program cannot be started."""
        # A file, not a pipe: a long result must not block the program while its progress is read.
        self._output = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=_die_with_parent if _libc else None,
        )

    def progress(self) -> Iterator[str]:
        """What it writes to standard error, line by line as it comes, until it closes it."""
        for line in self._process.stderr or ():
            yield line.rstrip("\n")

    def wait(self) -> tuple[int, str]:
        """Its exit code (of one that a signal ended, the signal's number, negative), and its standard output."""
        # With a timeout each time, so that a signal's handler can wait for the same process.
        while True:
            try:
                code = self._process.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                continue
        self._output.seek(0)
        return code, self._output.read().decode(errors="replace")

    def ask_to_stop(self) -> None:
        """Sends SIGTERM to its group, and does not wait."""
        self._signal(signal.SIGTERM)

    def stop(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Ends it: SIGTERM to its group, SIGKILL when it has not ended in time. Once ended, does nothing."""
        if self._process.poll() is not None:
            return
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + grace_seconds
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if self._process.poll() is None:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            pass


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
