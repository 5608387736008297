"""What is watched of the account: every call, how things are set, what looks like an attack, keys about to go."""

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_accessanalyzer as access_analyzer
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_config as config
from aws_cdk import aws_events as events
from aws_cdk import aws_guardduty as guardduty
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_securityhub as securityhub
from parts.bucket import Bucket, lifecycle
from parts.key import Key, used_by_service
from parts.logs import log_group
from parts.policy import allow
from parts.role import role, service
from parts.topic import alarm_topic

from .account import AccountStack

STANDARDS = {
    "best-practices": "aws-foundational-security-best-practices/v/1.0.0",
    "cis": "cis-aws-foundations-benchmark/v/3.0.0",
    "nist": "nist-800-53/v/5.0.0",
    "pci": "pci-dss/v/4.0.1",
}
# Calls that somebody should hear of at once, by service.
ALARMING = {
    "kms": ["ScheduleKeyDeletion", "DisableKey", "DisableKeyRotation", "PutKeyPolicy", "DeleteAlias", "UpdateAlias"],
    "cloudtrail": ["StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"],
    "config": ["StopConfigurationRecorder", "DeleteConfigurationRecorder", "DeleteDeliveryChannel"],
    "guardduty": ["DeleteDetector", "UpdateDetector"],
    "securityhub": ["DisableSecurityHub", "BatchDisableStandards"],
    "lakeformation": ["PutDataLakeSettings", "DeregisterResource"],
    "s3": ["DeleteBucketPolicy", "PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock", "PutBucketVersioning"],
}


class AccountWatch(AccountStack):
    """What is watched of the account: every call, how things are set, attacks, keys about to go."""

    concern = "watch"

    def build(self) -> None:
        self.trail_arn = self.layout.arn("cloudtrail", f"trail/{self.name}")
        self.key = self.own_key()
        self.topic = alarm_topic(self, self.layout, f"{self.name}-alarms", self.settings.alarm_emails, self.key.arn)
        self.access_logs = Bucket(
            self,
            "access-logs",
            name=f"{self.name}-access-{self.layout.account}",
            key_arn=None,
            lifetime=lifecycle(noncurrent_days=self.settings.noncurrent_days, expire_days=self.settings.log_days),
            retain=True,
            statements=[self.access_log_statement()],
        )
        self.records = self.locked_bucket()
        self.trail()
        self.configuration()
        guardduty.CfnDetector(
            self,
            "attacks",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            features=[
                guardduty.CfnDetector.CFNFeatureConfigurationProperty(name=name, status="ENABLED")
                for name in ("S3_DATA_EVENTS", "LAMBDA_NETWORK_LOGS")
            ],
        )
        hub = securityhub.CfnHub(self, "hub", enable_default_standards=False, auto_enable_controls=True)
        for name, standard in STANDARDS.items():
            arn = f"arn:aws:securityhub:{self.layout.region}::standards/{standard}"
            securityhub.CfnStandard(self, f"standard-{name}", standards_arn=arn).add_resource_dependency(hub)
        access_analyzer.CfnAnalyzer(self, "shared-outside", type="ACCOUNT", analyzer_name=f"{self.name}-shared-outside")
        for source, calls in ALARMING.items():
            self.alarming(source, calls)
        self.findings()

    def own_key(self) -> Key:
        account, region = self.layout.account, self.layout.region
        trail = {"StringEquals": {"aws:SourceArn": self.trail_arn}}
        here = {"StringEquals": {"aws:SourceAccount": account}}
        groups = {
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": self.layout.arn("logs", f"log-group:/{self.layout.org}/account/*")}
        }
        writes = ["kms:Decrypt", "kms:GenerateDataKey*"]
        return Key(
            self,
            "key",
            account=account,
            alias=f"alias/{self.name}",
            description=f"encrypts what {self.name}-watch records",
            users=[
                used_by_service("Trail", "cloudtrail.amazonaws.com", ["kms:GenerateDataKey*", "kms:DescribeKey"], trail),
                used_by_service("Config", "config.amazonaws.com", writes, here),
                used_by_service("Alarms", "cloudwatch.amazonaws.com", writes, here),
                used_by_service("Events", "events.amazonaws.com", writes, here),
                used_by_service(
                    "Logs", f"logs.{region}.amazonaws.com", [*writes, "kms:Encrypt", "kms:ReEncrypt*", "kms:DescribeKey"], groups
                ),
            ],
            window_days=30,
            retain=True,
        )

    def access_log_statement(self) -> dict:
        return {
            "Sid": "AccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{self.name}-access-{self.layout.account}/*",
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{self.name}-records-{self.layout.account}"},
                "StringEquals": {"aws:SourceAccount": self.layout.account},
            },
        }

    def locked_bucket(self) -> Bucket:
        name = f"{self.name}-records-{self.layout.account}"
        arn, account = f"arn:aws:s3:::{name}", self.layout.account
        trail = {"aws:SourceArn": self.trail_arn}
        here = {"aws:SourceAccount": account}
        owner = {"s3:x-amz-acl": "bucket-owner-full-control"}
        said = []
        for who, own in (("cloudtrail", trail), ("config", here)):
            service = {"Effect": "Allow", "Principal": {"Service": f"{who}.amazonaws.com"}}
            looks = ["s3:GetBucketAcl"] if who == "cloudtrail" else ["s3:GetBucketAcl", "s3:ListBucket"]
            said += [
                {"Sid": f"{who.title()}Looks", **service, "Action": looks, "Resource": arn, "Condition": {"StringEquals": own}},
                {
                    "Sid": f"{who.title()}Writes",
                    **service,
                    "Action": "s3:PutObject",
                    "Resource": f"{arn}/AWSLogs/{account}/*",
                    "Condition": {"StringEquals": {**owner, **own}},
                },
            ]
        retention = s3.CfnBucket.DefaultRetentionProperty(mode=self.settings.audit_lock, days=self.settings.audit_days)
        lock = s3.CfnBucket.ObjectLockConfigurationProperty(
            object_lock_enabled="Enabled", rule=s3.CfnBucket.ObjectLockRuleProperty(default_retention=retention)
        )
        logged = s3.CfnBucket.LoggingConfigurationProperty(
            destination_bucket_name=self.access_logs.bucket.ref, log_file_prefix="records/"
        )
        return Bucket(
            self,
            "records",
            name=name,
            key_arn=self.key.arn,
            lifetime=lifecycle(noncurrent_days=self.settings.noncurrent_days, expire_days=self.settings.audit_days + 1),
            retain=True,
            statements=said,
            object_lock_enabled=True,
            object_lock_configuration=lock,
            logging_configuration=logged,
        )

    def trail(self) -> None:
        """Every call in every region, and to CloudWatch, where it can be looked for at once."""
        group = log_group(self, "trail-log", f"/{self.layout.org}/account/trail", self.settings.log_days, self.key.arn)
        name = f"{self.name}-trail"
        writes = role(
            self,
            name,
            trusted=service(self.layout, "cloudtrail"),
            description="writes the trail to its log group",
            statements=[allow("Write", ["logs:CreateLogStream", "logs:PutLogEvents"], [group.attr_arn])],
        )
        trail = cloudtrail.CfnTrail(
            self,
            "trail",
            trail_name=self.name,
            is_logging=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            s3_bucket_name=self.records.bucket.ref,
            kms_key_id=self.key.arn,
            cloud_watch_logs_log_group_arn=group.attr_arn,
            cloud_watch_logs_role_arn=writes.role_arn,
            insight_selectors=[cloudtrail.CfnTrail.InsightSelectorProperty(insight_type="ApiCallRateInsight")],
        )
        trail.node.add_dependency(self.records.policy, self.node.find_child(f"{name}-policy"))
        trail.cfn_options.deletion_policy = trail.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN

    def configuration(self) -> None:
        linked = f"arn:aws:iam::{self.layout.account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        every = config.CfnConfigurationRecorder.RecordingGroupProperty(all_supported=True, include_global_resource_types=True)
        recorder = config.CfnConfigurationRecorder(self, "recorder", name="default", role_arn=linked, recording_group=every)
        channel = config.CfnDeliveryChannel(
            self, "channel", name="default", s3_bucket_name=self.records.bucket.ref, s3_kms_key_arn=self.key.arn
        )
        channel.node.add_dependency(self.records.policy)
        for name, (identifier, parameters) in RULES.items():
            rule = config.CfnConfigRule(
                self,
                f"rule-{name}",
                config_rule_name=f"{self.name}-{name}",
                source=config.CfnConfigRule.SourceProperty(owner="AWS", source_identifier=identifier),
                input_parameters=parameters,
            )
            rule.add_resource_dependency(recorder)

    def alarming(self, source: str, calls: list[str]) -> None:
        service = f"{source}.amazonaws.com"
        self.tell(
            f"changes-of-{source}",
            f"somebody changes how {source} protects the account",
            {
                "source": [f"aws.{source}"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {"eventSource": [service], "eventName": calls},
            },
        )

    def findings(self) -> None:
        self.tell(
            "findings",
            "a grave finding of Security Hub, GuardDuty or Access Analyzer",
            {
                "source": ["aws.securityhub"],
                "detail-type": ["Security Hub Findings - Imported"],
                "detail": {"findings": {"Severity": {"Label": ["HIGH", "CRITICAL"]}, "Workflow": {"Status": ["NEW"]}}},
            },
        )

    def tell(self, id: str, what: str, pattern: dict) -> None:
        target = events.CfnRule.TargetProperty(id="alarms", arn=self.topic.ref)
        events.CfnRule(self, id, name=f"{self.name}-{id}", description=what, event_pattern=pattern, targets=[target])


# What a bank's regulator asks first; Security Hub's standards bring many more.
RULES = {
    "bucket-tls": ("S3_BUCKET_SSL_REQUESTS_ONLY", None),
    "bucket-public": ("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", None),
    "bucket-kms": ("S3_DEFAULT_ENCRYPTION_KMS", None),
    "key-deletion": ("KMS_CMK_NOT_SCHEDULED_FOR_DELETION", None),
    "key-rotation": ("CMK_BACKING_KEY_ROTATION_ENABLED", None),
    "trail": ("MULTI_REGION_CLOUD_TRAIL_ENABLED", None),
    "root-mfa": ("ROOT_ACCOUNT_MFA_ENABLED", None),
}
