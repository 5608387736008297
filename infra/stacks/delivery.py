"""Who changes a phase from outside: the roles of the workflows that plan and sync jobs, and the one that deploys this app."""

from aws_cdk import aws_iam as iam
from parts.loads import pass_role
from parts.policy import allow, bucket_statements
from parts.queries import catalog_arns
from parts.role import role

from .base import PhaseStack

GITHUB = "token.actions.githubusercontent.com"
# `naru check --live` looks at these.
LIVE = ["s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetEncryptionConfiguration", "s3:ListBucket"]
LIVE_KEYS = ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus"]
SEE_JOBS = ["glue:GetJob", "glue:GetTags"]
CHANGE_JOBS = ["glue:CreateJob", "glue:DeleteJob", "glue:TagResource", "glue:UntagResource", "glue:UpdateJob"]


class Delivery(PhaseStack):
    """Who changes a phase from outside: the roles that plan and sync jobs, and the one that deploys this app."""

    concern = "delivery"

    def build(self) -> None:
        self.plan()
        self.sync()
        self.deploy()
        if self.settings.landing_writers:
            for level in self.layout.levels:
                self.deliver(level)

    def workflow(self, claim: str) -> iam.IPrincipal:
        """A workflow of the repository, by its own identity: docs.github.com, "Configuring OpenID Connect in AWS"."""
        told = {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": f"repo:{self.settings.repository}:{claim}"}
        provider = f"arn:aws:iam::{self.layout.account}:oidc-provider/{GITHUB}"
        return iam.FederatedPrincipal(provider, {"StringEquals": told}, "sts:AssumeRoleWithWebIdentity")

    def plan(self) -> None:
        """A pull request's: it reads, and cannot write."""
        name = f"{self.layout.prefix}-plan"
        role(
            self,
            name,
            trusted=self.workflow("pull_request"),
            description="what a sync would do: reads, and cannot write",
            statements=[*self.sees(name), *self.looks()],
        )

    def sync(self) -> None:
        """Of `main`, through the environment that is named as the phase, whose reviewers approve."""
        name = f"{self.layout.prefix}-sync"
        roles = [self.layout.glue_role(level) for level in self.layout.levels]
        role(
            self,
            name,
            trusted=self.with_operators(self.workflow(f"environment:{self.layout.phase}")),
            description="naru sync: puts definitions, programs, jobs and DAG files",
            statements=[
                *self.sees(name),
                *self.looks(),
                allow("ChangeJobs", CHANGE_JOBS, self.jobs),
                pass_role(self.layout, roles, "glue"),
                allow(
                    "Images",
                    [
                        "ecr:BatchCheckLayerAvailability",
                        "ecr:CompleteLayerUpload",
                        "ecr:InitiateLayerUpload",
                        "ecr:PutImage",
                        "ecr:UploadLayerPart",
                    ],
                    [self.layout.arn("ecr", f"repository/{self.layout.prefix}-naru")],
                ),
                allow("ImagesLogin", ["ecr:GetAuthorizationToken"], ["*"]),
                allow(
                    "Functions",
                    ["lambda:UpdateFunctionCode"],
                    [self.layout.arn("lambda", f"function:{self.layout.prefix}-naru-{level}") for level in self.layout.levels],
                ),
            ],
        )

    def with_operators(self, workflow: iam.IPrincipal) -> iam.IPrincipal:
        if not self.settings.operators:
            return workflow
        named = {"ArnEquals": {"aws:PrincipalArn": list(self.settings.operators)}}
        return iam.CompositePrincipal(workflow, iam.PrincipalWithConditions(iam.AccountPrincipal(self.layout.account), named))

    @property
    def jobs(self) -> list[str]:
        return [self.layout.arn("glue", f"job/{self.layout.glue_job_pattern}")]

    def sees(self, name: str) -> list[iam.PolicyStatement]:
        return [
            *bucket_statements(self.layout, self.phase.access.of_role(name)),
            allow("SeeJobs", SEE_JOBS, self.jobs),
            allow("ListJobs", ["glue:GetJobs", "glue:ListJobs"], ["*"]),
            allow("SeeTables", ["glue:GetDatabase", "glue:GetTable", "glue:GetTables"], catalog_arns(self.layout)),
        ]

    def looks(self) -> list[iam.PolicyStatement]:
        """`naru check --live`: how buckets, keys and workgroups are set, and nothing that is in them."""
        aliases = [bucket.key_alias for bucket in self.layout.buckets]
        workgroups = [self.layout.arn("athena", f"workgroup/{each['name']}") for each in self.layout.said["workgroups"]]
        by_alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": aliases}}
        return [
            allow("LiveBuckets", LIVE, [bucket.arn for bucket in self.layout.buckets]),
            allow("LiveKeys", LIVE_KEYS, [self.layout.arn("kms", "key/*")], by_alias),
            allow("LiveWorkgroups", ["athena:GetWorkGroup"], workgroups),
        ]

    def deploy(self) -> None:
        """Deploys the phase's stacks, by the roles that `cdk bootstrap` made for its qualifier, and no other phase's."""
        kinds = ("deploy", "file-publishing", "lookup")
        account, region = self.layout.account, self.layout.region
        bootstrapped = [self.layout.role_arn(f"cdk-{self.settings.qualifier}-{kind}-role-{account}-{region}") for kind in kinds]
        build = {
            "StringEquals": {"aws:PrincipalArn": self.layout.role_arn(f"{self.layout.org}-account-build-{self.layout.phase}")}
        }
        role(
            self,
            f"{self.layout.prefix}-deploy",
            trusted=iam.PrincipalWithConditions(iam.AccountPrincipal(account), build),
            description="deploys the phase's stacks",
            statements=[allow("Bootstrapped", ["sts:AssumeRole"], bootstrapped)],
        )

    def deliver(self, level: str) -> None:
        """Puts files into the level's landing bucket, and cannot read them again."""
        name = f"{self.layout.prefix}-deliver-{level}"
        writers = {"ArnEquals": {"aws:PrincipalArn": list(self.settings.landing_writers)}}
        role(
            self,
            name,
            trusted=iam.PrincipalWithConditions(iam.AccountPrincipal(self.layout.account), writers),
            description=f"delivers files at {level}",
            statements=bucket_statements(self.layout, self.phase.access.of_role(name)),
        )
