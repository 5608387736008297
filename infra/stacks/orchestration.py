"""Airflow: an MWAA environment without a way to the internet, whose role loads nothing: it calls functions and starts tasks."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_mwaa as mwaa
from parts.loads import pass_role
from parts.logs import log_group
from parts.policy import allow, bucket_statements
from parts.role import role

from .base import Phase, PhaseStack
from .network import Network

# The newest that Amazon MWAA offers, and what airflow/tests runs.
AIRFLOW = "3.0.6"
COMPONENTS = {
    "DAGProcessing": "dag_processing_logs",
    "Scheduler": "scheduler_logs",
    "Task": "task_logs",
    "WebServer": "webserver_logs",
    "Worker": "worker_logs",
}


class Orchestration(PhaseStack):
    """Airflow: an MWAA environment without a way to the internet, which calls functions and starts tasks."""

    concern = "orchestration"

    def __init__(self, scope, phase: Phase, network: Network):
        self.network = network
        super().__init__(scope, phase)

    def build(self) -> None:
        runs_as = self.runs_as()
        dags = self.layout.bucket("dags")
        of = mwaa.CfnEnvironment
        logs = {}
        for component, property in COMPONENTS.items():
            group = log_group(
                self,
                f"log-{component}",
                f"airflow-{self.layout.prefix}-{component}",
                self.settings.log_days,
                self.platform_key_arn,
            )
            logs[property] = of.ModuleLoggingConfigurationProperty(
                enabled=True, log_level="INFO", cloud_watch_log_group_arn=group.attr_arn
            )
        environment = of(
            self,
            "airflow",
            name=self.layout.prefix,
            airflow_version=AIRFLOW,
            # The smallest: one scheduler, one worker, one web server. A task here waits; it does not load.
            environment_class="mw1.micro",
            min_workers=1,
            max_workers=1,
            min_webservers=1,
            max_webservers=1,
            schedulers=1,
            source_bucket_arn=dags.arn,
            dag_s3_path="dags",
            requirements_s3_path="airflow/requirements.txt",
            startup_script_s3_path="airflow/startup.sh",
            kms_key=self.key_arn(dags),
            execution_role_arn=runs_as.role_arn,
            webserver_access_mode="PRIVATE_ONLY",
            weekly_maintenance_window_start="SUN:18:00",
            network_configuration=of.NetworkConfigurationProperty(
                subnet_ids=self.network.subnet_ids, security_group_ids=[self.network.group_id("airflow")]
            ),
            logging_configuration=of.LoggingConfigurationProperty(**logs),
            airflow_configuration_options={
                "core.default_timezone": self.layout.said["time_zone"],
                "core.load_examples": "False",
                "core.dags_are_paused_at_creation": "True",
            },
        )
        environment.node.add_dependency(self.node.find_child(f"{self.layout.prefix}-airflow-policy"))

    def runs_as(self) -> iam.Role:
        name, layout = f"{self.layout.prefix}-airflow", self.layout
        tasks = [f"{layout.prefix}-{what}-{level}" for level in layout.levels for what in ("task", "start")]
        functions = [layout.arn("lambda", f"function:{layout.prefix}-naru-{level}") for level in layout.levels]
        definitions = [layout.arn("ecs", f"task-definition/{layout.prefix}-task-{level}:*") for level in layout.levels]
        queue = {"StringEquals": {"kms:ViaService": f"sqs.{layout.region}.amazonaws.com"}}
        aliases = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": [layout.bucket("dags").key_alias]}}
        here = {"StringEquals": {"aws:SourceAccount": layout.account}}
        statements = [
            *bucket_statements(layout, self.phase.access.of_role(name)),
            # Amazon MWAA User Guide, "Amazon MWAA execution role".
            allow("Itself", ["airflow:PublishMetrics"], [layout.arn("airflow", f"environment/{layout.prefix}")]),
            allow(
                "Bucket",
                ["s3:GetBucketPublicAccessBlock", "s3:GetBucketVersioning", "s3:GetObjectVersion"],
                [layout.bucket("dags").arn, f"{layout.bucket('dags').arn}/*"],
            ),
            allow("Account", ["s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups"], ["*"]),
            allow(
                "Logs",
                [
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:GetLogEvents",
                    "logs:GetLogGroupFields",
                    "logs:GetLogRecord",
                    "logs:GetQueryResults",
                    "logs:PutLogEvents",
                ],
                [layout.arn("logs", f"log-group:airflow-{layout.prefix}-*")],
            ),
            allow("Metrics", ["cloudwatch:PutMetricData"], ["*"], {"StringLike": {"cloudwatch:namespace": "AmazonMWAA*"}}),
            # The queue is in an account of AWS.
            allow(
                "Queue",
                [
                    "sqs:ChangeMessageVisibility",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:GetQueueUrl",
                    "sqs:ReceiveMessage",
                    "sqs:SendMessage",
                ],
                [f"arn:aws:sqs:{layout.region}:*:airflow-celery-*"],
            ),
            allow(
                "QueuesKey",
                ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                [layout.arn("kms", "key/*")],
                {**queue, **aliases},
            ),
            allow("Functions", ["lambda:InvokeFunction"], functions),
            allow("Tasks", ["ecs:RunTask"], definitions),
            allow("TasksOfCluster", ["ecs:DescribeTasks", "ecs:StopTask"], [layout.arn("ecs", f"task/{layout.prefix}/*")]),
            allow(
                "TasksLogs",
                ["logs:GetLogEvents", "logs:FilterLogEvents"],
                [layout.arn("logs", f"log-group:{layout.prefix_of_logs}task-{level}:*") for level in layout.levels],
            ),
            pass_role(layout, tasks, "ecs-tasks"),
        ]
        trusted = iam.CompositePrincipal(
            *(iam.ServicePrincipal(f"{service}.amazonaws.com", conditions=here) for service in ("airflow", "airflow-env"))
        )
        return role(self, name, trusted=trusted, description="Airflow: starts loads, reads DAG files", statements=statements)
