"""Runs one command and measures it as the operating system sees it."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """One run of one command."""

    seconds: float
    """Wall clock, from before the process starts until it has ended."""
    peak_mib: float
    """Greatest resident memory of the process (ru_maxrss)."""
    cpu_seconds: float
    """User and system time of all its threads."""


class Failed(Exception):
    """A command ended with another code than expected."""


def measure(command: list[str], log: Path, exit_code: int = 0) -> Measurement:
    """Runs a command; its output goes to `log`, its errors beside it. Raises Failed with the end of both.

    Linux counts a new process's memory from that of the process that forked it, so the caller must itself be small: this
    package imports nothing but the standard library, and results are verified by other processes.
    """
    # What earlier runs left to be written must not be written during this one.
    os.sync()
    told = log.with_name(f"{log.name}.errors")
    with log.open("wb") as output, told.open("wb") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != exit_code:
        lines = [line for path in (log, told) for line in path.read_text(errors="replace").splitlines()]
        tail = "\n".join(lines[-20:])
        raise Failed(f"{Path(command[0]).name} {Path(command[1]).name if len(command) > 1 else ''} "
                     f"ended with code {process.returncode}:\n{tail}")
    return Measurement(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
