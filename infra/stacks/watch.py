"""What is watched of a phase: who touched which object, loads that failed, rows that were refused, what it costs."""

import json

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_logs as logs
from parts.topic import alarm_topic

from .base import PhaseStack

FIVE_MINUTES = 300


class Watch(PhaseStack):
    """What is watched of a phase: who touched which object, failed loads, refused rows, cost."""

    concern = "watch"

    def build(self) -> None:
        self.namespace = f"naru/{self.layout.prefix}"
        self.topic = alarm_topic(
            self, self.layout, f"{self.layout.prefix}-alarms", self.settings.alarm_emails, self.platform_key_arn
        )
        self.trail()
        self.failed_glue_runs()
        self.rejected_rows()
        self.functions()
        self.budget()
        self.dashboard()

    def trail(self) -> None:
        """Every read and write of an object of the phase, and every call of its functions, into the locked bucket."""
        of = cloudtrail.CfnTrail
        field = of.AdvancedFieldSelectorProperty
        # What the trail itself writes is not told again.
        buckets = [f"{bucket.arn}/" for bucket in self.layout.buckets if bucket.layer != "audit"]
        objects = [
            field(field="eventCategory", equal_to=["Data"]),
            field(field="resources.type", equal_to=["AWS::S3::Object"]),
            field(field="resources.ARN", starts_with=buckets),
        ]
        functions = [self.layout.arn("lambda", f"function:{self.layout.prefix}-naru-{level}") for level in self.layout.levels]
        calls = [
            field(field="eventCategory", equal_to=["Data"]),
            field(field="resources.type", equal_to=["AWS::Lambda::Function"]),
            field(field="resources.ARN", equal_to=functions),
        ]
        trail = of(
            self,
            "trail",
            trail_name=f"{self.layout.prefix}-data",
            is_logging=True,
            is_multi_region_trail=False,
            include_global_service_events=False,
            enable_log_file_validation=True,
            s3_bucket_name=self.layout.bucket("audit").name,
            kms_key_id=self.key_arn(self.layout.bucket("audit")),
            advanced_event_selectors=[
                of.AdvancedEventSelectorProperty(name="objects", field_selectors=objects),
                of.AdvancedEventSelectorProperty(name="functions", field_selectors=calls),
            ],
        )
        kept = CfnDeletionPolicy.RETAIN if self.settings.retain else CfnDeletionPolicy.DELETE
        trail.cfn_options.deletion_policy = trail.cfn_options.update_replace_policy = kept

    def failed_glue_runs(self) -> None:
        pattern = {
            "source": ["aws.glue"],
            "detail-type": ["Glue Job State Change"],
            "detail": {"state": ["FAILED", "TIMEOUT", "ERROR"], "jobName": [{"prefix": self.layout.glue_job_pattern[:-1]}]},
        }
        target = events.CfnRule.TargetProperty(id="alarms", arn=self.topic.ref)
        events.CfnRule(
            self,
            "failed-glue-runs",
            name=f"{self.layout.prefix}-failed-glue-runs",
            description="a Glue run that did not succeed",
            event_pattern=pattern,
            targets=[target],
        )

    def rejected_rows(self) -> None:
        """naru tells them as a field of a line of its log (`--log json`)."""
        for kind in ("naru", "task"):
            for level in self.layout.levels:
                logs.CfnMetricFilter(
                    self,
                    f"rejected-{kind}-{level}",
                    log_group_name=f"{self.layout.prefix_of_logs}{kind}-{level}",
                    filter_pattern="{ $.rejected > 0 }",
                    metric_transformations=[
                        logs.CfnMetricFilter.MetricTransformationProperty(
                            metric_namespace=self.namespace,
                            metric_name="RejectedRows",
                            metric_value="$.rejected",
                            default_value=0,
                        )
                    ],
                )
        self.alarm("rejected-rows", "rows did not fit and are in quarantine", self.namespace, "RejectedRows", {})

    def functions(self) -> None:
        for level in self.layout.levels:
            name = f"{self.layout.prefix}-naru-{level}"
            self.alarm(f"errors-{level}", f"calls of {name} failed", "AWS/Lambda", "Errors", {"FunctionName": name})
        queue = {"QueueName": f"{self.layout.prefix}-failed-events"}
        self.alarm(
            "failed-events",
            "events that no call has dealt with",
            "AWS/SQS",
            "ApproximateNumberOfMessagesVisible",
            queue,
            "Maximum",
        )

    def alarm(self, id: str, what: str, namespace: str, metric: str, dimensions: dict[str, str], statistic: str = "Sum") -> None:
        cloudwatch.CfnAlarm(
            self,
            id,
            alarm_name=f"{self.layout.prefix}-{id}",
            alarm_description=what,
            namespace=namespace,
            metric_name=metric,
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in dimensions.items()],
            statistic=statistic,
            period=FIVE_MINUTES,
            evaluation_periods=1,
            threshold=0,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic.ref],
        )

    def budget(self) -> None:
        """Of what carries the phase's tag, which has to be activated once as a cost allocation tag."""
        of = budgets.CfnBudget
        subscriber = of.SubscriberProperty(subscription_type="SNS", address=self.topic.ref)
        told = [
            of.NotificationWithSubscribersProperty(
                notification=of.NotificationProperty(
                    notification_type=kind, comparison_operator="GREATER_THAN", threshold=percent, threshold_type="PERCENTAGE"
                ),
                subscribers=[subscriber],
            )
            for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
        ]
        of(
            self,
            "budget",
            budget=of.BudgetDataProperty(
                budget_name=self.layout.prefix,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=of.SpendProperty(amount=self.settings.budget_usd, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:phase${self.layout.phase}"]},
            ),
            notifications_with_subscribers=told,
        )

    def dashboard(self) -> None:
        levels, region = self.layout.levels, self.layout.region
        functions = [f"{self.layout.prefix}-naru-{level}" for level in levels]
        workgroups = [self.layout.workgroup(level)["name"] for level in levels]
        shown = [
            ("Calls of functions", [["AWS/Lambda", "Invocations", "FunctionName", name] for name in functions]),
            ("Failed calls", [["AWS/Lambda", "Errors", "FunctionName", name] for name in functions]),
            ("Longest call, ms", [["AWS/Lambda", "Duration", "FunctionName", name, {"stat": "Maximum"}] for name in functions]),
            ("Refused rows", [[self.namespace, "RejectedRows"]]),
            ("Bytes scanned by queries", [["AWS/Athena", "ProcessedBytes", "WorkGroup", name] for name in workgroups]),
            (
                "Events not dealt with",
                [["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", f"{self.layout.prefix}-failed-events"]],
            ),
        ]
        widgets = [
            {
                "type": "metric",
                "x": 12 * (n % 2),
                "y": 6 * (n // 2),
                "width": 12,
                "height": 6,
                "properties": {"title": title, "metrics": metrics, "stat": "Sum", "period": FIVE_MINUTES, "region": region},
            }
            for n, (title, metrics) in enumerate(shown)
        ]
        cloudwatch.CfnDashboard(
            self, "dashboard", dashboard_name=self.layout.prefix, dashboard_body=json.dumps({"widgets": widgets})
        )
