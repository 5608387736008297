"""Errors of a run and their exit codes, as `naru run` has them."""

from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

FAILED = 1
TRY_LATER = 75


class RunError(Exception):
    """A run that did nothing to its table. `exit_code` is 1, or 75 where the same run may succeed later; `outcome` what
    there is to tell of it all the same, as `run.Outcome`.
    """

    def __init__(self, message: str, exit_code: int = FAILED, *, outcome: Any = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.outcome = outcome


class Conflict(RunError):
    """Others changed what the run was planned for; run it again."""

    def __init__(self, table: str, what: str) -> None:
        super().__init__(f"{table}: {what} since the run was planned; run the job again", TRY_LATER)


# Whose messages tell of places and not of rows.
PLACES = ("java.io.", "java.net.", "java.nio.", "java.sql.", "org.sqlite.", "org.apache.hadoop.", "software.amazon.",
          "org.apache.iceberg.exceptions.")


def reason_of(error: Py4JJavaError | PySparkException) -> str:
    """What Spark or Iceberg failed by: the innermost cause, with its first line where that cannot hold a value."""
    if isinstance(error, PySparkException):
        return type(error).__name__
    cause = error.java_exception
    while cause.getCause() is not None:
        cause = cause.getCause()
    name, message = cause.getClass().getName(), cause.getMessage()
    if not message or not name.startswith(PLACES):
        return name
    return f"{name}: {message.splitlines()[0]}"
