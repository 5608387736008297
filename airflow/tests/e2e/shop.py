"""The project of the end-to-end test: real jobs of the real binary, on an embedded lake."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

SEOUL = ZoneInfo("Asia/Seoul")
BINARY = os.environ.get("NARU_TEST_BINARY", "")

ORDER = "webshop__sales__order__p1__append__auto__d"
ORDER_BY_WEEK = "webshop__sales__order__p1__append__auto__w"
REPORT = "webshop__sales__report__p1__append__auto__w"
BROKEN = "webshop__sales__broken__p1__append__auto__d"
LARGE = "webshop__sales__large__p1__append__pl__d"

_COLUMNS = 'source,target,type,key,required,level\nORDER_NO,order_no,bigint,,y,p1\nAMOUNT,amount,"decimal(12,2)",,y,p1\n'


SETTINGS = f"""\
org = "acme"
time_zone = "Asia/Seoul"

[phases.dev]
lake = "embedded"
path = ".naru/lake"

[airflow]
retries = 3
retry_delay_seconds = 2
wait_poll_seconds = 2
naru_binary = "{BINARY}"
owners = {{ sales = "sales-team" }}
"""


class Shop:
    """A project in a directory: jobs of one shape, and yesterday in Seoul as the day that is over."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dags = root / "dags"
        self.dags.mkdir(parents=True)
        (root / "naru.toml").write_text(SETTINGS)
        self.today = datetime.now(SEOUL).date()
        self.yesterday = self.today - timedelta(days=1)

    def job(self, name: str, *needs: str) -> None:
        """Adds a job: table definition and DAG file."""
        _, database, table, *_ = name.split("__")
        definition = self.root / "table-defs" / database / f"{table}.csv"
        definition.parent.mkdir(parents=True, exist_ok=True)
        definition.write_text(_COLUMNS)
        self.dag_file(name, *needs)

    def dag_file(self, name: str, *needs: str) -> None:
        """The three lines."""
        arguments = f", needs={json.dumps(needs)}" if needs else ""
        (self.dags / f"{name}.py").write_text(f"from naru_airflow import job_dag\n\ndag = job_dag(__file__{arguments})\n")

    def write_manifest(self) -> None:
        """By ``naru manifest``."""
        self.naru("manifest", "--output", str(self.dags / "naru-manifest.json"))

    @property
    def last_monday(self) -> date:
        """Monday of the last week that is over."""
        return self.today - timedelta(days=self.today.weekday() + 7)

    def land(self, table: str, interval: str, *rows: str) -> Path:
        """Drops a file where the job's name says."""
        folder = self.root / ".naru" / "lake" / "acme-dev-landing-p1" / "webshop" / "sales" / table / interval
        folder.mkdir(parents=True, exist_ok=True)
        dropped = folder / "orders.csv"
        whole = folder / ".orders.tmp"
        whole.write_text("ORDER_NO,AMOUNT\n" + "".join(f"{row}\n" for row in rows))
        whole.rename(dropped)
        return dropped

    def naru(self, *arguments: str) -> str:
        command = [BINARY, "--project", str(self.root), *arguments]
        ran = subprocess.run(command, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def rows(self, sql: str) -> list[list[Any]]:
        """The rows of a query."""
        return json.loads(self.naru("query", sql, "--json"))


def seoul_midnight(day: date) -> str:
    return datetime(day.year, day.month, day.day, tzinfo=SEOUL).isoformat()
