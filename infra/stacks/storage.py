"""Buckets and their keys, one of each for every layer and level."""

from access import READ, WRITING_KEY, deploys, secret_readers
from aws_cdk import CfnOutput
from aws_cdk import aws_s3 as s3
from layout import Bucket as Named
from parts.bucket import Bucket, lifecycle
from parts.key import Key, used_by, used_by_service

from .base import PhaseStack

# Layers whose new objects start something: EventBridge is told of them.
TOLD = ("landing", "defs")
# Services that use the platform's key for whoever calls them.
VIA = ("ecr", "elasticfilesystem", "lambda", "sagemaker", "secretsmanager", "sns", "sqs")

ENVELOPE = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]


class Storage(PhaseStack):
    """Buckets and their keys: one of each for every layer and level."""

    concern = "storage"

    def build(self) -> None:
        self.access_logs()
        self.platform_key()
        if self.layout.treatment_key_secret:
            self.treatment_key()
        for named in self.layout.buckets:
            if named.id not in self.settings.destroyed:
                self.keyed_bucket(named)

    @property
    def access_log_bucket(self) -> str:
        return f"{self.layout.bucket('audit').name}-access"

    def keyed_bucket(self, named: Named) -> None:
        closed = named.id in self.settings.closed
        key = Key(
            self,
            f"{named.id}-key",
            account=self.layout.account,
            alias=named.key_alias,
            description=f"encrypts {named.name}",
            users=self.key_users(named),
            window_days=self.settings.key_window_days,
            # A key that is closed goes with its resource, by a deletion that KMS schedules; the bucket stays behind, unreadable.
            retain=self.settings.retain and not closed,
            enabled=not closed,
        )
        Bucket(
            self,
            named.id,
            name=named.name,
            key_arn=key.arn,
            lifetime=self.lifetime(named),
            retain=self.settings.retain or closed,
            statements=self.trail(named) if named.layer == "audit" else [],
            logging_configuration=s3.CfnBucket.LoggingConfigurationProperty(
                destination_bucket_name=self.access_log_bucket, log_file_prefix=f"{named.name}/"
            ),
            notification_configuration=self.notification() if named.layer in TOLD else None,
            **(self.lock() if named.layer == "audit" else {}),
        ).node.add_dependency(self.node.find_child("access-logs"))
        CfnOutput(self, f"{named.id}-key-arn", value=key.arn, export_name=self.phase.key_export(named))

    def key_users(self, named: Named) -> list[dict]:
        rows = self.phase.access.of_bucket(named)
        users = {}
        for row in rows:
            users.setdefault(READ if row.key_actions != WRITING_KEY else "write", {})[self.layout.role_arn(row.role)] = (
                row.key_actions
            )
        said = [
            used_by(self.layout.account, f"UseTo{may.title()}", sorted(arns), next(iter(arns.values())))
            for may, arns in sorted(users.items())
        ]
        if named.layer == "dags" and self.settings.airflow:
            said += self.airflow_users()
        if named.layer == "audit":
            context = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": self.layout.arn("cloudtrail", "trail/*")}}
            own = {"StringEquals": {"aws:SourceArn": self.trail_arn}, **context}
            said += [
                used_by_service("TrailWrites", "cloudtrail.amazonaws.com", ["kms:GenerateDataKey*"], own),
                used_by_service(
                    "TrailLooks",
                    "cloudtrail.amazonaws.com",
                    ["kms:DescribeKey"],
                    {"StringEquals": {"aws:SourceArn": self.trail_arn}},
                ),
            ]
        return said

    def airflow_users(self) -> list[dict]:
        """MWAA has one key for environment and DAG files. Amazon MWAA User Guide, "Using customer managed keys for encryption"."""
        account, region = self.layout.account, self.layout.region
        role = [self.layout.role_arn(f"{self.layout.prefix}-airflow")]
        queue = {"StringEquals": {"kms:ViaService": f"sqs.{region}.amazonaws.com"}}
        service = {"kms:ViaService": f"airflow.{region}.amazonaws.com", "kms:CallerAccount": account}
        root = {"AWS": f"arn:aws:iam::{account}:root"}
        groups = {
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": self.layout.arn("logs", f"log-group:airflow-{self.layout.prefix}-*")
            }
        }
        return [
            used_by(account, "AirflowQueue", role, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"], queue),
            {
                "Sid": "AirflowGrants",
                "Effect": "Allow",
                "Principal": root,
                "Action": "kms:CreateGrant",
                "Resource": "*",
                "Condition": {"StringEquals": service, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            },
            used_by_service("AirflowLogs", f"logs.{region}.amazonaws.com", ENVELOPE, groups),
        ]

    def platform_key(self) -> None:
        """Encrypts what is about loads and holds no row: logs, queues, images, topics, and what Airflow and Studio keep."""
        account, region = self.layout.account, self.layout.region
        groups = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": self.layout.arn("logs", "log-group:*")}}
        here = {"StringEquals": {"aws:SourceAccount": account}}
        services = [f"{name}.{region}.amazonaws.com" for name in VIA]
        through = {"StringEquals": {"kms:ViaService": services, "kms:CallerAccount": account}}
        grants = {**through, "Bool": {"kms:GrantIsForAWSResource": "true"}}
        root = {"AWS": f"arn:aws:iam::{account}:root"}
        key = Key(
            self,
            "platform-key",
            account=account,
            alias=f"alias/{self.layout.prefix}-platform",
            description=f"encrypts logs, queues, topics and images of {self.layout.prefix}",
            users=[
                used_by_service("Logs", f"logs.{region}.amazonaws.com", ENVELOPE, groups),
                used_by_service("Alarms", "cloudwatch.amazonaws.com", ["kms:Decrypt", "kms:GenerateDataKey*"], here),
                used_by_service("Events", "events.amazonaws.com", ["kms:Decrypt", "kms:GenerateDataKey*"], here),
                used_by_service("Budgets", "budgets.amazonaws.com", ["kms:Decrypt", "kms:GenerateDataKey*"], here),
                {
                    "Sid": "ThroughServices",
                    "Effect": "Allow",
                    "Principal": root,
                    "Action": ENVELOPE,
                    "Resource": "*",
                    "Condition": through,
                },
                {
                    "Sid": "Grants",
                    "Effect": "Allow",
                    "Principal": root,
                    "Action": "kms:CreateGrant",
                    "Resource": "*",
                    "Condition": grants,
                },
            ],
            window_days=self.settings.key_window_days,
            retain=self.settings.retain,
        )
        CfnOutput(self, "platform-key-arn", value=key.arn, export_name=f"{self.layout.prefix}-key-platform")

    def treatment_key(self) -> None:
        """Encrypts the secret that holds the key of treatments; whoever loads reads it by way of Secrets Manager alone."""
        through = {"StringEquals": {"kms:ViaService": f"secretsmanager.{self.layout.region}.amazonaws.com"}}
        readers = {name for level in self.layout.levels for name in secret_readers(self.layout, level)}
        # CloudFormation hands it to the functions, which read no secret by themselves.
        readers.add(deploys(self.layout, self.settings))
        roles = [self.layout.role_arn(name) for name in sorted(readers)]
        users = [used_by(self.layout.account, "UseToRead", roles, ["kms:Decrypt", "kms:DescribeKey"], through)]
        if self.settings.operators:
            users.append(used_by(self.layout.account, "UseToWrite", list(self.settings.operators), WRITING_KEY, through))
        Key(
            self,
            "treatment-key",
            account=self.layout.account,
            alias=f"alias/{self.layout.treatment_key_secret}",
            description="encrypts the secret that holds the key of treatments",
            users=users,
            window_days=self.settings.key_window_days,
            retain=self.settings.retain,
        )

    @property
    def trail_arn(self) -> str:
        return self.layout.arn("cloudtrail", f"trail/{self.layout.prefix}-data")

    def trail(self, named: Named) -> list[dict]:
        """CloudTrail may put the phase's trail. AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"."""
        service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
        own = {"aws:SourceArn": self.trail_arn}
        below = f"{named.arn}/AWSLogs/{self.layout.account}/*"
        return [
            {
                "Sid": "TrailLooks",
                **service,
                "Action": "s3:GetBucketAcl",
                "Resource": named.arn,
                "Condition": {"StringEquals": own},
            },
            {
                "Sid": "TrailWrites",
                **service,
                "Action": "s3:PutObject",
                "Resource": below,
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **own}},
            },
        ]

    def lifetime(self, named: Named):
        """Landed files, results and the trail go by age. Tables' files never do: only `naru maintain` knows which are needed."""
        days = {
            "landing": self.settings.landing_days,
            "results": self.settings.results_days,
            "audit": self.settings.audit_days + 1,
        }
        return lifecycle(noncurrent_days=self.settings.noncurrent_days, expire_days=days.get(named.layer))

    def lock(self) -> dict:
        retention = s3.CfnBucket.DefaultRetentionProperty(mode=self.settings.audit_lock, days=self.settings.audit_days)
        rule = s3.CfnBucket.ObjectLockRuleProperty(default_retention=retention)
        return {
            "object_lock_enabled": True,
            "object_lock_configuration": s3.CfnBucket.ObjectLockConfigurationProperty(object_lock_enabled="Enabled", rule=rule),
        }

    def notification(self) -> s3.CfnBucket.NotificationConfigurationProperty:
        to_event_bridge = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
        return s3.CfnBucket.NotificationConfigurationProperty(event_bridge_configuration=to_event_bridge)

    def access_logs(self) -> None:
        """S3's access logs of all buckets of the phase. S3 cannot deliver them into a bucket that KMS encrypts."""
        sources = [named.arn for named in self.layout.buckets]
        deliver = {
            "Sid": "AccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{self.access_log_bucket}/*",
            "Condition": {"ArnEquals": {"aws:SourceArn": sources}, "StringEquals": {"aws:SourceAccount": self.layout.account}},
        }
        Bucket(
            self,
            "access-logs",
            name=self.access_log_bucket,
            key_arn=None,
            lifetime=lifecycle(noncurrent_days=self.settings.noncurrent_days, expire_days=self.settings.log_days),
            retain=self.settings.retain,
            statements=[deliver],
        )
