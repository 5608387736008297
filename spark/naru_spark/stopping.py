"""Told to stop by whoever started the program, who may also be gone: the end of standard input says either.

Spark's jobs are cancelled then, and the run looks before its commit; in the middle of a swap it is not interrupted.
"""

import contextlib
import os
import threading
import time

from pyspark import SparkContext
from pyspark.sql import SparkSession

from naru_spark.errors import TRY_LATER, RunError

# Jobs may begin after the first time, up to the next place where the run looks.
CANCEL_EVERY_SECONDS = 0.5
# How long tasks of a cancelled job may take to delete what they were writing.
TASKS_END_WITHIN_SECONDS = 10


class Stop:
    """Whether the run was told to stop. It never is unless `attend` was called."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def attend(self, descriptor: int = 0) -> str:
        """The first line of a file descriptor; its end after that says to stop. Raises OSError."""
        # Not `sys.stdin`, whose lock a thread that waits for input would hold when the program ends.
        read = b""
        while b"\n" not in read:
            part = os.read(descriptor, 1 << 16)
            if not part:
                raise OSError("standard input ended before its first line did")
            read += part
        threading.Thread(target=self._wait, args=(descriptor,), daemon=True).start()
        return read.partition(b"\n")[0].decode("utf-8")

    @property
    def is_told(self) -> bool:
        return self._told.is_set()

    def require_not_told(self) -> None:
        """Raises RunError once the run was told to stop."""
        if self.is_told:
            raise RunError("the run was told to stop before its commit", TRY_LATER)

    def wait_for_tasks(self, spark: SparkSession) -> None:
        """Before a session ends: of a run that was told to stop, until its tasks have ended. Each deletes its own file."""
        until = time.monotonic() + TASKS_END_WITHIN_SECONDS
        while self.is_told and time.monotonic() < until:
            executors = spark.sparkContext._jsc.sc().statusTracker().getExecutorInfos()
            if not any(executor.numRunningTasks() for executor in executors):
                return
            time.sleep(0.1)

    def _wait(self, descriptor: int) -> None:
        while os.read(descriptor, 1 << 16):
            pass
        self._told.set()
        while True:
            context = SparkContext._active_spark_context
            # A session that is just being started, or stopped, has nothing to cancel.
            with contextlib.suppress(Exception):
                if context is not None:
                    context.cancelAllJobs()
            time.sleep(CANCEL_EVERY_SECONDS)
