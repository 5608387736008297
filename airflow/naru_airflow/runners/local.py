"""naru as a process on the worker."""

from __future__ import annotations

from typing import Any

from ..errors import RunnerError
from ..exit_codes import TRY_AGAIN_LATER
from ..process import ChildProcess
from ..progress import Progress
from ..request import Ended, RunRequest, report_of
from . import check_options


class LocalRunner:
    """Runs the binary, in the project's directory as far as it is known.

    With ``leave_glue_runs``, naru is asked to stop as soon as it waits for a Glue run: it leaves that run working, and
    ends with exit code 75.
    """

    def __init__(self, binary: str, project: str | None, leave_glue_runs: bool) -> None:
        self._command = [binary, *(["--project", project] if project else [])]
        self._leave_glue_runs = leave_glue_runs
        self._child: ChildProcess | None = None

    def run(self, request: RunRequest, progress: Progress) -> Ended:
        try:
            self._child = child = ChildProcess([*self._command, *request.arguments()])
        except OSError as error:
            raise RunnerError(
                f"cannot start {self._command[0]}: {error.strerror}; install it on the workers, or name it "
                "([airflow] naru_binary in naru.toml)"
            ) from error
        left = False
        try:
            for line in child.progress():
                progress.take_any(line)
                if self._leave_glue_runs and progress.glue_run and not left:
                    left = True
                    child.ask_to_stop()
            exit_code, output = child.wait()
        finally:
            # However this ends (a timeout is an exception here), nothing goes on without being watched.
            child.stop()
        glue_run = progress.glue_run if left and exit_code == TRY_AGAIN_LATER else None
        return Ended(exit_code, report_of(output), progress.error, glue_run)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()


def runner(options: dict[str, Any], *, binary: str, project: str | None, leave_glue_runs: bool) -> LocalRunner:
    check_options("local", options, set(), {"project"})
    return LocalRunner(binary, options.get("project") or project, leave_glue_runs)
