"""Errors of a run and their exit codes, as `naru run` has them."""

FAILED = 1
TRY_LATER = 75


class RunError(Exception):
    """A run that did nothing to its table. `exit_code` is 1, or 75 where the same run may succeed later."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Conflict(RunError):
    """Others changed what the run was planned for; run it again."""

    def __init__(self, table: str, what: str) -> None:
        super().__init__(f"{table}: {what} since the run was planned; run the job again", TRY_LATER)
