"""The catalog, and who may see what of it: databases, locations, roles of people, grants by level."""

from access import load_roles
from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lakeformation as lf
from parts.policy import allow, bucket_statements
from parts.queries import query_statements
from parts.role import role, service
from settings import HUMAN_ROLES

from .base import PhaseStack

# What a load does with the tables of its level.
LOADING = ["SELECT", "INSERT", "DELETE", "ALTER", "DESCRIBE"]
DOES = {
    "engineer": "keeps loads running: jobs, logs, Airflow",
    "analyst": "asks",
    "marketer": "asks what is public",
    "auditor": "sees who may do what, and who did; no row",
    "steward": "says which level a table or column is",
}
VIEWS = {
    "engineer": [
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetDashboard",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListDashboards",
        "cloudwatch:ListMetrics",
        "glue:ListJobs",
        "logs:DescribeLogGroups",
    ],
    "auditor": [
        "access-analyzer:ListAnalyzers",
        "access-analyzer:ListFindings",
        "cloudtrail:DescribeTrails",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetTrailStatus",
        "cloudtrail:LookupEvents",
        "config:DescribeComplianceByConfigRule",
        "config:DescribeConfigurationRecorderStatus",
        "config:GetResourceConfigHistory",
        "config:SelectResourceConfig",
        "guardduty:GetFindings",
        "guardduty:ListDetectors",
        "guardduty:ListFindings",
        "iam:GenerateCredentialReport",
        "iam:GetAccountAuthorizationDetails",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:ListRoles",
        "iam:SimulatePrincipalPolicy",
        "lakeformation:GetDataLakeSettings",
        "lakeformation:GetResourceLFTags",
        "lakeformation:ListLFTags",
        "lakeformation:ListPermissions",
        "lakeformation:ListResources",
        "securityhub:GetFindings",
    ],
    "steward": [
        "lakeformation:AddLFTagsToResource",
        "lakeformation:GetLFTag",
        "lakeformation:GetResourceLFTags",
        "lakeformation:ListLFTags",
        "lakeformation:ListPermissions",
        "lakeformation:RemoveLFTagsFromResource",
        "lakeformation:SearchTablesByLFTags",
    ],
}


class Catalog(PhaseStack):
    """The catalog, and who may see what of it: databases, locations, roles of people, grants by level."""

    concern = "catalog"

    def build(self) -> None:
        self.databases()
        for level in self.layout.levels:
            self.locations(level)
            for name in load_roles(self.layout, level):
                self.loads(name, level)
        for human in HUMAN_ROLES:
            self.person(human)
        if self.settings.studio:
            self.reads(f"{self.layout.prefix}-studio", self.settings.people["analyst"], ["SELECT", "DESCRIBE"])

    def databases(self) -> None:
        """Tagged before there is a table in them, so that each level's loads may make theirs."""
        for each in self.layout.said["databases"]:
            said = glue.CfnDatabase.DatabaseInputProperty(
                name=each["name"], description=f"{each['database']} in {self.layout.phase}"
            )
            database = glue.CfnDatabase(self, f"database-{each['name']}", catalog_id=self.layout.account, database_input=said)
            database.cfn_options.deletion_policy = database.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
            named = lf.CfnTagAssociation.DatabaseResourceProperty(catalog_id=self.layout.account, name=each["name"])
            pairs = [self.pair("phase", self.layout.phase), self.pair("database", each["database"])]
            resource = lf.CfnTagAssociation.ResourceProperty(database=named)
            lf.CfnTagAssociation(self, f"tags-{each['name']}", lf_tags=pairs, resource=resource).add_resource_dependency(database)

    def pair(self, key: str, value: str) -> lf.CfnTagAssociation.LFTagPairProperty:
        return lf.CfnTagAssociation.LFTagPairProperty(catalog_id=self.layout.account, tag_key=key, tag_values=[value])

    def locations(self, level: str) -> None:
        """Lake Formation lends its queries this role, and nobody else may enter it."""
        buckets = [self.layout.bucket(layer, level) for layer in ("lake", "quarantine")]
        buckets = [bucket for bucket in buckets if self.phase.is_open(bucket)]
        if not buckets:
            return
        name = f"{self.layout.prefix}-lakeformation-{level}"
        lends = role(
            self,
            name,
            trusted=service(self.layout, "lakeformation"),
            description=f"reads and writes the lake at {level} for queries that Lake Formation has allowed",
            statements=bucket_statements(self.layout, self.phase.access.of_role(name)),
        )
        for bucket in buckets:
            location = lf.CfnResource(
                self, f"location-{bucket.id}", resource_arn=bucket.arn, use_service_linked_role=False, role_arn=lends.role_arn
            )
            location.node.add_dependency(self.node.find_child(f"{name}-policy"))

    def loads(self, name: str, level: str) -> None:
        """A load role sees the phase's databases, makes tables at its level's locations, and changes its level's tables."""
        self.by_tags(name, "DATABASE", {"phase": [self.layout.phase]}, ["DESCRIBE", "CREATE_TABLE"])
        self.by_tags(name, "TABLE", {"phase": [self.layout.phase], "level": [level]}, LOADING)
        for layer in ("lake", "quarantine"):
            bucket = self.layout.bucket(layer, level)
            if self.phase.is_open(bucket):
                location = lf.CfnPrincipalPermissions.DataLocationResourceProperty(
                    catalog_id=self.layout.account, resource_arn=bucket.arn
                )
                resource = lf.CfnPrincipalPermissions.ResourceProperty(data_location=location)
                made = self.grant(name, f"location-{layer}", resource, ["DATA_LOCATION_ACCESS"])
                made.node.add_dependency(self.node.find_child(f"location-{bucket.id}"))

    def person(self, human: str) -> None:
        name, levels = f"{self.layout.prefix}-{human}", self.settings.people[human]
        statements = query_statements(self.layout, self.phase.access, name, levels)
        if human in VIEWS:
            statements.append(allow("Views", VIEWS[human], ["*"]))
        if human == "engineer":
            statements += self.operates()
        role(
            self,
            name,
            trusted=iam.FederatedPrincipal(
                f"arn:aws:iam::{self.layout.account}:saml-provider/{self.settings.saml_provider}",
                {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
                "sts:AssumeRoleWithSAML",
            ),
            description=f"{human}: {DOES[human]}",
            statements=statements,
            session_hours=4,
        )
        self.reads(name, levels, ["SELECT", "DESCRIBE"])
        if human == "auditor":
            self.by_tags(name, "TABLE", {"phase": [self.layout.phase], "level": self.layout.levels}, ["DESCRIBE"])
        if human == "steward":
            for key, values in (("level", self.layout.levels), ("layer", ["lake", "quarantine"])):
                tag = lf.CfnPrincipalPermissions.LFTagKeyResourceProperty(
                    catalog_id=self.layout.account, tag_key=key, tag_values=values
                )
                resource = lf.CfnPrincipalPermissions.ResourceProperty(lf_tag=tag)
                self.grant(name, f"tag-{key}", resource, ["ASSOCIATE", "DESCRIBE"])

    def operates(self) -> list[iam.PolicyStatement]:
        logs = [f"log-group:/aws-glue/{self.layout.prefix}*", f"log-group:/{self.layout.org}/{self.layout.phase}/*"]
        said = [
            allow(
                "Logs",
                ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams"],
                [self.layout.arn("logs", each) for each in logs],
            ),
            allow(
                "Jobs",
                ["glue:GetJob", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"],
                [self.layout.arn("glue", f"job/{self.layout.glue_job_pattern}")],
            ),
        ]
        functions = [self.layout.arn("lambda", f"function:{self.layout.prefix}-naru-{level}") for level in self.layout.levels]
        said.append(allow("Runs", ["lambda:InvokeFunction"], functions))
        if self.settings.airflow:
            roles = [self.layout.arn("airflow", f"role/{self.layout.prefix}/{role}") for role in ("Op", "Viewer")]
            said.append(allow("Airflow", ["airflow:CreateWebLoginToken"], roles))
        return said

    def reads(self, name: str, levels: tuple[str, ...], permissions: list[str]) -> None:
        """Tables of levels in the lake; quarantine is for those who load."""
        self.by_tags(name, "DATABASE", {"phase": [self.layout.phase]}, ["DESCRIBE"])
        if levels:
            of = {"phase": [self.layout.phase], "level": list(levels), "layer": ["lake"]}
            self.by_tags(name, "TABLE", of, permissions, part="read")

    def by_tags(self, name: str, kind: str, tags: dict[str, list[str]], permissions: list[str], part: str = "") -> None:
        expression = [lf.CfnPrincipalPermissions.LFTagProperty(tag_key=key, tag_values=values) for key, values in tags.items()]
        policy = lf.CfnPrincipalPermissions.LFTagPolicyResourceProperty(
            catalog_id=self.layout.account, resource_type=kind, expression=expression
        )
        resource = lf.CfnPrincipalPermissions.ResourceProperty(lf_tag_policy=policy)
        self.grant(name, f"{kind.lower()}{part}", resource, permissions)

    def grant(self, name: str, what: str, resource, permissions: list[str]) -> lf.CfnPrincipalPermissions:
        made = lf.CfnPrincipalPermissions(
            self,
            f"grant-{name}-{what}",
            catalog=self.layout.account,
            principal=lf.CfnPrincipalPermissions.DataLakePrincipalProperty(
                data_lake_principal_identifier=self.layout.role_arn(name)
            ),
            resource=resource,
            permissions=permissions,
            permissions_with_grant_option=[],
        )
        if here := self.node.try_find_child(name):
            made.node.add_dependency(here)
        return made
