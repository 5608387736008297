"""Airflow of the tests: a home of its own with a SQLite database, made before anything imports Airflow."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="naru-airflow-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ |= {
    "AIRFLOW_HOME": _home,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": os.path.join(_home, "dags"),
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_home}/airflow.db",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
    # Whatever the machine has, no test reaches a real account.
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}

import pytest  # noqa: E402
from project import Project  # noqa: E402


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's tables, for what needs them."""
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path / "shop")
