"""SageMaker Studio for analysts, inside the network: it asks Athena, and reads nothing but results."""

from aws_cdk import CfnDeletionPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from parts.policy import allow
from parts.queries import query_statements
from parts.role import role, service

from .base import Phase, PhaseStack
from .network import Network


class Analysts(PhaseStack):
    """SageMaker Studio for analysts, inside the network: it asks Athena, and reads nothing but results."""

    concern = "analysts"

    def __init__(self, scope, phase: Phase, network: Network):
        self.network = network
        super().__init__(scope, phase)

    def build(self) -> None:
        of = sagemaker.CfnDomain
        users = of.UserSettingsProperty(
            execution_role=self.runs_as().role_arn,
            security_groups=[self.network.group_id("studio")],
            default_landing_uri="studio::",
            studio_web_portal="ENABLED",
            # What a notebook shows stays in it.
            sharing_settings=of.SharingSettingsProperty(notebook_output_option="Disabled"),
        )
        domain = of(
            self,
            "studio",
            domain_name=f"{self.layout.prefix}-studio",
            auth_mode="IAM",
            app_network_access_type="VpcOnly",
            vpc_id=self.network.vpc.ref,
            subnet_ids=self.network.subnet_ids,
            # Home directories are on EFS, which Studio makes and this key encrypts.
            kms_key_id=self.platform_key_arn,
            default_user_settings=users,
            domain_settings=of.DomainSettingsProperty(
                security_group_ids=[self.network.group_id("studio")], execution_role_identity_config="USER_PROFILE_NAME"
            ),
        )
        kept = CfnDeletionPolicy.RETAIN if self.settings.retain else CfnDeletionPolicy.DELETE
        domain.cfn_options.deletion_policy = domain.cfn_options.update_replace_policy = kept
        self.uses(domain)

    def runs_as(self) -> iam.Role:
        name, layout = f"{self.layout.prefix}-studio", self.layout
        self.role = role(
            self,
            name,
            trusted=service(layout, "sagemaker"),
            description="notebooks of analysts",
            statements=query_statements(layout, self.phase.access, name, self.settings.people["analyst"]),
        )
        return self.role

    def uses(self, domain: sagemaker.CfnDomain) -> None:
        """The domain's own apps and spaces, which a policy of its own names, since the domain names the role."""
        below = {
            kind: self.layout.arn("sagemaker", f"{kind}/{domain.attr_domain_id}/*") for kind in ("app", "space", "user-profile")
        }
        statements = [
            allow(
                "Apps",
                [
                    "sagemaker:CreateApp",
                    "sagemaker:DeleteApp",
                    "sagemaker:DescribeApp",
                    "sagemaker:CreateSpace",
                    "sagemaker:UpdateSpace",
                    "sagemaker:DescribeSpace",
                ],
                [below["app"], below["space"]],
            ),
            allow(
                "Profiles",
                ["sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile"],
                [domain.attr_domain_arn, below["user-profile"]],
            ),
            allow("Lists", ["sagemaker:ListApps", "sagemaker:ListSpaces"], ["*"]),
        ]
        policy = iam.ManagedPolicy(
            self,
            "uses",
            managed_policy_name=f"{self.layout.prefix}-studio-domain",
            statements=statements,
            description="apps and spaces of Studio",
        )
        policy.attach_to_role(self.role)
