"""Who may do what with which bucket: one table, from which both sides follow, the keys' policies and the roles'.

A key's policy says who may use it, a role's what it may do; both must agree. Principals in a key's policy are the account's root
narrowed by `aws:PrincipalArn`, since KMS refuses a policy that names a role which is not there yet. Keys in a role's policy are
told by their alias (`kms:ResourceAliases`), which is known before the key is.
"""

from dataclasses import dataclass

from layout import Bucket, Layout
from settings import Settings

READ, WRITE, PUT, DROP, RESULTS = "read", "write", "put", "drop", "results"

LOOK = ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetEncryptionConfiguration"]
BUCKET_ACTIONS = {READ: LOOK, WRITE: LOOK, PUT: LOOK, DROP: [], RESULTS: [*LOOK, "s3:ListBucketMultipartUploads"]}
OBJECT_ACTIONS = {
    READ: ["s3:GetObject"],
    WRITE: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
    PUT: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
    DROP: ["s3:PutObject", "s3:AbortMultipartUpload"],
    RESULTS: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
}
READING_KEY = ["kms:Decrypt", "kms:DescribeKey"]
# A multipart upload needs Decrypt, too (Amazon S3 User Guide, "Uploading and copying objects using multipart upload").
WRITING_KEY = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]


@dataclass(frozen=True)
class Access:
    """A role's right to a bucket and its key. `keys` narrows it to objects whose keys are like these."""

    role: str
    bucket: Bucket
    may: str
    keys: tuple[str, ...] = ("*",)

    @property
    def key_actions(self) -> list[str]:
        return READING_KEY if self.may == READ else WRITING_KEY

    @property
    def object_arns(self) -> list[str]:
        return [f"{self.bucket.arn}/{key}" for key in self.keys]


class AccessTable:
    """All rights of a phase, but for those to buckets that are closed or destroyed: nobody has any."""

    def __init__(self, layout: Layout, settings: Settings):
        gone = {*settings.closed, *settings.destroyed}
        self.rows = [row for row in _rows(layout, settings) if row.bucket.id not in gone]

    def of_role(self, role: str) -> list[Access]:
        return [row for row in self.rows if row.role == role]

    def of_bucket(self, bucket: Bucket) -> list[Access]:
        return [row for row in self.rows if row.bucket == bucket]


def load_roles(layout: Layout, level: str) -> list[str]:
    """The roles that load tables of a level, and so write its lake: Glue's, the Lambda function's, the ECS task's."""
    return [layout.glue_role(level), f"{layout.prefix}-naru-{level}", f"{layout.prefix}-task-{level}"]


def deploys(layout: Layout, settings: Settings) -> str:
    """The role of `cdk bootstrap` that CloudFormation makes the phase's resources as."""
    return f"cdk-{settings.qualifier}-cfn-exec-role-{layout.account}-{layout.region}"


def secret_readers(layout: Layout, level: str) -> list[str]:
    """Who reads the secret of the treatment key: those who load, and what starts the ECS task, which hands it over."""
    return [*load_roles(layout, level), f"{layout.prefix}-start-{level}"]


def _rows(layout: Layout, settings: Settings) -> list[Access]:
    rows = []
    for level in layout.levels:
        rows += _of_level(layout, settings, level)
    code, dags, defs, audit = (layout.bucket(layer) for layer in ("code", "dags", "defs", "audit"))
    sync, plan, airflow = (f"{layout.prefix}-{name}" for name in ("sync", "plan", "airflow"))
    rows += [Access(sync, bucket, WRITE) for bucket in (code, dags, defs)]
    rows += [Access(sync, audit, PUT, ("sync/*",))]
    # A function's code is read by who makes the function.
    rows += [Access(deploys(layout, settings), code, READ, ("lambda/*",))]
    rows += [Access(plan, bucket, READ) for bucket in (code, dags, defs)]
    if settings.airflow:
        rows += [Access(airflow, dags, READ), Access(airflow, code, READ, ("naru/*",))]
    return rows


def _of_level(layout: Layout, settings: Settings, level: str) -> list[Access]:
    landing, lake, quarantine, results = (layout.bucket(layer, level) for layer in ("landing", "lake", "quarantine", "results"))
    code, dags, defs = (layout.bucket(layer) for layer in ("code", "dags", "defs"))
    rows = []
    for role in load_roles(layout, level):
        rows += [Access(role, landing, READ), Access(role, lake, WRITE), Access(role, quarantine, WRITE)]
        # The program, and below `runs/` what says that a run was started once.
        rows += [Access(role, code, PUT, ("runs/*",)), Access(role, code, READ, ("spark/*", "naru/*"))]
    function, task = f"{layout.prefix}-naru-{level}", f"{layout.prefix}-task-{level}"
    # A definition's report stands beside it; the manifest says which job a file belongs to.
    rows += [Access(function, defs, READ), Access(function, defs, DROP, ("table-defs/*.report.json",))]
    rows += [Access(function, dags, READ), Access(task, defs, READ), Access(task, dags, READ)]
    registered = f"{layout.prefix}-lakeformation-{level}"
    rows += [Access(registered, lake, WRITE), Access(registered, quarantine, READ)]
    if settings.landing_writers:
        rows.append(Access(f"{layout.prefix}-deliver-{level}", landing, DROP))
    for human, levels in settings.people.items():
        if level in levels:
            rows.append(Access(f"{layout.prefix}-{human}", results, RESULTS))
    if settings.studio and level in settings.people["analyst"]:
        rows.append(Access(f"{layout.prefix}-studio", results, RESULTS))
    return rows
