"""What loads run on: Glue for large ones, a Lambda function and an ECS task for small ones; each level has its own, with its keys."""

import json

from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_glue as glue
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from parts.loads import INTERFACES, of_role, starts_glue, treatment_key
from parts.logs import log_group
from parts.policy import allow
from parts.role import role, service

from .base import Phase, PhaseStack
from .network import Network

# Of an ECS task.
MEMORY_MIB = "8192"
WRITE_LOGS = ["logs:CreateLogStream", "logs:PutLogEvents"]


# EventBridge: an event pattern has at most 2,048 characters, a rule at most five targets.
KEYS_OF_A_PATTERN = 6
TARGETS_OF_A_RULE = 5


def batched(items: list, size: int) -> list[list]:
    return [items[n : n + size] for n in range(0, len(items), size)]


class Compute(PhaseStack):
    """What loads run on: Glue for large ones, a Lambda function and an ECS task for small ones, by level."""

    concern = "compute"

    def __init__(self, scope, phase: Phase, network: Network):
        self.network = network
        super().__init__(scope, phase)

    def build(self) -> None:
        self.connection()
        self.failed_events = self.queue()
        self.repository()
        self.cluster = ecs.CfnCluster(
            self,
            "cluster",
            cluster_name=self.layout.prefix,
            cluster_settings=[ecs.CfnCluster.ClusterSettingsProperty(name="containerInsights", value="enabled")],
        )
        for level in self.layout.levels:
            self.glue(level)
            self.function(level)
            self.task(level)

    def connection(self) -> None:
        """A Glue job that is given it runs in the network; naru leaves connections of a job as they are."""
        of = glue.CfnConnection
        requirements = of.PhysicalConnectionRequirementsProperty(
            availability_zone=f"{self.layout.region}{self.settings.zones[0]}",
            security_group_id_list=[self.network.group_id("loads")],
            subnet_id=self.network.subnet_ids[0],
        )
        said = of.ConnectionInputProperty(
            name=f"{self.layout.prefix}-network",
            connection_type="NETWORK",
            description="private subnets, the group of loads",
            physical_connection_requirements=requirements,
        )
        of(self, "connection", catalog_id=self.layout.account, connection_input=said)

    def glue(self, level: str) -> None:
        names, lake = self.layout.glue_job(level), self.layout.bucket("lake", level)
        if self.phase.is_open(lake):
            of = glue.CfnSecurityConfiguration
            key = self.key_arn(lake)
            encryption = of.EncryptionConfigurationProperty(
                s3_encryptions=[of.S3EncryptionProperty(s3_encryption_mode="SSE-KMS", kms_key_arn=key)],
                cloud_watch_encryption=of.CloudWatchEncryptionProperty(
                    cloud_watch_encryption_mode="SSE-KMS", kms_key_arn=self.platform_key_arn
                ),
                job_bookmarks_encryption=of.JobBookmarksEncryptionProperty(
                    job_bookmarks_encryption_mode="CSE-KMS", kms_key_arn=key
                ),
            )
            of(self, f"security-{level}", name=names["security_configuration"], encryption_configuration=encryption)
        groups = [self.layout.arn("logs", f"log-group:/aws-glue/{rest}") for rest in ("jobs/*", "python-jobs/*")]
        name = self.layout.glue_role(level)
        role(
            self,
            name,
            trusted=service(self.layout, "glue"),
            description=f"Glue's runs of jobs at {level}",
            statements=[
                *of_role(self.layout, self.phase.access, name),
                allow("Logs", ["logs:CreateLogGroup", "logs:AssociateKmsKey", "logs:PutRetentionPolicy", *WRITE_LOGS], groups),
                allow("Metrics", ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": "Glue"}}),
                allow(
                    "Connection",
                    ["glue:GetConnection"],
                    [self.layout.arn("glue", rest) for rest in ("catalog", f"connection/{self.layout.prefix}-network")],
                ),
                allow("Interfaces", INTERFACES, ["*"]),
            ],
        )

    def queue(self) -> sqs.CfnQueue:
        """Events that no call has dealt with, for two weeks; watch.py tells of them."""
        queue = sqs.CfnQueue(
            self,
            "failed-events",
            queue_name=f"{self.layout.prefix}-failed-events",
            kms_master_key_id=self.platform_key_arn,
            message_retention_period=14 * 24 * 3600,
        )
        arn = self.layout.arn("sqs", f"{self.layout.prefix}-failed-events")
        rules = self.layout.arn("events", f"rule/{self.layout.prefix}-*")
        said = [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {
                "Sid": "Events",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnLike": {"aws:SourceArn": rules}},
            },
        ]
        sqs.CfnQueuePolicy(
            self, "failed-events-policy", queues=[queue.ref], policy_document={"Version": "2012-10-17", "Statement": said}
        )
        return queue

    def function(self, level: str) -> None:
        name = f"{self.layout.prefix}-naru-{level}"
        group = log_group(
            self, f"{name}-log", self.layout.prefix_of_logs + f"naru-{level}", self.settings.log_days, self.platform_key_arn
        )
        runs_as = role(
            self,
            name,
            trusted=service(self.layout, "lambda"),
            description=f"naru on Lambda, for loads at {level}",
            statements=[
                *of_role(self.layout, self.phase.access, name),
                *starts_glue(self.layout, self.settings, level),
                allow("Logs", WRITE_LOGS, [f"{group.attr_arn}"]),
                allow("FailedEvents", ["sqs:SendMessage"], [self.failed_events.attr_arn]),
                allow("Interfaces", INTERFACES, ["*"]),
            ],
        )
        of = lambda_.CfnFunction
        function = of(
            self,
            f"{name}-function",
            function_name=name,
            description=f"naru, for loads at {level}",
            role=runs_as.role_arn,
            runtime="provided.al2023",
            architectures=["arm64"],
            handler="bootstrap",
            code=of.CodeProperty(
                s3_bucket=self.layout.bucket("code").name, s3_key=f"lambda/{self.settings.naru_version}/bootstrap.zip"
            ),
            memory_size=self.settings.function_memory_mib,
            timeout=900,
            reserved_concurrent_executions=self.settings.concurrency,
            kms_key_arn=self.platform_key_arn,
            environment=of.EnvironmentProperty(variables={**self.environment(), **self.treatment_key()}),
            logging_config=of.LoggingConfigProperty(log_format="JSON", log_group=group.ref),
            dead_letter_config=of.DeadLetterConfigProperty(target_arn=self.failed_events.attr_arn),
            vpc_config=of.VpcConfigProperty(
                subnet_ids=self.network.subnet_ids, security_group_ids=[self.network.group_id("loads")]
            ),
        )
        function.node.add_dependency(self.node.find_child(f"{name}-policy"))
        self.told(level, function)

    def treatment_key(self) -> dict[str, str]:
        """Lambda reads no secret by itself: CloudFormation does when it deploys, and the platform's key encrypts what it puts."""
        secret = self.layout.treatment_key_secret
        return {"NARU_TREATMENT_KEY": f"{{{{resolve:secretsmanager:{secret}:SecretString}}}}"} if secret else {}

    def environment(self) -> dict[str, str]:
        return {
            "NARU_PHASE": self.layout.phase,
            "NARU_DEFS_BUCKET": self.layout.bucket("defs").name,
            # What watch.py counts are fields of these lines.
            "NARU_LOG": "json",
        }

    def told(self, level: str, function: lambda_.CfnFunction) -> None:
        """What starts the level's function: its landed files, its tables' definitions, and the clock, for what is waited for."""
        landing, defs = self.layout.bucket("landing", level), self.layout.bucket("defs")
        jobs = [job for job in self.layout.jobs if job["level"] == level]
        if not self.phase.is_open(landing):
            return
        created = {"source": ["aws.s3"], "detail-type": ["Object Created"]}
        whole = {"event_pattern": {**created, "detail": {"bucket": {"name": [landing.name]}}}}
        self.rule(f"landed-{level}", function, [None], whole)
        keys = sorted(f"table-defs/{job['database']}/{job['glue_table']}.csv" for job in jobs)
        for n, some in enumerate(batched(keys, KEYS_OF_A_PATTERN)):
            of_tables = {"bucket": {"name": [defs.name]}, "object": {"key": some}}
            self.rule(f"defined-{level}-{n}", function, [None], {"event_pattern": {**created, "detail": of_tables}})
        looks = [json.dumps({"event": "look", "job": job["job"]}) for job in jobs]
        for n, some in enumerate(batched(looks, TARGETS_OF_A_RULE)):
            self.rule(f"look-{level}-{n}", function, some, {"schedule_expression": f"rate({self.settings.look_minutes} minutes)"})
        lambda_.CfnPermission(
            self,
            f"{self.layout.prefix}-rules-{level}",
            action="lambda:InvokeFunction",
            function_name=function.ref,
            principal="events.amazonaws.com",
            source_account=self.layout.account,
            source_arn=self.layout.arn("events", f"rule/{self.layout.prefix}-*"),
        )

    def rule(self, what: str, function: lambda_.CfnFunction, inputs: list[str | None], when: dict) -> None:
        """One rule, a target for each input; none is the event itself."""
        name, of = f"{self.layout.prefix}-{what}", events.CfnRule
        failed = of.DeadLetterConfigProperty(arn=self.failed_events.attr_arn)
        retries = of.RetryPolicyProperty(maximum_event_age_in_seconds=6 * 3600, maximum_retry_attempts=20)
        targets = [
            of.TargetProperty(id=f"naru{n}", arn=function.attr_arn, input=said, dead_letter_config=failed, retry_policy=retries)
            for n, said in enumerate(inputs)
        ]
        of(self, f"{name}-rule", name=name, description=f"calls {function.function_name}", targets=targets, **when)

    def repository(self) -> None:
        """Images of naru for ECS; a tag is put once."""
        self.images = ecr.CfnRepository(
            self,
            "images",
            repository_name=f"{self.layout.prefix}-naru",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=ecr.CfnRepository.ImageScanningConfigurationProperty(scan_on_push=True),
            encryption_configuration=ecr.CfnRepository.EncryptionConfigurationProperty(
                encryption_type="KMS", kms_key=self.platform_key_arn
            ),
            lifecycle_policy=ecr.CfnRepository.LifecyclePolicyProperty(lifecycle_policy_text=json.dumps(KEEP_TEN)),
        )

    def task(self, level: str) -> None:
        name, starts = f"{self.layout.prefix}-task-{level}", f"{self.layout.prefix}-start-{level}"
        group = log_group(
            self, f"{name}-log", self.layout.prefix_of_logs + f"task-{level}", self.settings.log_days, self.platform_key_arn
        )
        runs_as = role(
            self,
            name,
            trusted=service(self.layout, "ecs-tasks"),
            description=f"naru on ECS, for loads at {level}",
            statements=[*of_role(self.layout, self.phase.access, name), *starts_glue(self.layout, self.settings, level)],
        )
        started_by = role(
            self,
            starts,
            trusted=service(self.layout, "ecs-tasks"),
            description=f"starts {name}: its image, its log, its treatment key",
            statements=[
                allow(
                    "Image",
                    ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                    [self.images.attr_arn],
                ),
                allow("Login", ["ecr:GetAuthorizationToken"], ["*"]),
                allow("Logs", WRITE_LOGS, [group.attr_arn]),
                *treatment_key(self.layout),
            ],
        )
        of = ecs.CfnTaskDefinition
        secret = self.layout.treatment_key_secret
        secrets = [of.SecretProperty(name="NARU_TREATMENT_KEY", value_from=self.layout.arn("secretsmanager", f"secret:{secret}"))]
        log = {"awslogs-group": group.ref, "awslogs-region": self.layout.region, "awslogs-stream-prefix": "ecs"}
        container = of.ContainerDefinitionProperty(
            name="naru",
            image=f"{self.images.attr_repository_uri}:{self.settings.naru_version}",
            essential=True,
            memory=int(MEMORY_MIB),
            readonly_root_filesystem=True,
            privileged=False,
            user="10001:10001",
            environment=[of.KeyValuePairProperty(name=key, value=value) for key, value in self.environment().items()],
            secrets=secrets if secret else [],
            mount_points=[of.MountPointProperty(container_path="/tmp", source_volume="scratch", read_only=False)],
            log_configuration=of.LogConfigurationProperty(log_driver="awslogs", options=log),
        )
        of(
            self,
            f"{name}-definition",
            family=name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu="2048",
            memory=MEMORY_MIB,
            runtime_platform=of.RuntimePlatformProperty(cpu_architecture="ARM64", operating_system_family="LINUX"),
            task_role_arn=runs_as.role_arn,
            execution_role_arn=started_by.role_arn,
            container_definitions=[container],
            volumes=[of.VolumeProperty(name="scratch")],
        )


KEEP_TEN = {
    "rules": [
        {
            "rulePriority": 1,
            "description": "the newest ten",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10},
            "action": {"type": "expire"},
        }
    ]
}
