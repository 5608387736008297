"""Conditions in bucket policies: moto 5.2 passes over every `Condition`, so that a statement which denies what does not come by
TLS denies everything.

AWS IAM User Guide, "AWS global condition context keys", `aws:SecureTransport`: it says whether a request was sent using TLS. On
loopback nothing is, and on AWS every request of an SDK: here all requests count as sent by TLS 1.3 (`s3:TlsVersion`).

Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3": `s3:x-amz-server-side-encryption` and
`s3:x-amz-server-side-encryption-aws-kms-key-id` are the request's headers.

AWS IAM User Guide, "IAM JSON policy elements: Condition operators": where a key is not in the request, operators do not match,
but for those that negate (`…Not…`), which do; `Null` is about just that. All operators of a statement must hold.
"""

import functools
import json
from fnmatch import fnmatchcase

from flask import has_request_context, request
from moto.iam.access_control import IAMPolicy
from moto.s3.models import FakeBucket

BY_TLS = {"aws:securetransport": "true", "s3:tlsversion": "1.3"}
HEADERS = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id")
MATCHES = {
    "Bool": lambda actual, wanted: actual.lower() == str(wanted).lower(),
    "StringEquals": lambda actual, wanted: actual == wanted,
    "StringLike": fnmatchcase,
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "NumericLessThan": lambda actual, wanted: float(actual) < float(wanted),
}
NEGATIONS = {"StringNotEquals": "StringEquals", "StringNotLike": "StringLike", "ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike"}


def install() -> None:
    """Takes statements whose conditions do not hold out of what moto decides by."""
    original = FakeBucket.get_permission

    @functools.wraps(original)
    def get_permission(bucket: FakeBucket, action: str, resource: str):
        if not bucket.policy:
            return original(bucket, action, resource)
        policy = json.dumps(applicable(json.loads(bucket.policy), context()))
        return IAMPolicy(policy).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def context() -> dict[str, str]:
    """The condition keys of the request that is being answered, in lower case."""
    headers = {name: request.headers.get(name) for name in HEADERS} if has_request_context() else {}
    return BY_TLS | {f"s3:{name}": value for name, value in headers.items() if value}


def applicable(policy: dict, request_has: dict[str, str]) -> dict:
    """A policy without the statements that say nothing of the request."""
    statements = policy.get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]
    return {**policy, "Statement": [each for each in statements if holds(each.get("Condition", {}), request_has)]}


def holds(condition: dict, request_has: dict[str, str]) -> bool:
    """Whether a condition holds. An operator that is not known here is an error, not a guess."""
    return all(
        _key_holds(operator, request_has.get(key.lower()), wanted if isinstance(wanted, list) else [wanted])
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _key_holds(operator: str, actual: str | None, wanted: list) -> bool:
    if operator == "Null":
        return str(actual is None).lower() in [str(each).lower() for each in wanted]
    matches = MATCHES[NEGATIONS.get(operator, operator)]
    found = actual is not None and any(matches(actual, each) for each in wanted)
    return found != (operator in NEGATIONS)
