"""A page about the stacks, from the templates: which there are, what each holds, which waits for which, and who may do what with
which bucket. `docs/infra.md` is what this prints of the test project; a test holds them equal.

    python infra/diagram.py CDK_OUT > docs/infra.md
"""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

# Of which phase the pictures are: the others have the same stacks, but for what phases.toml leaves out.
PHASE = "prod"
HEAD = """# The platform on AWS, in pictures

Made by `infra/diagram.py` from the templates of `infra/tests/project`, phase {phase}; a test holds this page equal to them. What it
is for, and how it is deployed, is in [infra/README.md](../infra/README.md).

## Stacks

An arrow goes from a stack to one that has to be there before it. In brackets: resources.

"""
RIGHTS = """
## Who may do what with which bucket

By the policies of roles and of keys, which agree (`infra/access.py` is the one table behind both). A role that ends in a level is
let into buckets of that level only. R: list and read; W: also write; D: also delete; P: put, and not read.

"""


def stacks(directory: Path) -> dict[str, dict]:
    artifacts = json.loads((directory / "manifest.json").read_text())["artifacts"]
    return {name: each for name, each in artifacts.items() if each["type"] == "aws:cloudformation:stack"}


def resources(directory: Path, stack: str) -> dict[str, dict]:
    return json.loads((directory / f"{stack}.template.json").read_text())["Resources"]


def graph(directory: Path, phase: str) -> str:
    found = {name: each for name, each in stacks(directory).items() if name.split("-")[1] in (phase, "account")}
    lines = ["```mermaid", "flowchart LR"]
    for name in found:
        org, of, concern = name.split("-", 2)
        counted = Counter(each["Type"].removeprefix("AWS::") for each in resources(directory, name).values())
        shown = "<br/>".join(f"{kind} ({count})" for kind, count in counted.most_common(4))
        lines.append(f'  {node(name)}["<b>{of} {concern}</b> ({sum(counted.values())})<br/>{shown}"]')
    for name, each in found.items():
        for other in sorted(set(each.get("dependencies", [])) & found.keys()):
            lines.append(f"  {node(name)} --> {node(other)}")
    return "\n".join([*lines, "```", ""])


def node(name: str) -> str:
    return re.sub(r"\W", "_", name)


def rights(directory: Path, phase: str) -> str:
    """A row for each kind of role, a column for each layer."""
    cells: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    layers = ("landing", "lake", "quarantine", "results", "code", "dags", "defs", "audit")
    for name in stacks(directory):
        if name.split("-")[1] != phase:
            continue
        for resource in resources(directory, name).values():
            if resource["Type"] == "AWS::IAM::ManagedPolicy":
                role = kind_of(resource["Properties"]["ManagedPolicyName"])
                for statement in as_list(resource["Properties"]["PolicyDocument"]["Statement"]):
                    collect(cells[role], statement, layers)
    lines = ["| role | " + " | ".join(layers) + " |", "| --- " * (len(layers) + 1) + "|"]
    for role in sorted(role for role in cells if cells[role]):
        lines.append(f"| {role} | " + " | ".join(letters(cells[role].get(layer, set())) for layer in layers) + " |")
    return "\n".join(lines) + "\n"


def kind_of(role: str) -> str:
    return re.sub(r"-p\d$", "-*level*", role.split("-", 2)[2])


def collect(row: dict[str, set[str]], statement: dict, layers: tuple[str, ...]) -> None:
    actions = {action for action in as_list(statement["Action"]) if action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")}
    for arn in as_list(statement["Resource"]):
        found = re.match(rf"arn:aws:s3:::[^/]+-({'|'.join(layers)})(?:-p\d)?/", arn) if isinstance(arn, str) else None
        if found and actions:
            row[found.group(1)] |= actions


def letters(actions: set[str]) -> str:
    if "s3:GetObject" not in actions:
        return "P" if actions else ""
    return "RWD" if "s3:DeleteObject" in actions else "RW" if "s3:PutObject" in actions else "R"


def as_list(value) -> list:
    return value if isinstance(value, list) else [value]


def page(directory: Path, phase: str = PHASE) -> str:
    return HEAD.format(phase=phase) + graph(directory, phase) + RIGHTS + rights(directory, phase)


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1])))
