"""A log group, encrypted, whose lines are kept for so many days."""

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_logs as logs
from constructs import Construct


def log_group(scope: Construct, id: str, name: str, days: int, key_arn: str) -> logs.CfnLogGroup:
    group = logs.CfnLogGroup(scope, id, log_group_name=name, retention_in_days=days, kms_key_id=key_arn)
    group.cfn_options.deletion_policy = group.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
    return group
