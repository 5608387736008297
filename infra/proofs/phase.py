"""A project, and its phases where AWS answers."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
# 32 bytes, as NARU_TREATMENT_KEY wants them; no secret.
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


@dataclass
class Ran:
    """What a command did."""

    code: int
    stdout: str
    stderr: str

    def ok(self) -> "Ran":
        assert self.code == 0, f"exit {self.code}\n{self.stdout}\n{self.stderr}"
        return self

    def fails(self, code: int) -> "Ran":
        assert self.code == code, f"exit {self.code}\n{self.stdout}\n{self.stderr}"
        return self

    def json(self):
        return json.loads(self.stdout)


@dataclass
class Project:
    """A project's directory, and naru on it."""

    directory: Path
    naru_binary: str
    org: str = "acme"

    def naru(self, *arguments: str) -> Ran:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NARU")}
        command = [self.naru_binary, "--project", str(self.directory), *arguments]
        ran = subprocess.run(command, env={**environment, "NARU_TREATMENT_KEY": KEY, "NO_COLOR": "1"}, capture_output=True, text=True)
        return Ran(ran.returncode, ran.stdout, ran.stderr)


@dataclass
class Phase:
    """A phase of a project. `client`: boto3's."""

    project: Project
    name: str
    client: object

    def naru(self, *arguments: str) -> Ran:
        return self.project.naru("--phase", self.name, *arguments)

    @property
    def layout(self) -> dict:
        return self.naru("layout", "--json").ok().json()

    def job(self, database: str) -> dict:
        return next(job for job in self.layout["jobs"] if job["database"] == database)

    def bucket(self, layer: str, level: str) -> dict:
        return next(each for each in self.layout["buckets"] if (each["layer"], each["level"]) == (layer, level))

    def drop(self, job: dict, interval: str, name: str, text: str) -> None:
        """A file of a source system."""
        key = job["landing_prefix"].replace("{interval}", interval) + name
        self.client("s3").put_object(Bucket=self.bucket("landing", job["level"])["name"], Key=key, Body=text.encode())

    def load(self, job: dict, interval: str) -> Ran:
        return self.naru("run", job["job"], "--date", interval, "--json")

    def tables(self) -> dict:
        """What PyIceberg finds in the phase's databases; asserts that all that it says of its files is true."""
        script = CHECKOUT / "tests/python/check_tables.py"
        command = [sys.executable, "-B", str(script), "--glue", f"{self.name}_", "--json", "--rows"]
        ran = subprocess.run(command, capture_output=True, text=True)
        return Ran(ran.returncode, ran.stdout, ran.stderr).ok().json()["tables"]
