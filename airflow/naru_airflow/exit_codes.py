"""What an exit code of naru means for a task: done, failed for good, or to be tried again."""

from __future__ import annotations

import signal

from .compat import AirflowException, AirflowFailException

FAILED = 1
USAGE = 2
TRY_AGAIN_LATER = 75

_FOR_GOOD = {
    FAILED: "trying again does not help; mend what the log names, then clear this task",
    USAGE: "the command line is wrong: do naru and naru_airflow have one version?",
}


def raise_for(exit_code: int, what: str, message: str | None) -> None:
    """Raises for any exit code but 0.

    :raises AirflowFailException: 1 and 2, whatever retries are left.
    :raises AirflowException: all others, also of a program that a signal has ended; retries are Airflow's.
    """
    if exit_code == 0:
        return
    told = f": {message}" if message else ""
    if exit_code in _FOR_GOOD:
        raise AirflowFailException(f"{what} failed (exit code {exit_code}){told}; {_FOR_GOOD[exit_code]}")
    raise AirflowException(f"{what} is to be tried again ({_in_words(exit_code)}){told}")


def _in_words(exit_code: int) -> str:
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return f"ended by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"ended by signal {-exit_code}"
