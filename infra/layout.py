"""The names of a phase, as naru derives them: `naru layout --json`. Nothing here makes a name that naru gives."""

import json
import os
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Bucket:
    layer: str
    level: str | None
    name: str
    key_alias: str

    @property
    def id(self) -> str:
        """As `closed` and `destroyed` of phases.toml name it: "lake-p3", "code"."""
        return f"{self.layer}-{self.level}" if self.level else self.layer

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.name}"


@dataclass(frozen=True)
class Layout:
    """What `naru layout --json` says of one phase."""

    said: dict

    @property
    def org(self) -> str:
        return self.said["org"]

    @property
    def phase(self) -> str:
        return self.said["phase"]

    @property
    def account(self) -> str:
        return self.said["account"]

    @property
    def region(self) -> str:
        return self.said["region"]

    @property
    def levels(self) -> list[str]:
        return self.said["levels"]

    @property
    def prefix(self) -> str:
        """Begins the names of what naru has no template for: roles, functions, stacks."""
        return f"{self.org}-{self.phase}"

    @property
    def prefix_of_logs(self) -> str:
        return f"/{self.org}/{self.phase}/"

    @property
    def buckets(self) -> list[Bucket]:
        return [Bucket(**{key: each[key] for key in ("layer", "level", "name", "key_alias")}) for each in self.said["buckets"]]

    def bucket(self, layer: str, level: str | None = None) -> Bucket:
        return next(each for each in self.buckets if (each.layer, each.level) == (layer, level))

    def workgroup(self, level: str) -> dict:
        return next(each for each in self.said["workgroups"] if each["level"] == level)

    def glue_job(self, level: str) -> dict:
        """`role` and `security_configuration` of a level's Glue jobs."""
        return next(each for each in self.said["glue"]["jobs"] if each["level"] == level)

    def glue_role(self, level: str) -> str:
        """The role's name, which naru.toml may give as an ARN."""
        return self.glue_job(level)["role"].rsplit("/", 1)[-1]

    @property
    def treatment_key_secret(self) -> str | None:
        return self.said["glue"]["treatment_key_secret"]

    @property
    def jobs(self) -> list[dict]:
        return self.said["jobs"]

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"

    @property
    def database_pattern(self) -> str:
        """Of all databases of the phase, those of jobs to come, too. A template that does not begin so is refused."""
        return self._pattern(f"{self.phase}_*", [each["name"] for each in self.said["databases"]], "database")

    @property
    def glue_job_pattern(self) -> str:
        return self._pattern(f"{self.prefix}-*", [each["glue_job"] for each in self.jobs], "glue_job")

    def glue_job_patterns(self, level: str) -> list[str]:
        """Of all Glue jobs of a level: a job's name says its level, the fourth of seven segments."""
        pattern = f"{self.prefix}-*__{level}__*"
        others = [job["glue_job"] for job in self.jobs if job["level"] == level and f"__{level}__" not in job["glue_job"]]
        return [self.glue_job_pattern and pattern, *others]

    def _pattern(self, pattern: str, names: list[str], template: str) -> str:
        if others := [name for name in names if not name.startswith(pattern[:-1])]:
            raise ValueError(
                f"[names] {template} must begin with {pattern[:-1]}, or no policy keeps phases apart: {', '.join(others)}"
            )
        return pattern


def ask(phase: str) -> Layout:
    """Asks the naru that `NARU` names (or the path), about the project of `NARU_PROJECT` (or the working directory's)."""
    command = [os.environ.get("NARU", "naru"), "layout", "--json", "--phase", phase]
    said = subprocess.run(command, capture_output=True, text=True)
    if said.returncode != 0:
        raise ValueError(f"{' '.join(command)}: {said.stderr.strip()}")
    layout = Layout(json.loads(said.stdout))
    if missing := [key for key in ("account", "region") if not layout.said[key]]:
        raise ValueError(f"naru.toml: {' and '.join(missing)} must be there for phase {phase}, since ARNs name them")
    return layout
