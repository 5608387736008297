"""A role with a name that is known beforehand, and one managed policy."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct
from layout import Layout


def role(
    scope: Construct,
    name: str,
    *,
    trusted: iam.IPrincipal,
    description: str,
    statements: list[iam.PolicyStatement],
    session_hours: int = 1,
) -> iam.Role:
    """IAM's limit of a managed policy, 6,144 characters, is a test's."""
    made = iam.Role(
        scope,
        name,
        role_name=name,
        assumed_by=trusted,
        description=description,
        max_session_duration=Duration.hours(session_hours),
    )
    policy = iam.ManagedPolicy(scope, f"{name}-policy", managed_policy_name=name, statements=statements, description=description)
    policy.attach_to_role(made)
    return made


def service(layout: Layout, *names: str) -> iam.IPrincipal:
    """Services, acting for this account only (the confused deputy)."""
    here = {"StringEquals": {"aws:SourceAccount": layout.account}}
    return iam.CompositePrincipal(*(iam.ServicePrincipal(f"{name}.amazonaws.com", conditions=here) for name in names))
