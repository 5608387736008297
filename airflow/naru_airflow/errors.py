"""Errors of this package: heading first, then what to do."""

from __future__ import annotations


class ManifestError(Exception):
    """The manifest is missing, cannot be read, or does not say what a DAG file asks of it.

    Raised while a DAG file is parsed, so that Airflow shows it as the file's import error.
    """

    def __init__(self, heading: str, hint: str) -> None:
        super().__init__(f"{heading}\nhint: {hint}")


class RunnerError(Exception):
    """A runner is not configured, or what it needs is not installed. Trying again does not help."""


class NotStarted(Exception):
    """A runner could not start the run, or lost sight of it. Trying again can help."""
