"""A KMS key whose administration and use are two things."""

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_kms as kms
from constructs import Construct

ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:Revoke*",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
]


class Key(Construct):
    """A key, rotated every year, and its alias.

    `users` are statements beside administration's: who may use it. Administration is the account's, so that IAM says whose it is
    and nobody is locked out; it neither encrypts nor decrypts, and makes no grants.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        account: str,
        alias: str,
        description: str,
        users: list[dict],
        window_days: int,
        retain: bool,
        enabled: bool = True,
    ):
        super().__init__(scope, id)
        root = {"AWS": f"arn:aws:iam::{account}:root"}
        administration = {
            "Sid": "Administration",
            "Effect": "Allow",
            "Principal": root,
            "Action": ADMINISTRATION,
            "Resource": "*",
        }
        # Control Tower's CT.KMS.PR.3: a grant is made by a service for what it keeps, and by nobody else.
        no_grants = {
            "Sid": "GrantsByServicesOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "kms:CreateGrant",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}},
        }
        self.key = kms.CfnKey(
            self,
            "Key",
            description=description,
            enabled=enabled,
            enable_key_rotation=True,
            pending_window_in_days=window_days,
            key_policy={"Version": "2012-10-17", "Statement": [administration, no_grants, *users]},
        )
        policy = CfnDeletionPolicy.RETAIN if retain else CfnDeletionPolicy.DELETE
        self.key.cfn_options.deletion_policy = self.key.cfn_options.update_replace_policy = policy
        self.alias = kms.CfnAlias(self, "Alias", alias_name=alias, target_key_id=self.key.ref)
        self.alias.cfn_options.deletion_policy = self.alias.cfn_options.update_replace_policy = policy

    @property
    def arn(self) -> str:
        return self.key.attr_arn


def used_by(account: str, sid: str, role_arns: list[str], actions: list[str], conditions: dict | None = None) -> dict:
    """A statement for roles of the account by their ARNs, which need not exist yet."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": actions,
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": role_arns}, **(conditions or {})},
    }


def used_by_service(sid: str, service: str, actions: list[str], conditions: dict) -> dict:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": actions,
        "Resource": "*",
        "Condition": conditions,
    }
