"""The synthesized templates as resources that tests can go through."""

import copy
import json
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = Path(__file__).with_name("project")
PHASES = ("dev", "qa", "prod")


@dataclass
class Resource:
    stack: str
    id: str
    type: str
    properties: dict
    deletion_policy: str | None = None
    replace_policy: str | None = None
    path: str = ""

    @property
    def phase(self) -> str:
        """dev, qa, prod, or account."""
        return self.stack.split("-")[1]

    @property
    def concern(self) -> str:
        return self.stack.split("-", 2)[2]

    def __str__(self) -> str:
        return f"{self.stack}/{self.id}"


@dataclass
class Templates:
    """All resources of all stacks, and what `naru layout` says of each phase."""

    resources: list[Resource]
    exports: dict[str, object]
    layouts: dict[str, dict]
    termination_protection: dict[str, bool] = field(default_factory=dict)

    def of_type(self, *types: str) -> list[Resource]:
        return [each for each in self.resources if each.type in types]

    def named(self, stack: str, id: str) -> Resource:
        return next(each for each in self.resources if (each.stack, each.id) == (stack, id))

    def copy(self) -> "Templates":
        return copy.deepcopy(self)

    def resolved(self, stack: str, value: object) -> object:
        """Imports as what is exported; a reference to a resource with a name as that name; other references as they are."""
        if isinstance(value, list):
            return [self.resolved(stack, each) for each in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Fn::ImportValue"}:
            exporting, exported = self.exports[value["Fn::ImportValue"]]
            return self.resolved(exporting, exported)
        if set(value) == {"Fn::GetAtt"}:
            return f"{stack}/{value['Fn::GetAtt'][0]}.{value['Fn::GetAtt'][1]}"
        if set(value) == {"Ref"}:
            properties = self.named(stack, value["Ref"]).properties
            names = [properties[key] for key in ("BucketName", "RoleName", "LogGroupName", "FunctionName") if key in properties]
            return names[0] if names else f"{stack}/{value['Ref']}"
        return {key: self.resolved(stack, each) for key, each in value.items()}


def load(directory: Path, layouts: dict[str, dict]) -> Templates:
    resources, exports = [], {}
    for file in sorted(directory.glob("*.template.json")):
        stack, template = file.name.removesuffix(".template.json"), json.loads(file.read_text())
        for id, said in template["Resources"].items():
            path = said.get("Metadata", {}).get("aws:cdk:path", "")
            policies = said.get("DeletionPolicy"), said.get("UpdateReplacePolicy")
            resources.append(Resource(stack, id, said["Type"], said.get("Properties", {}), *policies, path))
        for output in template.get("Outputs", {}).values():
            if "Export" in output:
                exports[output["Export"]["Name"]] = (stack, output["Value"])
    artifacts = json.loads((directory / "manifest.json").read_text())["artifacts"]
    protected = {
        name: artifact["properties"].get("terminationProtection", False)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    return Templates(resources, exports, layouts, protected)


def layout_of(naru: str, phase: str) -> dict:
    command = [naru, "--project", str(PROJECT), "layout", "--json", "--phase", phase]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def as_list(value) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


def words(value: object) -> list[str]:
    """All texts in a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [word for each in value for word in words(each)]
    if isinstance(value, dict):
        return [word for each in value.values() for word in words(each)]
    return []


def level_of(name: str) -> str | None:
    """The level that a name ends with: "acme-dev-glue-p2"."""
    found = re.search(r"-(p\d)$", name)
    return found and found.group(1)
