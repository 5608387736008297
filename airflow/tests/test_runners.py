"""Runs that are elsewhere: Lambda and ECS against moto where it does as AWS does, else against botocore's stubs."""

from __future__ import annotations

import io
import json
import logging
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from naru_airflow.errors import NotStarted, RunnerError
from naru_airflow.progress import Progress
from naru_airflow.request import RunRequest
from naru_airflow.runners import make_runner
from naru_airflow.runners.aws_lambda import LambdaRunner
from naru_airflow.runners.ecs import EcsRunner
from naru_airflow.runners.kubernetes import KubernetesRunner

JOB = "webshop__sales__order__p1__append__auto__d"
REQUEST = RunRequest(JOB, "prod", "2026-11-22T00:00:00+09:00", "2026-11-23T00:00:00+09:00")
ARGUMENTS = REQUEST.arguments()


@pytest.fixture
def progress() -> Progress:
    return Progress(logging.getLogger("test"))


@pytest.mark.parametrize(
    ("kind", "options", "says"),
    [
        ("batch", {}, "the runners are local, lambda, ecs, kubernetes"),
        ("lambda", {"functoin": "naru"}, 'needs the option "function", does not know the option "functoin"'),
        ("ecs", {"cluster": "c"}, 'needs the option "container", needs the option "task_definition"'),
        ("kubernetes", {"image": "naru:1"}, 'needs the option "namespace"'),
    ],
)
def test_a_runner_that_is_configured_wrongly_says_so(kind: str, options: dict, says: str):
    with pytest.raises(RunnerError, match=says):
        make_runner(kind, options, "naru", None, True)


@pytest.mark.parametrize(
    ("kind", "options", "module", "package"),
    [
        ("lambda", {"function": "naru"}, "airflow.providers.amazon.aws.hooks.base_aws", "apache-airflow-providers-amazon"),
        (
            "kubernetes",
            {"image": "naru:1", "namespace": "etl"},
            "airflow.providers.cncf.kubernetes.hooks.kubernetes",
            "apache-airflow-providers-cncf-kubernetes",
        ),
    ],
)
def test_a_provider_that_is_not_installed_is_named(monkeypatch, kind: str, options: dict, module: str, package: str):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(RunnerError, match=package):
        make_runner(kind, options, "naru", None, True)


class TestLambda:
    """moto answers each call with its payload, unless answers are queued; it has no function errors: those are stubs."""

    def test_an_invocation_that_moto_takes(self, progress: Progress):
        from moto import mock_aws
        from moto.awslambda_simple.models import lambda_simple_backends
        from moto.core import DEFAULT_ACCOUNT_ID

        with mock_aws(config={"lambda": {"use_docker": False}}):
            _create_function("naru")
            runner = make_runner("lambda", {"function": "naru", "region": "us-east-1"}, "naru", None, True)
            queue = lambda_simple_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].lambda_simple_results_queue
            queue.append(json.dumps({"exit": 75, "message": "nothing has landed", "report": [{"rows": 0}]}))
            ended = runner.run(REQUEST, progress)
            assert (ended.exit_code, ended.message, ended.report) == (75, "nothing has landed", [{"rows": 0}])
            # Without a queued answer moto gives the event back, which is none of naru's answers.
            with pytest.raises(NotStarted, match="is no answer of naru's") as raised:
                runner.run(REQUEST, progress)
            event = json.loads(str(raised.value).partition("naru's: ")[2])
            assert event == {
                "event": "run",
                "job": JOB,
                "interval_start": "2026-11-22T00:00:00+09:00",
                "interval_end": "2026-11-23T00:00:00+09:00",
                "date": None,
                "phase": "prod",
            }

    def test_a_function_that_is_not_there_can_come(self, progress: Progress):
        client = boto3.client("lambda", region_name="us-east-1")
        with Stubber(client) as stub:
            stub.add_client_error("invoke", "ResourceNotFoundException")
            with pytest.raises(NotStarted, match="function naru gave no answer: .*ResourceNotFoundException"):
                LambdaRunner(client, "naru").run(REQUEST, progress)

    def test_a_function_that_ran_out_of_time_is_tried_again(self, progress: Progress):
        client = boto3.client("lambda", region_name="us-east-1")
        body = b'{"errorMessage": "Task timed out after 900.00 seconds"}'
        answer = {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": StreamingBody(io.BytesIO(body), len(body))}
        with Stubber(client) as stub:
            asked = {"FunctionName": "naru", "InvocationType": "RequestResponse", "LogType": "Tail", "Payload": ANY}
            stub.add_response("invoke", answer, asked)
            with pytest.raises(NotStarted, match="Task timed out"):
                LambdaRunner(client, "naru").run(REQUEST, progress)


def _create_function(name: str) -> None:
    import zipfile

    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as file:
        file.writestr("bootstrap", "")
    role = boto3.client("iam", region_name="us-east-1").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    boto3.client("lambda", region_name="us-east-1").create_function(
        FunctionName=name, Runtime="provided.al2023", Role=role, Handler="bootstrap", Code={"ZipFile": code.getvalue()}
    )


ECS = {
    "cluster": "etl",
    "task_definition": "naru:3",
    "container": "naru",
    "subnets": ["subnet-1"],
    "security_groups": ["sg-1"],
    "log_group": "/naru",
}
TASK = "arn:aws:ecs:us-east-1:123456789012:task/etl/0123456789abcdef0123456789abcdef"
REPORT = '[\n  {\n    "rows": 2\n  }\n]'


class TestEcs:
    """moto takes the task, but no task of its ends with an exit code or writes a log: those are stubs."""

    def test_a_task_that_moto_takes(self):
        from moto import mock_aws

        with mock_aws():
            ecs = boto3.client("ecs", region_name="us-east-1")
            ec2 = boto3.client("ec2", region_name="us-east-1")
            subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
            ecs.create_cluster(clusterName="etl")
            ecs.register_task_definition(
                family="naru",
                requiresCompatibilities=["FARGATE"],
                networkMode="awsvpc",
                cpu="256",
                memory="512",
                containerDefinitions=[{"name": "naru", "image": "naru:1", "memory": 512}],
            )
            options = ECS | {"task_definition": "naru:1", "subnets": [subnet], "security_groups": []}
            runner = EcsRunner(ecs, None, options)
            task = runner._start(REQUEST)
            (found,) = ecs.describe_tasks(cluster="etl", tasks=[task])["tasks"]
            assert found["overrides"]["containerOverrides"] == [{"name": "naru", "command": ["naru", *ARGUMENTS]}]
            assert (found["launchType"], found["startedBy"]) == ("FARGATE", "naru_airflow")
            runner._task = task
            runner.stop()
            (found,) = ecs.describe_tasks(cluster="etl", tasks=[task])["tasks"]
            assert (found["desiredStatus"], found["stoppedReason"]) == ("STOPPED", "the Airflow task was stopped")

    @pytest.mark.parametrize(("told", "exit_code"), [(0, 0), (75, 75), (1, 1), (137, -9)])
    def test_it_ends_with_the_containers_exit_code_and_the_report_of_its_log(self, progress: Progress, told: int, exit_code: int):
        with _stubbed() as (ecs, ecs_stub, logs, logs_stub):
            network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}}
            command = [{"name": "naru", "command": ["naru", *ARGUMENTS]}]
            asked = {
                "cluster": "etl",
                "taskDefinition": "naru:3",
                "launchType": "FARGATE",
                "startedBy": "naru_airflow",
                "overrides": {"containerOverrides": command},
                "networkConfiguration": network,
            }
            ecs_stub.add_response("run_task", {"tasks": [{"taskArn": TASK}]}, asked)
            for status in ({"lastStatus": "PENDING"}, {"lastStatus": "RUNNING"}, {"lastStatus": "STOPPED"}):
                task = status | {"containers": [{"name": "sidecar", "exitCode": 9}, {"name": "naru", "exitCode": told}]}
                ecs_stub.add_response("describe_tasks", {"tasks": [task]}, {"cluster": "etl", "tasks": [TASK]})
            stream = {"logGroupName": "/naru", "logStreamName": f"ecs/naru/{TASK.rsplit('/')[-1]}"}
            logs_stub.add_client_error("get_log_events", "ResourceNotFoundException", expected_params=stream | {"startFromHead": True})
            first = ['{"level": "info", "message": "half"}', *REPORT.splitlines()[:2]]
            rest = REPORT.splitlines()[2:]
            logs_stub.add_response("get_log_events", _page(first, "f/1"), stream | {"startFromHead": True})
            logs_stub.add_response("get_log_events", _page([], "f/1"), stream | {"nextToken": "f/1"})
            logs_stub.add_response("get_log_events", _page(rest, "f/2"), stream | {"nextToken": "f/1"})
            logs_stub.add_response("get_log_events", _page([], "f/2"), stream | {"nextToken": "f/2"})
            ended = EcsRunner(ecs, logs, ECS, poll_seconds=0).run(REQUEST, progress)
            assert (ended.exit_code, ended.report) == (exit_code, [{"rows": 2}])
            ecs_stub.assert_no_pending_responses()
            logs_stub.assert_no_pending_responses()

    def test_no_room_can_pass(self, progress: Progress):
        with _stubbed() as (ecs, ecs_stub, _, _):
            ecs_stub.add_response("run_task", {"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]})
            with pytest.raises(NotStarted, match="started no task of naru:3: RESOURCE:MEMORY"):
                EcsRunner(ecs, None, ECS).run(REQUEST, progress)

    def test_a_task_that_never_ran_can_pass(self, progress: Progress):
        with _stubbed() as (ecs, ecs_stub, _, _):
            ecs_stub.add_response("run_task", {"tasks": [{"taskArn": TASK}]})
            stopped = {"lastStatus": "STOPPED", "stoppedReason": "CannotPullContainerError", "containers": [{"name": "naru"}]}
            ecs_stub.add_response("describe_tasks", {"tasks": [stopped]})
            with pytest.raises(NotStarted, match="without an exit code: CannotPullContainerError"):
                EcsRunner(ecs, None, ECS).run(REQUEST, progress)

    def test_a_wait_that_ends_early_stops_the_task(self, progress: Progress):
        with _stubbed() as (ecs, ecs_stub, _, _):
            ecs_stub.add_response("run_task", {"tasks": [{"taskArn": TASK}]})
            ecs_stub.add_client_error("describe_tasks", "ServerException")
            ecs_stub.add_response("stop_task", {}, {"cluster": "etl", "task": TASK, "reason": ANY})
            with pytest.raises(NotStarted, match="ServerException"):
                EcsRunner(ecs, None, ECS).run(REQUEST, progress)
            ecs_stub.assert_no_pending_responses()


def _page(lines: list[str], token: str) -> dict[str, Any]:
    return {"events": [{"message": line, "timestamp": 0, "ingestionTime": 0} for line in lines], "nextForwardToken": token}


class _stubbed:
    def __enter__(self) -> tuple[Any, Stubber, Any, Stubber]:
        ecs, logs = (boto3.client(service, region_name="us-east-1") for service in ("ecs", "logs"))
        self._stubs = (Stubber(ecs), Stubber(logs))
        for stub in self._stubs:
            stub.activate()
        return ecs, self._stubs[0], logs, self._stubs[1]

    def __exit__(self, *_: object) -> None:
        for stub in self._stubs:
            stub.deactivate()


class Cluster:
    """The calls of Kubernetes that a run makes; a pod is pending, runs, and ends."""

    def __init__(self, exit_code: int = 0, log: bytes = b"", reason: str | None = None) -> None:
        ended = SimpleNamespace(exit_code=exit_code)
        containers = [SimpleNamespace(name="naru", state=SimpleNamespace(terminated=None if reason else ended))]
        phases = ["Pending", "Running", "Failed" if reason or exit_code else "Succeeded"]
        self._states = [SimpleNamespace(phase=p, reason=reason, container_statuses=containers if p != "Pending" else None) for p in phases]
        self._log = log
        self.made: list[dict[str, Any]] = []
        self.deleted: list[tuple[str, int]] = []

    def create_namespaced_pod(self, namespace: str, body: dict[str, Any]) -> None:
        self.made.append(body)

    def read_namespaced_pod(self, name: str, namespace: str) -> Any:
        return SimpleNamespace(status=self._states.pop(0) if len(self._states) > 1 else self._states[0])

    def read_namespaced_pod_log(self, name: str, namespace: str, **_: Any) -> Any:
        # In pieces that do not end where lines do.
        return SimpleNamespace(stream=lambda: (self._log[at : at + 7] for at in range(0, len(self._log), 7)))

    def delete_namespaced_pod(self, name: str, namespace: str, grace_period_seconds: int) -> None:
        self.deleted.append((name, grace_period_seconds))


POD = {"namespace": "etl", "image": "naru:1", "service_account": "loads", "env": {"NARU_PROJECT": "/project"}}


class TestKubernetes:
    """No Kubernetes on this machine: a stand-in at the calls of its client."""

    @pytest.mark.parametrize(("told", "exit_code"), [(0, 0), (75, 75), (143, -15)])
    def test_it_ends_with_the_containers_exit_code_and_the_report_of_its_log(self, progress: Progress, told: int, exit_code: int):
        cluster = Cluster(told, f'{{"level": "info", "message": "half"}}\n{REPORT}'.encode())
        ended = KubernetesRunner(cluster, POD, poll_seconds=0).run(REQUEST, progress)
        assert (ended.exit_code, ended.report) == (exit_code, [{"rows": 2}])
        (pod,) = cluster.made
        (container,) = pod["spec"]["containers"]
        assert container["command"] == ["naru", *ARGUMENTS] and container["env"] == [{"name": "NARU_PROJECT", "value": "/project"}]
        assert pod["spec"]["restartPolicy"] == "Never" and pod["spec"]["serviceAccountName"] == "loads"
        assert len(pod["metadata"]["name"]) <= 63
        assert cluster.deleted == [(pod["metadata"]["name"], 30)]

    def test_a_pod_that_was_evicted_can_pass_and_is_removed(self, progress: Progress):
        cluster = Cluster(reason="Evicted")
        with pytest.raises(NotStarted, match="is Failed: Evicted"):
            KubernetesRunner(cluster, POD, poll_seconds=0).run(REQUEST, progress)
        assert len(cluster.deleted) == 1

    def test_a_refusal_of_kubernetes_can_pass(self, progress: Progress, monkeypatch):
        from kubernetes.client.exceptions import ApiException

        cluster = Cluster()

        def refuse(*_: Any) -> None:
            raise ApiException(status=403, reason="exceeded quota")

        monkeypatch.setattr(cluster, "create_namespaced_pod", refuse)
        with pytest.raises(NotStarted, match="namespace etl: 403 exceeded quota"):
            KubernetesRunner(cluster, POD).run(REQUEST, progress)
        assert cluster.deleted == []
