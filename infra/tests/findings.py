"""What other tools find in the templates, each finding as (tool, rule, where); `acknowledged.toml` explains those that stay."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import templates

ACKNOWLEDGED = Path(__file__).resolve().parents[1] / "acknowledged.toml"
BIN = Path(sys.executable).parent


@dataclass(frozen=True, order=True)
class Finding:
    tool: str
    rule: str
    where: str
    """`stack/resource`; the resource as its logical id, or as its path in the app."""


def of_nag(directory: Path) -> Iterator[Finding]:
    report = json.loads((directory / "validation-report.json").read_text())
    for plugin in report["pluginReports"]:
        tool = "cdk" if plugin["pluginName"] == "CloudFormation Validate" else "cdk-nag"
        for violation in plugin["violations"]:
            for construct in violation["violatingConstructs"]:
                yield Finding(tool, violation["ruleName"], construct["constructPath"])


def of_cfn_lint(directory: Path) -> Iterator[Finding]:
    files = sorted(map(str, directory.glob("*.template.json")))
    said = subprocess.run(
        [BIN / "cfn-lint", "--format", "json", "--regions", "ap-northeast-2", "--", *files], capture_output=True, text=True
    )
    for each in json.loads(said.stdout or "[]"):
        path = each["Location"]["Path"] or []
        where = path[1] if len(path) > 1 else "-"
        yield Finding("cfn-lint", each["Rule"]["Id"], f"{stack_of(each['Filename'])}/{where}")


def of_checkov(directory: Path) -> Iterator[Finding]:
    command = [
        BIN / "checkov",
        "-d",
        directory,
        "--framework",
        "cloudformation",
        "--skip-download",
        "--compact",
        "--quiet",
        "-o",
        "json",
    ]
    said = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    assert said["summary"]["parsing_errors"] == 0, said["summary"]
    for each in said["results"]["failed_checks"]:
        yield Finding("checkov", each["check_id"], f"{stack_of(each['file_path'])}/{each['resource'].split('.', 1)[1]}")


def of_guard(directory: Path, guard: Path) -> Iterator[Finding]:
    """cfn-guard with Control Tower's rules."""
    program = guard / "bin/ubuntu/x86_64/cfn-guard"
    command = [
        program,
        "validate",
        "--rules",
        guard / "rules/control-tower",
        "--data",
        directory,
        "--show-summary",
        "none",
        "--output-format",
        "json",
        "--structured",
    ]
    said = subprocess.run(command, capture_output=True, text=True)
    reports = json.loads(said.stdout)
    assert reports, said.stderr
    for report in reports:
        for failed in report["not_compliant"]:
            found = set(re.findall(r"/Resources/(\w+)", json.dumps(failed))) or {"-"}
            yield from (
                Finding("cfn-guard", failed["Rule"]["name"], f"{stack_of(report['name'])}/{each}") for each in sorted(found)
            )


def stack_of(file: str) -> str:
    return Path(file).name.removesuffix(".template.json")


def with_imports(directory: Path, into: Path) -> Path:
    """The templates with an ARN or an id where they import one: checkov and cfn-guard take an import for nothing at all."""
    for file in directory.glob("*.template.json"):
        text = json.loads(file.read_text(), object_hook=_imported)
        (into / file.name).write_text(json.dumps(text, indent=1))
    return into


def _imported(value: dict):
    if set(value) != {"Fn::ImportValue"}:
        return value
    if "-key-" in value["Fn::ImportValue"]:
        return "arn:aws:kms:ap-northeast-2:123456789012:key/00000000-0000-0000-0000-000000000000"
    return "subnet-00000000000000000" if "private" in value["Fn::ImportValue"] else "sg-00000000000000000"


@dataclass(frozen=True)
class Acknowledgement:
    tool: str
    rule: str
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        same = (re.fullmatch(self.rule, finding.rule), re.fullmatch(self.where, finding.where))
        return finding.tool == self.tool and all(same)


def acknowledged(file: Path = ACKNOWLEDGED) -> list[Acknowledgement]:
    said = tomllib.loads(file.read_text())["finding"]
    return [
        Acknowledgement(each["tool"], rule, where, each["reason"])
        for each in said
        for rule in templates.as_list(each["rule"])
        for where in templates.as_list(each.get("where", ".*"))
    ]
