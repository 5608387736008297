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
    """A command ended with another code than 0."""


def measure(command: list[str], log: Path, environment: dict[str, str] | None = None) -> Measurement:
    """Runs a command; its output goes to `log`. Raises Failed with the end of the output.

    Linux counts a new process's memory from that of the process that forked it, so the caller must itself be small: this
    package imports nothing but the standard library, and results are verified by other processes.
    """
    # What earlier runs left to be written must not be written during this one.
    os.sync()
    with log.open("wb") as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise Failed(f"{Path(command[0]).name} {Path(command[1]).name if len(command) > 1 else ''} "
                     f"ended with code {process.returncode}:\n{tail}")
    return Measurement(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
