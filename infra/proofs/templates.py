"""CloudFormation templates as `infra/synth` writes them: read, put in order, resolved. What is not understood is an error.

    out/*.template.json ─▶ Templates ─▶ resources, each after those that it names ─▶ resolve ─▶ plain values
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

SECTIONS = {"Description", "Resources", "Outputs"}
FIELDS = {"Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "Metadata"}


class TemplateError(Exception):
    """Something in a template that is not understood."""


@dataclass(frozen=True)
class Resource:
    """A resource of a template, its properties as they are written."""

    stack: str
    id: str
    type: str
    properties: dict = field(hash=False, compare=False)
    depends_on: tuple[str, ...] = ()
    retained: bool = False

    def __str__(self) -> str:
        return f"{self.stack}/{self.id} ({self.type})"


# What a resource has under a name; no name: what `Ref` gives.
Attributes = Callable[[Resource, str | None], object]


class Templates:
    """The templates of stacks of one account and region, each stack after those that it depends on."""

    def __init__(self, stacks: dict[str, dict], account: str, region: str):
        self.account, self.region = account, region
        self.resources: dict[tuple[str, str], Resource] = {}
        self.exports: dict[str, tuple[str, object]] = {}
        for stack, template in stacks.items():
            if strange := template.keys() - SECTIONS:
                raise TemplateError(f"{stack} has {', '.join(sorted(strange))}")
            for id, said in template["Resources"].items():
                self.resources[stack, id] = _resource(stack, id, said)
            for output in template.get("Outputs", {}).values():
                if "Export" in output:
                    self.exports[output["Export"]["Name"]] = (stack, output["Value"])

    @classmethod
    def read(cls, out: Path, prefixes: list[str]) -> "Templates":
        """The stacks of a cloud assembly whose names begin so, as in `acme-dev-`; of each prefix there is at least one."""
        artifacts = json.loads((out / "manifest.json").read_text())["artifacts"]
        stacks = {name: said for name, said in artifacts.items() if said["type"] == "aws:cloudformation:stack"}
        wanted = [name for name in stacks if name.startswith(tuple(prefixes))]
        if missing := [prefix for prefix in prefixes if not any(name.startswith(prefix) for name in wanted)]:
            raise TemplateError(f"{out} has no stack {', '.join(missing)}")
        places = {stacks[name]["environment"].removeprefix("aws://") for name in wanted}
        if len(places) != 1:
            raise TemplateError(f"these stacks are of {', '.join(sorted(places))}")
        account, region = places.pop().split("/")
        needs = {name: [other for other in stacks[name].get("dependencies", []) if other in wanted] for name in wanted}
        read = lambda name: json.loads((out / stacks[name]["properties"]["templateFile"]).read_text())  # noqa: E731
        return cls({name: read(name) for name in TopologicalSorter(needs).static_order()}, account, region)

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources.values() if resource.type in types]

    def ordered(self) -> list[Resource]:
        """Every resource after those that it names or depends on."""
        done: dict[tuple[str, str], Resource] = {}
        for resource in self.resources.values():
            self._visit(resource, done, ())
        return list(done.values())

    def _visit(self, resource: Resource, done: dict, above: tuple) -> None:
        place = (resource.stack, resource.id)
        if place in done:
            return
        if place in above:
            raise TemplateError(f"{resource} names itself, by way of others")
        for other in [*self._named(resource.properties, resource.stack), *((resource.stack, id) for id in resource.depends_on)]:
            self._visit(self._get(*other), done, (*above, place))
        done[place] = resource

    def _named(self, value, stack: str):
        """Places of the resources that a value names."""
        if isinstance(value, list):
            for each in value:
                yield from self._named(each, stack)
        elif isinstance(value, dict):
            for name, argument in value.items():
                if name == "Fn::ImportValue":
                    yield from self._named(*self._import(argument)[::-1])
                elif name == "Fn::GetAtt":
                    yield stack, _attribute(argument)[0]
                elif name == "Ref" and not argument.startswith("AWS::"):
                    yield stack, argument
                elif name == "Fn::Sub":
                    yield from ((stack, word.split(".")[0]) for word in _words(argument) if not word.startswith("AWS::"))
                else:
                    yield from self._named(argument, stack)

    def _import(self, name) -> tuple[str, object]:
        if not isinstance(name, str) or name not in self.exports:
            raise TemplateError(f"nothing is exported as {name}")
        return self.exports[name]

    def _get(self, stack: str, id: str) -> Resource:
        try:
            return self.resources[stack, id]
        except KeyError:
            raise TemplateError(f"{stack} has no resource {id}") from None

    def resolve(self, value, stack: str, attributes: Attributes):
        """A value of `stack` without functions."""
        again = lambda inner, of=stack: self.resolve(inner, of, attributes)  # noqa: E731
        if isinstance(value, list):
            return [again(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) != 1 or not (function := next(iter(value))).startswith(("Fn::", "Ref", "Condition")):
            return {name: again(each) for name, each in value.items()}
        argument = value[function]
        if function == "Condition" and isinstance(argument, dict):
            return {function: again(argument)}  # a policy's, not CloudFormation's
        match function:
            case "Ref" if argument.startswith("AWS::"):
                return self._pseudo(argument)
            case "Ref":
                return attributes(self._get(stack, argument), None)
            case "Fn::GetAtt":
                id, attribute = _attribute(argument)
                return attributes(self._get(stack, id), attribute)
            case "Fn::ImportValue":
                of, exported = self._import(argument)
                return again(exported, of)
            case "Fn::Join":
                separator, parts = argument
                return separator.join(again(parts))
            case "Fn::Sub" if isinstance(argument, str):
                return re.sub(r"\$\{([^}!]+)\}", lambda word: str(self._word(word[1], stack, attributes)), argument)
        raise TemplateError(f"{stack} uses {function}")

    def _word(self, word: str, stack: str, attributes: Attributes):
        if word.startswith("AWS::"):
            return self._pseudo(word)
        id, _, attribute = word.partition(".")
        return attributes(self._get(stack, id), attribute or None)

    def _pseudo(self, name: str) -> str:
        values = {"AWS::Region": self.region, "AWS::AccountId": self.account, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}
        if name not in values:
            raise TemplateError(f"{name} is not known")
        return values[name]


def _resource(stack: str, id: str, said: dict) -> Resource:
    if strange := said.keys() - FIELDS:
        raise TemplateError(f"{stack}/{id} has {', '.join(sorted(strange))}")
    depends = said.get("DependsOn", [])
    depends = (depends,) if isinstance(depends, str) else tuple(depends)
    return Resource(stack, id, said["Type"], said.get("Properties", {}), depends, said.get("DeletionPolicy") == "Retain")


def _attribute(argument) -> tuple[str, str]:
    id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    return id, attribute


def _words(argument) -> list[str]:
    if not isinstance(argument, str):
        raise TemplateError("Fn::Sub with values of its own")
    return re.findall(r"\$\{([^}!]+)\}", argument)
