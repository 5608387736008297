"""Errors of a run and their exit codes, as `naru run` has them."""

from typing import Any

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
