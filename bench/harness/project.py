"""The projects that naru runs in: made anew for each run, from one definition a table."""

import csv
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from .environment import BENCH

TEMPLATE = BENCH / "project"
DEPOSIT = TEMPLATE / "table-defs" / "deposit" / "transaction.csv"
NYC = BENCH.parent / "tests" / "nycflights13" / "table-defs" / "nyc" / "flights.csv"
DAG = "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n"


@dataclass(frozen=True)
class Definition:
    """A table definition, as a template says, but for some of its settings and types."""

    template: Path
    settings: tuple[tuple[str, ...], ...] = ()
    """Setting rows, each as its cells."""
    without: tuple[str, ...] = ()
    """Settings of the template that are left out."""
    as_text: bool = False
    """All columns are strings: nothing is cast."""

    def text(self) -> str:
        """The definition's CSV."""
        with self.template.open(encoding="utf-8", newline="") as template:
            rows = [row for row in csv.reader(template) if row[0] not in self.without]
        if self.as_text:
            start = next(i for i, row in enumerate(rows) if not row[0].startswith("@"))
            rows[start + 1:] = [text_column(dict(zip(rows[start], row, strict=False))) for row in rows[start + 1:]]
        made = io.StringIO()
        csv.writer(made, lineterminator="\n").writerows([*self.settings, *rows])
        return made.getvalue()


def text_column(cells: dict[str, str]) -> list[str]:
    """A column's row, loaded as the text that it is."""
    return list({**cells, "type": "string", "format": ""}.values())


TRANSACTIONS = Definition(DEPOSIT)
TRANSACTIONS_CP949 = Definition(DEPOSIT, settings=(("@encoding", "cp949"),))
TRANSACTIONS_AS_TEXT = Definition(DEPOSIT, as_text=True)
# Without partitions and order, which the peer is not asked for either.
FLIGHTS = Definition(NYC, without=("@partition", "@sort"))


def partitioned(field: str) -> Definition:
    """The transactions, partitioned by one field."""
    return Definition(DEPOSIT, settings=(("@partition", field),))


def make(directory: Path, job: str, definition: Definition) -> None:
    """A project of one job."""
    _, database, table, *_ = job.split("__")
    path = directory / "table-defs" / database / f"{table}.csv"
    path.parent.mkdir(parents=True)
    path.write_text(definition.text(), encoding="utf-8")
    shutil.copy(TEMPLATE / "naru.toml", directory)
    (directory / "dags").mkdir()
    add_job(directory, job)


def add_job(directory: Path, job: str) -> None:
    """A job's DAG file."""
    (directory / "dags" / f"{job}.py").write_text(DAG)


def remove_job(directory: Path, job: str) -> None:
    """Takes a job's DAG file away: a table has one job at a time."""
    (directory / "dags" / f"{job}.py").unlink()
