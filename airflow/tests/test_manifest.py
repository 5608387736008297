"""Finding and reading the manifest."""

from __future__ import annotations

import json
import os

import pytest
from project import UPSTREAM, Project, load_dag

from naru_airflow import ManifestError, manifest
from naru_airflow.manifest import manifest_for


def test_a_manifest_is_read_once_for_each_state_of_its_file(project: Project, monkeypatch):
    dag_file = project.job(UPSTREAM)
    parsed = []
    parse = manifest._parse
    monkeypatch.setattr(manifest, "_parse", lambda *given: parsed.append(given) or parse(*given))
    assert manifest_for(dag_file) is manifest_for(dag_file)
    assert len(parsed) == 1
    project.job("webshop__sales__new__p1__append__auto__d")
    assert manifest_for(dag_file).job("webshop__sales__new__p1__append__auto__d").cadence == "d"
    assert len(parsed) == 2


def test_it_may_stand_above_the_dag_files_folder(project: Project):
    project.job(UPSTREAM)
    deep = project.dags / "teams" / "sales"
    deep.mkdir(parents=True)
    (project.dags / f"{UPSTREAM}.py").rename(deep / f"{UPSTREAM}.py")
    assert load_dag(deep / f"{UPSTREAM}.py").dag_id == UPSTREAM


def test_the_project_is_where_naru_toml_is(project: Project):
    dag_file = project.job(UPSTREAM)
    assert manifest_for(dag_file).project == project.root


def test_of_a_dags_folder_elsewhere_it_is_where_the_manifest_was_made(project: Project, tmp_path):
    project.job(UPSTREAM)
    elsewhere = tmp_path / "airflow" / "dags"
    project.dags.rename(elsewhere.parent.mkdir() or elsewhere)
    path = elsewhere / "naru-manifest.json"
    path.write_text(json.dumps(project.content() | {"project": str(project.root)}))
    assert manifest_for(elsewhere / f"{UPSTREAM}.py").project == project.root
    path.write_text(json.dumps(project.content() | {"project": "/on/another/machine"}))
    assert manifest_for(elsewhere / f"{UPSTREAM}.py").project is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no manifest"),
        ("[]", "is no manifest"),
        (json.dumps({"format": 2}), "has format 2.*\n.*naru_airflow of the naru"),
        (json.dumps({"format": 1, "phase": "dev", "jobs": {}}), "is no manifest: KeyError: 'time_zone'"),
    ],
)
def test_what_is_no_manifest_says_so(project: Project, text: str, says: str):
    dag_file = project.job(UPSTREAM)
    (project.dags / "naru-manifest.json").write_text(text)
    with pytest.raises(ManifestError, match=says):
        manifest_for(dag_file)


def test_settings_of_a_later_naru_are_passed_over(project: Project):
    project.settings["colour"] = "blue"
    assert manifest_for(project.job(UPSTREAM)).settings.retries == 3


def test_without_manifest_and_project_it_says_what_is_missing(tmp_path):
    with pytest.raises(ManifestError, match="no naru-manifest.json beside .* or above, and no naru.toml"):
        manifest_for(tmp_path / f"{UPSTREAM}.py")


@pytest.fixture
def without_manifest(project: Project, tmp_path, monkeypatch) -> Project:
    """A project whose binary says what the manifest would, and counts how often it was asked."""
    project.job(UPSTREAM)
    content = json.loads((project.dags / "naru-manifest.json").read_text())
    (project.dags / "naru-manifest.json").unlink()
    project.stand_in(
        f"""
        assert argv == ["manifest", "--project", root], argv
        open(root + "/asked", "a").write("x")
        print({json.dumps(content)!r})
        """
    )
    monkeypatch.setenv("NARU_BINARY", project.binary)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return project


def _asked(project: Project) -> int:
    return len((project.root / "asked").read_text())


def test_without_manifest_the_binary_is_asked_once_for_each_state_of_the_project(without_manifest: Project):
    project = without_manifest
    dag_file = project.dags / f"{UPSTREAM}.py"
    for _ in range(3):
        assert load_dag(dag_file).dag_id == UPSTREAM
    assert _asked(project) == 1
    os.utime(dag_file, ns=(1, 1))
    load_dag(dag_file)
    assert _asked(project) == 2


def test_a_binary_that_fails_is_the_dag_files_import_error(without_manifest: Project):
    without_manifest.stand_in('sys.stderr.write("error: job x has 2 faults\\n"); sys.exit(1)')
    with pytest.raises(ManifestError, match="`.*naru manifest .*` ended with 1: error: job x has 2 faults"):
        load_dag(without_manifest.dags / f"{UPSTREAM}.py")


def test_a_cache_that_others_may_write_is_not_believed(without_manifest: Project, tmp_path):
    (tmp_path / f"naru-airflow-{os.getuid()}").mkdir(mode=0o777)
    (tmp_path / f"naru-airflow-{os.getuid()}").chmod(0o777)
    with pytest.raises(ManifestError, match="others may write there"):
        load_dag(without_manifest.dags / f"{UPSTREAM}.py")
