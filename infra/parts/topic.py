"""A topic that alarms are told by."""

from aws_cdk import aws_sns as sns
from constructs import Construct
from layout import Layout

TELLERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.amazonaws.com")


def alarm_topic(scope: Construct, layout: Layout, name: str, emails: tuple[str, ...], key_arn: str) -> sns.CfnTopic:
    """Encrypted; only AWS's own services of this account tell it something."""
    arn = layout.arn("sns", name)
    topic = sns.CfnTopic(
        scope,
        name,
        topic_name=name,
        kms_master_key_id=key_arn,
        subscription=[sns.CfnTopic.SubscriptionProperty(protocol="email", endpoint=email) for email in emails] or None,
    )
    said = [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": list(TELLERS)},
            "Action": "sns:Publish",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:SourceAccount": layout.account}},
        },
    ]
    sns.CfnTopicPolicy(scope, f"{name}-policy", topics=[topic.ref], policy_document={"Version": "2012-10-17", "Statement": said})
    return topic
