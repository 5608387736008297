"""What a load needs, whichever process it runs in. docs/aws.md has the list that this follows."""

from access import AccessTable
from aws_cdk import aws_iam as iam
from layout import Layout
from settings import Settings

from .policy import allow, bucket_statements, key_use
from .queries import catalog_arns

TABLES = [
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetTable",
    "glue:GetTables",
    "glue:CreateTable",
    "glue:UpdateTable",
]
STARTS = [
    "glue:GetJob",
    "glue:GetTags",
    "glue:StartJobRun",
    "glue:GetJobRun",
    "glue:GetJobRuns",
    "glue:BatchStopJobRun",
]
INTERFACES = [
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeRouteTables",
    "ec2:DescribeVpcs",
]


def of_role(layout: Layout, access: AccessTable, role: str) -> list[iam.PolicyStatement]:
    """Its buckets, the phase's catalog, the treatment key."""
    said = [*bucket_statements(layout, access.of_role(role)), allow("Tables", TABLES, catalog_arns(layout))]
    return [*said, *treatment_key(layout)]


def treatment_key(layout: Layout) -> list[iam.PolicyStatement]:
    secret = layout.treatment_key_secret
    if not secret:
        return []
    # Secrets Manager writes six characters of its own behind a secret's name.
    return [
        allow("TreatmentKey", ["secretsmanager:GetSecretValue"], [layout.arn("secretsmanager", f"secret:{secret}-??????")]),
        key_use(layout, "TreatmentKeysKey", ["kms:Decrypt"], [f"alias/{secret}"]),
    ]


def starts_glue(layout: Layout, settings: Settings, level: str) -> list[iam.PolicyStatement]:
    """Starts the level's Glue jobs; in a phase whose runs alter their jobs makes them, too, with the level's role."""
    jobs = [layout.arn("glue", f"job/{pattern}") for pattern in layout.glue_job_patterns(level)]
    said = [allow("Starts", STARTS, jobs)]
    if settings.runs_alter_jobs:
        said += [
            allow("Alters", ["glue:CreateJob", "glue:UpdateJob", "glue:TagResource"], jobs),
            pass_role(layout, [layout.glue_role(level)], "glue"),
        ]
    return said


def pass_role(layout: Layout, roles: list[str], service: str) -> iam.PolicyStatement:
    to = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
    return allow("Passes", ["iam:PassRole"], [layout.role_arn(role) for role in roles], to)
