"""Conditions on TLS in bucket policies: moto 5.2 passes over every `Condition`, so that a statement which denies what does not
come by TLS denies everything.

AWS IAM User Guide, "AWS global condition context keys", `aws:SecureTransport`: it says whether a request was sent using TLS. On
loopback nothing is, and on AWS every request of an SDK: here all requests count as sent by TLS.
"""

import functools
import json

from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket

BY_TLS = {"aws:securetransport": "true"}


def install() -> None:
    """Takes statements whose condition on TLS does not hold out of what moto decides by."""
    original = FakeBucket.get_permission

    @functools.wraps(original)
    def get_permission(bucket: FakeBucket, action: str, resource: str):
        if not bucket.policy:
            return original(bucket, action, resource)
        policy = json.dumps(applicable(json.loads(bucket.policy)))
        return IAMPolicy(policy).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def applicable(policy: dict) -> dict:
    """A policy without the statements that say nothing of a request by TLS."""
    statements = policy.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    return {**policy, "Statement": [statement for statement in statements if holds(statement.get("Condition", {}))]}


def holds(condition: dict) -> bool:
    """Whether a condition holds, as far as it is about TLS."""
    wanted = {key.lower(): value for key, value in condition.get("Bool", {}).items()}
    return all(wanted.get(key, actual) in (actual, [actual]) for key, actual in BY_TLS.items())
