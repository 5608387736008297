"""The policies of all kinds in the templates, as statements with where they stand."""

import json
from dataclasses import dataclass

from templates import Resource, Templates, as_list

# Where a resource has its policy, and whether that policy says who (a principal) or what.
ABOUT_WHO = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}
ENDPOINT = "AWS::EC2::VPCEndpoint"


@dataclass
class Statement:
    resource: Resource
    said: dict

    @property
    def allows(self) -> bool:
        return self.said["Effect"] == "Allow"

    @property
    def actions(self) -> list[str]:
        return as_list(self.said.get("Action"))

    @property
    def resources(self) -> list:
        return as_list(self.said.get("Resource"))

    @property
    def conditions(self) -> dict:
        return self.said.get("Condition", {})

    @property
    def principals(self) -> list:
        said = self.said.get("Principal")
        return [each for kind in said.values() for each in as_list(kind)] if isinstance(said, dict) else as_list(said)

    @property
    def aliases(self) -> list[str]:
        return as_list(self.conditions.get("ForAnyValue:StringEquals", {}).get("kms:ResourceAliases"))

    @property
    def roles(self) -> list[str]:
        """Names of the roles that a statement of a key's policy is narrowed to."""
        found = as_list(self.conditions.get("ArnEquals", {}).get("aws:PrincipalArn"))
        return [arn.rsplit("/", 1)[-1] for arn in found]

    def __str__(self) -> str:
        return f"{self.resource}: {json.dumps(self.said)}"


def of(resource: Resource, document: dict) -> list[Statement]:
    return [Statement(resource, said) for said in as_list(document["Statement"])]


def about_who(templates: Templates) -> list[Statement]:
    found = []
    for resource in templates.of_type(*ABOUT_WHO):
        found += of(resource, resource.properties[ABOUT_WHO[resource.type]])
    return found


def of_roles(templates: Templates) -> dict[str, list[Statement]]:
    """By the role's name: the statements of its policies, inline ones included."""
    found: dict[str, list[Statement]] = {role.properties["RoleName"]: [] for role in templates.of_type("AWS::IAM::Role")}
    for role in templates.of_type("AWS::IAM::Role"):
        for inline in role.properties.get("Policies", []):
            found[role.properties["RoleName"]] += of(role, inline["PolicyDocument"])
    for policy in templates.of_type("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        for name in templates.resolved(policy.stack, policy.properties["Roles"]):
            found[name] += of(policy, templates.resolved(policy.stack, policy.properties["PolicyDocument"]))
    return found


def roles(templates: Templates) -> dict[str, Resource]:
    return {role.properties["RoleName"]: role for role in templates.of_type("AWS::IAM::Role")}
