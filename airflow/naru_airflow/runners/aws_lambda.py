"""naru on AWS Lambda: one synchronous call of its function (``crates/naru-lambda``)."""

from __future__ import annotations

import base64
import json
from typing import Any

from ..aws_client import aws_client
from ..errors import NotStarted
from ..progress import Progress
from ..request import Ended, RunRequest
from . import check_options

#: Lambda's own limit is 15 minutes; a call waits a little longer than that.
_READ_TIMEOUT_SECONDS = 15 * 60 + 30


class LambdaRunner:
    """Calls the function, and shows the end of its log.

    Lambda cannot stop a call: a task that is told to stop leaves it to end by itself, and its retry finds the interval
    loaded, or loads it.
    """

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def run(self, request: RunRequest, progress: Progress) -> Ended:
        from botocore.exceptions import BotoCoreError, ClientError

        payload = json.dumps(request.event()).encode()
        try:
            answer = self._client.invoke(
                FunctionName=self._function, InvocationType="RequestResponse", LogType="Tail", Payload=payload
            )
        except (BotoCoreError, ClientError) as error:
            raise NotStarted(f"Lambda function {self._function} gave no answer: {error}") from error
        for line in base64.b64decode(answer.get("LogResult", "")).decode(errors="replace").splitlines():
            progress.take_any(line)
        text = answer["Payload"].read().decode(errors="replace")
        if answer.get("FunctionError"):
            raise NotStarted(f"Lambda function {self._function} ended with an error of its own: {text}")
        try:
            told = json.loads(text)
            return Ended(int(told["exit"]), told.get("report"), told.get("message"))
        except (ValueError, KeyError, TypeError) as error:
            raise NotStarted(f"Lambda function {self._function} answered what is no answer of naru's: {text}") from error

    def stop(self) -> None:
        """Does nothing: see the class."""


def runner(options: dict[str, Any], *, binary: str, project: str | None, leave_glue_runs: bool) -> LambdaRunner:
    check_options("lambda", options, {"function"}, {"region", "connection"})
    client = aws_client("lambda", options.get("region"), options.get("connection"), _READ_TIMEOUT_SECONDS)
    return LambdaRunner(client, options["function"])
