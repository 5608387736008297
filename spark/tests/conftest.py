import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from aws import ENVIRONMENT, AwsProject, moto
from cases import KEY
from naru_spark import catalogs, session
from support import Job, Project

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "spark"))


def jars() -> str:
    """Iceberg, also for AWS, and the SQLite driver: those that tests/all fetches."""
    if found := os.environ.get("NARU_SPARK_JARS"):
        return found
    from jars import class_path

    return class_path(with_aws=True)


SMALL = {"spark.master": "local[2]", "spark.driver.memory": "1g", "spark.sql.shuffle.partitions": "2",
         "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Duser.timezone=UTC"}


@pytest.fixture(scope="session")
def aws() -> Iterator[None]:
    """AWS, in the environment of this process and all that it starts."""
    with moto() as endpoint:
        os.environ |= {**ENVIRONMENT, "AWS_ENDPOINT_URL": endpoint}
        yield


@pytest.fixture(scope="session")
def spark(aws: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    os.environ["TZ"] = "UTC"
    # What Spark's Python workers inherit: where the program is, and the key that executors read.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    os.environ["NARU_TREATMENT_KEY"] = KEY
    time.tzset()
    started = session.start(catalogs.embedded(tmp_path_factory.mktemp("lake")), jars(), SMALL)
    yield started
    started.stop()


@pytest.fixture
def project(spark: SparkSession, tmp_path: Path) -> Callable[[Job], Project]:
    return lambda job: Project(tmp_path / "project", job, spark)


@pytest.fixture
def aws_project(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Job], AwsProject]:
    return lambda job: AwsProject(tmp_path_factory.mktemp("project") / "project", job, spark)
