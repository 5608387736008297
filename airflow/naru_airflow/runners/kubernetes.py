"""naru in a Kubernetes pod of its own."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from ..errors import NotStarted, RunnerError
from ..process import GRACE_SECONDS
from ..progress import Progress
from ..request import Ended, RunRequest
from . import check_options
from .one_stream import OneStream

_CONTAINER = "naru"
_POLL_SECONDS = 2.0
_START_TIMEOUT_SECONDS = 600
_OPTIONAL = {"connection", "binary", "service_account", "resources", "env", "labels", "node_selector", "image_pull_policy"}


class KubernetesRunner:
    """Makes a pod that is never restarted, follows its log, and removes it in the end, however it ends."""

    def __init__(self, core: Any, options: dict[str, Any], poll_seconds: float = _POLL_SECONDS) -> None:
        self._core = core
        self._options = options
        self._namespace = options["namespace"]
        self._poll_seconds = poll_seconds
        self._pod: str | None = None

    def run(self, request: RunRequest, progress: Progress) -> Ended:
        from kubernetes.client.exceptions import ApiException

        stream = OneStream(progress)
        try:
            manifest = self._manifest(request)
            self._core.create_namespaced_pod(self._namespace, manifest)
            self._pod = pod = manifest["metadata"]["name"]
            progress.take_any(f"pod {self._namespace}/{pod} is made")
            try:
                self._wait_until_started(pod)
                self._follow(pod, stream)
                exit_code = self._wait_until_ended(pod)
            finally:
                self.stop()
        except ApiException as error:
            raise NotStarted(f"Kubernetes, namespace {self._namespace}: {error.status} {error.reason}") from error
        return Ended(-(exit_code - 128) if exit_code > 128 else exit_code, stream.report(), progress.error)

    def stop(self) -> None:
        """Deletes the pod; Kubernetes sends SIGTERM, and SIGKILL after the grace period."""
        pod, self._pod = self._pod, None
        if pod is not None:
            self._core.delete_namespaced_pod(pod, self._namespace, grace_period_seconds=GRACE_SECONDS)

    def _manifest(self, request: RunRequest) -> dict[str, Any]:
        options = self._options
        name = re.sub("[^a-z0-9]+", "-", request.job)[:40].strip("-")
        container = {
            "name": _CONTAINER,
            "image": options["image"],
            "command": [options.get("binary", "naru"), *request.arguments()],
            "env": [{"name": key, "value": str(value)} for key, value in options.get("env", {}).items()],
            "resources": options.get("resources", {}),
            "imagePullPolicy": options.get("image_pull_policy", "IfNotPresent"),
        }
        spec = {
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": GRACE_SECONDS,
            "containers": [container],
            "nodeSelector": options.get("node_selector", {}),
        }
        if options.get("service_account"):
            spec["serviceAccountName"] = options["service_account"]
        labels = {"app.kubernetes.io/name": "naru", **options.get("labels", {})}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"naru-{name}-{uuid.uuid4().hex[:8]}", "labels": labels},
            "spec": spec,
        }

    def _wait_until_started(self, pod: str) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while self._core.read_namespaced_pod(pod, self._namespace).status.phase == "Pending":
            if time.monotonic() > deadline:
                raise NotStarted(f"pod {self._namespace}/{pod} has not started in {_START_TIMEOUT_SECONDS} s")
            time.sleep(self._poll_seconds)

    def _follow(self, pod: str, stream: OneStream) -> None:
        log = self._core.read_namespaced_pod_log(
            pod, self._namespace, container=_CONTAINER, follow=True, _preload_content=False
        )
        begun = b""
        for chunk in log.stream():
            *lines, begun = (begun + chunk).split(b"\n")
            for line in lines:
                stream.take(line.decode(errors="replace"))
        if begun:
            stream.take(begun.decode(errors="replace"))

    def _wait_until_ended(self, pod: str) -> int:
        while True:
            status = self._core.read_namespaced_pod(pod, self._namespace).status
            ended = next((c.state.terminated for c in status.container_statuses or () if c.name == _CONTAINER), None)
            if ended is not None:
                return ended.exit_code
            if status.phase in ("Failed", "Unknown"):
                raise NotStarted(f"pod {self._namespace}/{pod} is {status.phase}: {status.reason or 'no reason is told'}")
            time.sleep(self._poll_seconds)


def runner(options: dict[str, Any], *, binary: str, project: str | None, leave_glue_runs: bool) -> KubernetesRunner:
    check_options("kubernetes", options, {"namespace", "image"}, _OPTIONAL)
    try:
        from airflow.providers.cncf.kubernetes.hooks.kubernetes import KubernetesHook
    except ImportError as error:
        raise RunnerError(
            "runner kubernetes needs the package apache-airflow-providers-cncf-kubernetes: "
            "pip install 'naru-airflow[kubernetes]'"
        ) from error
    return KubernetesRunner(KubernetesHook(conn_id=options.get("connection")).core_v1_client, options)
