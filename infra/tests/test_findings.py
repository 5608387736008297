"""cdk-nag, cfn-lint, checkov and cfn-guard find nothing that is not explained, and what is explained is found."""

import json
import os
from pathlib import Path

import findings
import pytest
from findings import Finding

GUARD = Path(os.environ["CFN_GUARD"])
# A tool each, so that what one says is seen beside what another does.
TOOLS = ("cdk", "cdk-nag", "cfn-lint", "checkov", "cfn-guard")


@pytest.fixture(scope="module")
def found(cdk_out, tmp_path_factory) -> set[Finding]:
    imported = findings.with_imports(cdk_out, tmp_path_factory.mktemp("imported"))
    return {
        *findings.of_nag(cdk_out),
        *findings.of_cfn_lint(cdk_out),
        *findings.of_checkov(imported),
        *findings.of_guard(imported, GUARD),
    }


@pytest.mark.parametrize("tool", TOOLS)
def test_every_finding_is_mended_or_explained(tool, found):
    said = findings.acknowledged()
    assert [each for each in sorted(found) if each.tool == tool and not any(a.covers(each) for a in said)] == []


@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_is_explained_that_is_not_found(tool, found):
    said = [each for each in findings.acknowledged() if each.tool == tool]
    assert [each for each in said if not any(each.covers(finding) for finding in found)] == []


def test_every_explanation_is_a_sentence():
    for each in findings.acknowledged():
        assert len(each.reason.split()) >= 6 and each.reason.endswith("."), each


def test_the_tools_do_look(tmp_path, cdk_out):
    """Athena without encryption, and a property that does not exist: each tool that reads templates has something to say."""
    name = "acme-dev-athena.template.json"
    template = json.loads((cdk_out / name).read_text())
    configuration = template["Resources"]["workgroupp2"]["Properties"]["WorkGroupConfiguration"]
    configuration["EnforceConfiguration"] = configuration.pop("EnforceWorkGroupConfiguration")
    configuration["ResultConfiguration"].pop("EncryptionConfiguration")
    (tmp_path / name).write_text(json.dumps(template, indent=1))
    assert {each.rule for each in findings.of_cfn_lint(tmp_path)} == {"E3002"}
    assert "athena_workgroup_results_encrypted_at_rest_kms_check" in {each.rule for each in findings.of_guard(tmp_path, GUARD)}
    assert "CKV_AWS_82" in {each.rule for each in findings.of_checkov(tmp_path)}
