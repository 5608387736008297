"""Who may do what, by the policies of the synthesized templates: identity policies of roles, policies of buckets and keys.

    templates ─▶ Permissions ─▶ questions ─▶ policies/evaluate.mjs (iam-simulate) ─▶ allowed or not

What stands in no template is not known here: service control policies, grants of KMS, Lake Formation's permissions.
"""

import json
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from templates import Resource, TemplateError, Templates

EVALUATOR = Path(__file__).parent / "policies"


@dataclass(frozen=True)
class Role:
    name: str
    arn: str
    policies: tuple[str, ...]
    """Identity policies as JSON."""


@dataclass(frozen=True)
class Guarded:
    """A bucket or a key with its policy, as JSON."""

    name: str
    """The bucket's name, or the key's alias."""
    arn: str
    policy: str


@dataclass(frozen=True)
class Question:
    """May `role` do `action` to `arn`? `on`: the bucket or key whose policy is asked, too. `context`: what else the request says."""

    role: Role
    action: str
    arn: str
    on: Guarded | None = None
    context: tuple[tuple[str, str], ...] = field(default=())

    def __str__(self) -> str:
        by = "".join(f", {key} {value}" for key, value in self.context)
        return f"{self.role.name} {self.action} {self.on.name if self.on else self.arn}{by}"


class Permissions:
    """All roles, buckets and keys of the templates."""

    def __init__(self, templates: Templates):
        self.templates, self.account, self.region = templates, templates.account, templates.region

    def attribute(self, resource: Resource, name: str | None) -> str:
        """Names as they are, and ids that stand for those which AWS makes."""
        said = resource.properties
        match resource.type, name:
            case "AWS::S3::Bucket", None:
                return said["BucketName"]
            case "AWS::S3::Bucket", "Arn":
                return f"arn:aws:s3:::{said['BucketName']}"
            case "AWS::IAM::Role", None:
                return said["RoleName"]
            case "AWS::IAM::Role", "Arn":
                return f"arn:aws:iam::{self.account}:role{said.get('Path', '/')}{said['RoleName']}"
            case "AWS::KMS::Key", ("Arn" | "KeyId" | None):
                id = f"{resource.stack}-{resource.id}".lower()
                return self.arn("kms", f"key/{id}") if name == "Arn" else id
        named = next((said[key] for key in ("FunctionName", "QueueName", "RepositoryName", "TopicName", "Name") if key in said), None)
        service, kind = resource.type.split("::")[1:]
        return self.arn(service.lower(), f"{kind.lower()}/{named or resource.id}") if "rn" in (name or "") else named or resource.id

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    def resolved(self, resource: Resource) -> dict:
        return self.templates.resolve(resource.properties, resource.stack, self.attribute)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """By name, with all their policies. One that is AWS's own is not known here, and an error."""
        policies: dict[str, list[str]] = {}
        arns = {}
        for resource in self.templates.of_type("AWS::IAM::Role"):
            said = self.resolved(resource)
            if said.get("ManagedPolicyArns") or said.get("PermissionsBoundary"):
                raise TemplateError(f"{resource} has policies that stand in no template")
            policies[said["RoleName"]] = [json.dumps(inline["PolicyDocument"]) for inline in said.get("Policies", [])]
            arns[said["RoleName"]] = self.attribute(resource, "Arn")
        for resource in self.templates.of_type("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
            said = self.resolved(resource)
            if said.get("Users") or said.get("Groups"):
                raise TemplateError(f"{resource} is of users or groups")
            for name in said["Roles"]:
                policies[name].append(json.dumps(said["PolicyDocument"]))
        return {name: Role(name, arns[name], tuple(policies[name])) for name in policies}

    @cached_property
    def keys(self) -> dict[str, Guarded]:
        """By alias; a key without one is an error."""
        found, seen = {}, set()
        for resource in self.templates.of_type("AWS::KMS::Alias"):
            (place,) = {(resource.stack, resource.properties["TargetKeyId"]["Ref"])}
            key = self.templates.resources[place]
            alias = resource.properties["AliasName"]
            found[alias] = Guarded(alias, self.attribute(key, "Arn"), json.dumps(self.resolved(key)["KeyPolicy"]))
            seen.add(key)
        if nameless := [str(key) for key in self.templates.of_type("AWS::KMS::Key") if key not in seen]:
            raise TemplateError(f"without an alias: {', '.join(nameless)}")
        return found

    @cached_property
    def buckets(self) -> dict[str, Guarded]:
        """By name; a bucket without a policy is an error."""
        policies = {said["Bucket"]: said["PolicyDocument"] for said in map(self.resolved, self.templates.of_type("AWS::S3::BucketPolicy"))}
        names = [self.attribute(bucket, None) for bucket in self.templates.of_type("AWS::S3::Bucket")]
        return {name: Guarded(name, f"arn:aws:s3:::{name}", json.dumps(policies[name])) for name in names}

    def use_of_key(self, role: Role, action: str, key: Guarded, via: str | None = None) -> Question:
        """A request to KMS; `via`: the service that sends it for the role, as in `s3`."""
        context = [("kms:ViaService", f"{via}.{self.region}.amazonaws.com")] if via else []
        return Question(role, action, key.arn, key, tuple(context))

    def use_of_object(self, role: Role, action: str, bucket: Guarded, key: str = "a/b/c.parquet") -> Question:
        return Question(role, action, f"{bucket.arn}/{key}", bucket)

    def use_of_bucket(self, role: Role, action: str, bucket: Guarded) -> Question:
        return Question(role, action, bucket.arn, bucket)

    def passing(self, role: Role, passed: Role, service: str) -> Question:
        return Question(role, "iam:PassRole", passed.arn, None, (("iam:PassedToService", service),))

    def allowed(self, questions: list[Question]) -> set[Question]:
        """Those questions whose answer is yes."""
        on = {question.on.arn: json.loads(question.on.policy) for question in questions if question.on}
        roles = {question.role.arn: [json.loads(policy) for policy in question.role.policies] for question in questions}
        asked = json.dumps({"roles": roles, "policies": on, "requests": [self._request(question) for question in questions]})
        said = subprocess.run(["node", "evaluate.mjs"], cwd=EVALUATOR, input=asked, capture_output=True, text=True)
        if said.returncode != 0:
            raise TemplateError(said.stderr)
        return {question for question, result in zip(questions, json.loads(said.stdout), strict=True) if result == "Allowed"}

    def _request(self, question: Question) -> dict:
        context = {
            "aws:PrincipalArn": question.role.arn,
            "aws:PrincipalAccount": self.account,
            "aws:ResourceAccount": self.account,
            "aws:SecureTransport": "true",
            **dict(question.context),
        }
        if question.action.startswith("kms:"):
            context |= {"kms:CallerAccount": self.account, "kms:ResourceAliases": [question.on.name]}
        if question.action.startswith("s3:"):
            context["s3:TlsVersion"] = "1.3"
        policy = question.on.arn if question.on else None
        return {"role": question.role.arn, "action": question.action, "resource": question.arn, "account": self.account,
                "policy": policy, "context": context}  # fmt: skip
