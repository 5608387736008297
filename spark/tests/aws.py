"""A project whose lake is on AWS, which here is moto."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from pyiceberg.catalog import Catalog
from pyiceberg.catalog.glue import GlueCatalog

from naru_spark import catalogs
from naru_spark import plan as plans
from support import Project, binary

TESTS = Path(__file__).parents[2] / "tests"
# What stands for the environment of somebody who uses AWS; tests that fail on purpose do not wait for a third try.
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
               "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "2"}
ACCOUNT = "123456789012"


@contextmanager
def moto() -> Iterator[str]:
    """Starts moto with what it lacks, and gives its address."""
    command = [sys.executable, "-B", str(TESTS / "aws" / "serve.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield server.stdout.readline().strip()
        server.stdin.close()


@dataclass
class AwsProject(Project):
    """A project whose phase dev has its lake on AWS. Its organisation is its own: all tests share one moto."""

    org: str = field(default_factory=lambda: f"t{uuid.uuid4().hex[:12]}")

    def __post_init__(self) -> None:
        super().__post_init__()
        self.write("naru.toml", f'org = "{self.org}"\naccount = "{ACCOUNT}"\n[phases.dev]\nlake = "aws"\n'
                                f'[names]\ndatabase = "{self.org}_{{phase}}_{{database}}"\n')
        path = os.pathsep.join([str(Path(binary()).parent), os.environ["PATH"]])
        subprocess.run([sys.executable, "-B", str(TESTS / "aws" / "infrastructure.py"), str(self.root), "dev"],
                       env={**os.environ, "PATH": path}, check=True, capture_output=True)

    def bucket(self, layer: str) -> str:
        return f"{self.org}-dev-{layer}-{self.job.level}"

    @property
    def database(self) -> str:
        return f"{self.org}_dev_deposit"

    def drop(self, interval: str, files: dict[str, bytes | None]) -> None:
        s3 = boto3.client("s3")
        for name, data in files.items():
            place = {"Bucket": self.bucket("landing"), "Key": f"core/deposit/account/{interval}/{name}"}
            s3.delete_object(**place) if data is None else s3.put_object(**place, Body=data)

    def start_again(self) -> None:
        """An empty lake and an empty landing in the same places, so that locations are the same."""
        s3, glue = boto3.client("s3"), boto3.client("glue")
        for layer in ("landing", "lake", "quarantine"):
            for key in self.objects(layer):
                s3.delete_object(Bucket=self.bucket(layer), Key=key)
        if self.database in [found["Name"] for page in glue.get_paginator("get_databases").paginate()
                             for found in page["DatabaseList"]]:
            for table in glue.get_tables(DatabaseName=self.database)["TableList"]:
                glue.delete_table(DatabaseName=self.database, Name=table["Name"])

    def plan(self, interval: str) -> plans.Plan:
        found = super().plan(interval)
        return plans.read(found.text, ACCOUNT)

    def catalog(self) -> dict[str, str]:
        return catalogs.glue(f"s3://{self.bucket('lake')}/deposit/account", ACCOUNT)

    def reader(self) -> Catalog:
        properties = {"region": "us-east-1", "access-key-id": "test", "secret-access-key": "test",
                      "endpoint": os.environ["AWS_ENDPOINT_URL"]}
        return GlueCatalog("glue", **{f"{service}.{key}": value for service in ("glue", "s3")
                                      for key, value in properties.items()})

    def names(self, reader: Catalog) -> list[str]:
        return [".".join(name) for name in reader.list_tables(self.database)]

    def checked(self) -> dict:
        """The independent checker's report on all tables; raises AssertionError for what is false."""
        command = [sys.executable, "-B", str(TESTS / "python" / "check_tables.py"), "--glue", f"{self.org}_dev_", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["tables"]

    def in_glue(self, table: str = "account") -> dict:
        """A table as Glue has it and Athena sees it, without what is another each time."""
        found = boto3.client("glue").get_table(DatabaseName=self.database, Name=table)["Table"]
        return {"type": found["TableType"], "location": found["StorageDescriptor"]["Location"],
                "columns": found["StorageDescriptor"]["Columns"], "parameters": sorted(found["Parameters"]),
                "kind": found["Parameters"]["table_type"]}

    def objects(self, layer: str) -> list[str]:
        found = boto3.client("s3").list_objects_v2(Bucket=self.bucket(layer))
        return [entry["Key"] for entry in found.get("Contents", [])]

    def keys(self, layer: str) -> set[tuple[str, str]]:
        """How a bucket's objects are encrypted: algorithm, and key by its alias."""
        s3, kms = boto3.client("s3"), boto3.client("kms")
        aliases = {alias["TargetKeyId"]: alias["AliasName"] for page in kms.get_paginator("list_aliases").paginate()
                   for alias in page["Aliases"] if "TargetKeyId" in alias}
        heads = [s3.head_object(Bucket=self.bucket(layer), Key=key) for key in self.objects(layer)]
        return {(head.get("ServerSideEncryption"), aliases.get(head.get("SSEKMSKeyId", "").split("/")[-1])) for head in heads}
