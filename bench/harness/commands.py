"""What naru does without moving a row: explaining a name, checking a project."""

from dataclasses import dataclass
from pathlib import Path

from .contenders import Prepared
from .item import Item, Setting
from .many_tables import many_tables
from .project import TEMPLATE

JOB = "corebank__deposit__account__p2__merge__auto__d"
# As naming-convention.md's templates say, for the organisation and the phase of bench/project.
NAMES = {"dag": JOB, "glue_database": "dev_deposit", "glue_job": f"bench-dev-{JOB}", "table_location": "deposit/account/"}
NAME_RUNS = 10
TABLES = 10_000


@dataclass(frozen=True)
class Nothing:
    """No rows."""

    size_bytes: int = 0
    rows: int | None = None
    total: str | None = None


@dataclass(frozen=True)
class Verb:
    """naru, asked for a report."""

    command: list[str]
    expected: dict
    """What the report must hold."""
    exit_code: int = 0
    source: Nothing = Nothing()
    name: str = "naru"

    def prepare(self, work: Path) -> Prepared:
        """The command."""
        return Prepared(self.command, work, "report", self.expected, self.exit_code)


def name(s: Setting) -> Item:
    """A process that ends as soon as it can."""
    command = [s.naru, "--project", str(TEMPLATE), "name", JOB, "--json"]
    return Item("name", "naru name, whole process", [Verb(command, {"names": NAMES})], True, repeats=NAME_RUNS)


def check(s: Setting) -> Item:
    """As many definitions, and as many DAG files. One definition has a fault, which must be found."""
    project = many_tables(min(TABLES, s.rows))
    expected = {"definitions": project.tables, "jobs": project.tables, "faults": [{"file": project.faulty}]}
    read = Nothing(sum(path.stat().st_size for path in project.files))
    verb = Verb([s.naru, "--project", str(project.directory), "check", "--json"], expected, 1, read)
    title = f"naru check on {project.tables:,} definitions and as many DAG files"
    return Item("check", title, [verb], project.tables == TABLES)
