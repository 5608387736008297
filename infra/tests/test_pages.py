"""Pages that tell of the templates tell the truth, and what they name is there."""

import os
import re
import subprocess
from pathlib import Path

import diagram
from templates import CHECKOUT, PHASES


def test_the_pictures_are_those_of_the_templates(cdk_out):
    wanted = diagram.page(cdk_out)
    assert (CHECKOUT / "docs/infra.md").read_text() == wanted, "python infra/diagram.py infra/cdk.out > docs/infra.md"


def test_the_pictures_follow_the_templates(cdk_out, tmp_path):
    for file in cdk_out.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    file = tmp_path / "acme-prod-catalog.template.json"
    file.write_text(file.read_text().replace("results-p1/*", "lake-p1/*"))
    row = next(line for line in diagram.page(tmp_path).splitlines() if line.startswith("| analyst"))
    assert row.split("|")[3].strip() == "RW", row


def test_the_readme_names_what_is_there():
    text = (CHECKOUT / "infra/README.md").read_text()
    named = set(
        re.findall(r"`((?:stacks|parts|tests|airflow|docs)/[\w./-]*|[\w-]+\.(?:py|yml)|(?:phases|acknowledged)\.toml)`", text)
    )
    assert len(named) > 8
    for path in named:
        assert any((root / path).exists() for root in (CHECKOUT / "infra", CHECKOUT)), path
    for link in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", text):
        assert (Path(CHECKOUT / "infra") / link).exists(), link


def test_the_readme_can_be_followed_as_far_as_it_goes_without_aws(tmp_path, naru):
    """Its `sh` blocks, word for word, in an empty directory."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/naru").symlink_to(naru)
    blocks = re.findall(r"```sh\n(.*?)```", (CHECKOUT / "infra/README.md").read_text(), re.S)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
        "infra": str(CHECKOUT / "infra"),
        "CDK_OUTDIR": str(CHECKOUT / "infra/cdk.out"),
    }
    del environment["NARU"]
    ran = subprocess.run(["bash", "-euc", "\n".join(blocks)], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "acme-dev-landing-p3" in ran.stdout
    written = set(re.findall(r"([\w-]+)\.template\.json", ran.stdout))
    assert {"acme-account-watch", *(f"acme-{phase}-storage" for phase in PHASES)} <= written
    # A project without a job has its buckets and roles all the same, and no tables to tag.
    assert "acme-dev-tables" not in ran.stdout
