"""A project with one job, run by either track on the same landed files, and its tables as exact text."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from py4j.protocol import Py4JJavaError
from pyiceberg.catalog import Catalog
from pyiceberg.catalog.sql import SqlCatalog
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from naru_spark import catalogs
from naru_spark import plan as plans
from naru_spark.errors import RunError
from naru_spark.java_errors import told_by_java
from naru_spark.run import Options, execute

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "spark"))
from cells import rows_as_text  # noqa: E402

HEADER = "source,target,type,key,required,level,treatment,format,description\n"
# What differs between two executions whatever they do: when it was, and which track the plan says.
NOT_COMPARED = {"quarantined_at", "plan_digest"}
# Small, so that small files are cut, too.
RANGE_BYTES = 2048


def binary() -> str:
    """The naru to compare with. Raises KeyError: the tests need one."""
    return os.environ["NARU_TEST_BINARY"]


@dataclass
class Job:
    """A job and its landed files; `drops` are the steps of `run_all`: (interval, {file name: bytes or None}). `later`: the
    definitions from a step on, by its number.
    """

    mode: str
    definition: str
    drops: list[tuple[str, dict[str, bytes | None]]]
    level: str = "p3"
    cadence: str = "d"
    key: str | None = None
    later: dict[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"core__deposit__account__{self.level}__{self.mode}__auto__{self.cadence}"


@dataclass
class Project:
    """A project in a directory of its own."""

    root: Path
    job: Job
    spark: SparkSession
    ticks: int = 0
    environment: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("NARU_")}
        if self.job.key:
            self.environment["NARU_TREATMENT_KEY"] = self.job.key
        subprocess.run([binary(), "init", "--org", "acme", str(self.root)], check=True, capture_output=True)
        self.write(f"dags/{self.job.name}.py", "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n")
        self.define(self.job.definition)

    def define(self, definition: str) -> None:
        """The job's definition from now on."""
        self.write("table-defs/deposit/account.csv", definition)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    @property
    def lake(self) -> Path:
        return self.root / ".naru" / "lake"

    def drop(self, interval: str, files: dict[str, bytes | None]) -> None:
        """Lands files, or takes them away; their times depend on the step alone."""
        place = self.lake / f"acme-dev-landing-{self.job.level}/core/deposit/account/{interval}"
        place.mkdir(parents=True, exist_ok=True)
        self.ticks += 1
        for name, data in files.items():
            if data is None:
                (place / name).unlink()
                continue
            (place / name).write_bytes(data)
            os.utime(place / name, ns=(0, 1_790_000_000_000_000_000 + self.ticks * 1_000_000_007))

    def naru(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([binary(), "--project", str(self.root), *arguments], env=self.environment,
                              capture_output=True, text=True, check=False)

    def run_naru(self, interval: str) -> tuple[int, str]:
        """`naru run` in its own process: the exit code and, of a run that went well, its status."""
        done = self.naru("run", self.job.name, "--date", interval, "--engine", "pl", "--json")
        if done.returncode != 0:
            return done.returncode, done.stderr
        [outcome] = json.loads(done.stdout)
        return 0, outcome["status"]

    def plan(self, interval: str) -> plans.Plan:
        done = self.naru("plan", self.job.name, "--date", interval, "--engine", "sp", "--json")
        if done.returncode != 0:
            raise RunError(done.stderr, done.returncode)
        return plans.read(done.stdout)

    def run_spark(self, interval: str, **options: object) -> tuple[int, str]:
        """The Spark program in this process, in a session that sees this lake alone. `options`: those of the program, a
        `plan` that was made before, and the `endpoint` of the catalog.
        """
        try:
            plan = options.pop("plan", None) or self.plan(interval)
            session = self.session(options.pop("endpoint", None))
            outcome = execute(session, plan, Options(**{"range_bytes": RANGE_BYTES, **options}))
        except (Py4JJavaError, PySparkException) as error:
            told = told_by_java(error)
            return told.exit_code, str(told)
        except RunError as error:
            return error.exit_code, str(error)
        return 0, outcome.status

    def run_all(self, *runs: Callable[[str], tuple[int, str]]) -> list[tuple[str, int, str]]:
        """Takes the job's steps, by the runs in turns: of each its interval, the exit code and, if it went well, the status."""
        steps = []
        if self.job.later:
            self.define(self.job.definition)
        for number, (interval, files) in enumerate(self.job.drops):
            if number in self.job.later:
                self.define(self.job.later[number])
            self.drop(interval, files)
            code, text = runs[number % len(runs)](interval)
            steps.append((interval, code, text if code == 0 else ""))
        return steps

    def session(self, endpoint: str | None = None) -> SparkSession:
        session = self.spark.newSession()
        for key, value in self.catalog().items():
            session.conf.set(key, value)
        if endpoint:
            session.conf.set("spark.sql.catalog.naru.glue.endpoint", endpoint)
        return session

    def catalog(self) -> dict[str, str]:
        """Settings of the lake's catalog in Spark."""
        return catalogs.embedded(self.lake)

    def reader(self) -> Catalog:
        """The lake's catalog in PyIceberg."""
        return SqlCatalog("naru", uri=f"sqlite:///{self.lake / 'catalog.db'}", init_catalog_tables="false")

    def names(self, reader: Catalog) -> list[str]:
        """The tables of the lake."""
        return [".".join(name) for space in reader.list_namespaces() for name in reader.list_tables(space)]

    @property
    def database(self) -> str:
        return "dev_deposit"

    def start_again(self) -> None:
        """An empty lake in the same place, so that locations are the same; naru makes it when it is asked something."""
        shutil.rmtree(self.root / ".naru", ignore_errors=True)
        self.ticks = 0

    def tables(self) -> dict[str, dict]:
        """All tables: columns with their ids and types, and rows as exact text."""
        with closing(self.reader()) as reader:
            return {name: table(reader.load_table(name)) for name in self.names(reader)}

    def records(self) -> list[dict[str, str]]:
        """The run records of the target's snapshots, oldest first, without what tells the tracks apart."""
        with closing(self.reader()) as reader:
            snapshots = reader.load_table(f"{self.database}.account").metadata.snapshots
        apart = {"naru.engine", "naru.plan-digest"}
        snapshots = sorted(snapshots, key=lambda found: found.sequence_number)
        # A snapshot's id is by chance; which of the table's it is, is not.
        order = {str(snapshot.snapshot_id): f"snapshot {n}" for n, snapshot in enumerate(snapshots)}
        return [{key: order.get(value, value) if key == "naru.before" else value
                 for key, value in snapshot.summary.additional_properties.items()
                 if key.startswith("naru.") and key not in apart} for snapshot in snapshots]


def table(found) -> dict:  # noqa: ANN001
    fields = [field for field in found.schema().fields if field.name not in NOT_COMPARED]
    scanned = found.scan(selected_fields=tuple(field.name for field in fields)).to_arrow()
    columns = [scanned.column(field.name).to_pylist() for field in fields]
    return {
        "columns": [(field.field_id, field.name, str(field.field_type), field.required) for field in fields],
        "partition": str(found.spec()), "sort": str(found.sort_order()),
        "rows": rows_as_text(list(zip(*columns, strict=True)), [str(field.field_type) for field in fields]),
    }


def others_first(monkeypatch: pytest.MonkeyPatch, committing: ModuleType, other: Callable[[], object]) -> list[int | None]:
    """Has `other` come first at the first try of a module's swap; the snapshots on top of which swaps were tried."""
    tries, swap = [], committing.swap

    def after_other(tables, state, *rest):  # noqa: ANN001, ANN002, ANN202
        tries.append(state.snapshot_id)
        if len(tries) == 1:
            other()
        return swap(tables, state, *rest)

    monkeypatch.setattr(committing, "swap", after_other)
    return tries
