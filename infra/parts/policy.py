"""Statements of IAM policies."""

from access import BUCKET_ACTIONS, OBJECT_ACTIONS, Access
from aws_cdk import aws_iam as iam
from layout import Layout


def allow(sid: str, actions: list[str], resources: list[str], conditions: dict | None = None) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources, conditions=conditions)


def bucket_statements(layout: Layout, rows: list[Access]) -> list[iam.PolicyStatement]:
    """What a role's rows of the access table come to: its buckets, their objects, their keys."""
    looks, objects, keys = {}, {}, {}
    for row in rows:
        if actions := tuple(BUCKET_ACTIONS[row.may]):
            looks.setdefault(actions, set()).add(row.bucket.arn)
        objects.setdefault(row.may, set()).update(row.object_arns)
        keys.setdefault(tuple(row.key_actions), set()).add(row.bucket.key_alias)
    said = [allow(f"Buckets{n}", list(actions), sorted(looks[actions])) for n, actions in enumerate(sorted(looks), 1)]
    said += [allow(f"Objects{may.title()}", OBJECT_ACTIONS[may], sorted(objects[may])) for may in sorted(objects)]
    said += [key_use(layout, f"Keys{n}", list(actions), sorted(keys[actions])) for n, actions in enumerate(sorted(keys), 1)]
    return said


def key_use(layout: Layout, sid: str, actions: list[str], aliases: list[str]) -> iam.PolicyStatement:
    """Keys by their aliases: AWS KMS Developer Guide, "Use aliases to control access to KMS keys"."""
    by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}}
    return allow(sid, actions, [layout.arn("kms", "key/*")], by_alias)
