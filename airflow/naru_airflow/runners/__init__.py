"""Where a run's process is: on the worker, on AWS Lambda, in an ECS task, in a Kubernetes pod.

A runner starts naru for a :class:`~naru_airflow.request.RunRequest`, hands its progress on line by line, and says how it
ended. It raises :class:`~naru_airflow.errors.RunnerError` for what is configured wrongly, and
:class:`~naru_airflow.errors.NotStarted` for what can pass. ``stop`` may be called from a signal's handler while ``run``
goes on, and ends the run as far as the place allows.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from ..errors import RunnerError
from ..progress import Progress
from ..request import Ended, RunRequest


class Runner(Protocol):
    """What each module of this package makes, by its ``runner`` function."""

    def run(self, request: RunRequest, progress: Progress) -> Ended: ...

    def stop(self) -> None: ...


_MODULES = {"local": "local", "lambda": "aws_lambda", "ecs": "ecs", "kubernetes": "kubernetes"}


def make_runner(kind: str, options: dict[str, Any], binary: str, project: str | None, leave_glue_runs: bool) -> Runner:
    """The runner of a configuration.

    :param options: ``runner_options`` of the manifest.
    :param leave_glue_runs: whether a run may be left while Glue works, where the runner can.
    :raises RunnerError: there is no such runner, or an option is missing or unknown.
    """
    if kind not in _MODULES:
        raise RunnerError(f'there is no runner "{kind}": the runners are {", ".join(_MODULES)} ([airflow] runner in naru.toml)')
    make: Callable[..., Runner] = import_module(f".{_MODULES[kind]}", __name__).runner
    return make(options, binary=binary, project=project, leave_glue_runs=leave_glue_runs)


def check_options(kind: str, options: dict[str, Any], required: set[str], optional: set[str]) -> None:
    """Refuses options that are missing or unknown, all at once."""
    faults = [f'needs the option "{name}"' for name in sorted(required - options.keys())]
    faults += [f'does not know the option "{name}"' for name in sorted(options.keys() - required - optional)]
    if faults:
        raise RunnerError(f"runner {kind} {', '.join(faults)} ([airflow.runner_options] in naru.toml)")
