"""naru in a task of Amazon ECS: the task definition has the image, its role and size; the command is the run's."""

from __future__ import annotations

import time
from typing import Any

from ..aws_client import aws_client
from ..errors import NotStarted
from ..progress import Progress
from ..request import Ended, RunRequest
from . import check_options
from .one_stream import OneStream

_POLL_SECONDS = 5.0
_OPTIONAL = {
    "launch_type", "subnets", "security_groups", "assign_public_ip", "region", "connection", "binary", "log_group",
    "log_stream_prefix",
}  # fmt: skip


class EcsRunner:
    """Starts a task, waits until it has stopped, and reads its log (awslogs) as it grows, where its group is told."""

    def __init__(self, ecs: Any, logs: Any | None, options: dict[str, Any], poll_seconds: float = _POLL_SECONDS) -> None:
        self._ecs = ecs
        self._logs = logs
        self._options = options
        self._poll_seconds = poll_seconds
        self._task: str | None = None

    def run(self, request: RunRequest, progress: Progress) -> Ended:
        from botocore.exceptions import BotoCoreError, ClientError

        stream = OneStream(progress)
        try:
            self._task = task = self._start(request)
            progress.take_any(f"ECS task {task} is started")
            try:
                stopped = self._wait(task, stream)
            except BaseException:
                self.stop()
                raise
        except (BotoCoreError, ClientError) as error:
            raise NotStarted(f"ECS cluster {self._options['cluster']}: {error}") from error
        container = next((c for c in stopped["containers"] if c["name"] == self._options["container"]), {})
        if container.get("exitCode") is None:
            why = container.get("reason") or stopped.get("stoppedReason") or "no reason is told"
            raise NotStarted(f"ECS task {task} stopped without an exit code: {why}")
        # As a shell tells a signal: 128 and its number.
        exit_code = container["exitCode"]
        return Ended(-(exit_code - 128) if exit_code > 128 else exit_code, stream.report(), progress.error)

    def stop(self) -> None:
        """Stops the task; ECS sends SIGTERM, and SIGKILL after the container's ``stopTimeout`` (30 s by default)."""
        if self._task is not None:
            self._ecs.stop_task(cluster=self._options["cluster"], task=self._task, reason="the Airflow task was stopped")

    def _start(self, request: RunRequest) -> str:
        command = [self._options.get("binary", "naru"), *request.arguments()]
        asked: dict[str, Any] = {
            "cluster": self._options["cluster"],
            "taskDefinition": self._options["task_definition"],
            "launchType": self._options.get("launch_type", "FARGATE"),
            "startedBy": "naru_airflow",
            "overrides": {"containerOverrides": [{"name": self._options["container"], "command": command}]},
        }
        if self._options.get("subnets"):
            network = {
                "subnets": self._options["subnets"],
                "securityGroups": self._options.get("security_groups", []),
                "assignPublicIp": "ENABLED" if self._options.get("assign_public_ip") else "DISABLED",
            }
            asked["networkConfiguration"] = {"awsvpcConfiguration": network}
        answer = self._ecs.run_task(**asked)
        if not answer.get("tasks"):
            why = "; ".join(str(failure.get("reason")) for failure in answer.get("failures", ()))
            raise NotStarted(f"ECS started no task of {self._options['task_definition']}: {why or 'no reason is told'}")
        return answer["tasks"][0]["taskArn"]

    def _wait(self, task: str, stream: OneStream) -> dict[str, Any]:
        token: str | None = None
        while True:
            found = self._ecs.describe_tasks(cluster=self._options["cluster"], tasks=[task])["tasks"]
            stopped = bool(found) and found[0]["lastStatus"] == "STOPPED"
            token = self._read_log(task, token, stream)
            if stopped:
                return found[0]
            if not found:
                raise NotStarted(f"ECS does not know task {task} any more")
            time.sleep(self._poll_seconds)

    def _read_log(self, task: str, token: str | None, stream: OneStream) -> str | None:
        """Takes what is new in the log; the token to go on from."""
        if self._logs is None:
            return None
        name = f"{self._options.get('log_stream_prefix', 'ecs')}/{self._options['container']}/{task.rsplit('/', 1)[-1]}"
        while True:
            from_here = {"nextToken": token} if token else {"startFromHead": True}
            try:
                page = self._logs.get_log_events(logGroupName=self._options["log_group"], logStreamName=name, **from_here)
            except self._logs.exceptions.ResourceNotFoundException:
                return token  # Nothing has been written yet.
            for event in page["events"]:
                stream.take(event["message"])
            if page["nextForwardToken"] == token or not page["events"]:
                return page["nextForwardToken"]
            token = page["nextForwardToken"]


def runner(options: dict[str, Any], *, binary: str, project: str | None, leave_glue_runs: bool) -> EcsRunner:
    check_options("ecs", options, {"cluster", "task_definition", "container"}, _OPTIONAL)
    region, connection = options.get("region"), options.get("connection")
    logs = aws_client("logs", region, connection) if options.get("log_group") else None
    return EcsRunner(aws_client("ecs", region, connection), logs, options)
