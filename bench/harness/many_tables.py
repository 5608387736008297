"""A project of very many tables, as a bank has: made once, kept in `.data`, the same for the same number.

Definitions differ in columns, types, settings and modes. The last one has a fault, so that a check that has not read it
is seen.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from . import project
from .data import DATA

HEADER = "source,target,type,key,required,level,treatment,format,description"
KEY = "ACCT_NO,account_no,string,1,y,p2,,,계좌번호"
# Sources in upper case, as mainframes have them; each definition takes some of these.
COLUMNS = (
    'BAL_AMT,balance,"decimal(18,2)",,y,p1,,,잔액',
    "OPEN_DT,opened_on,date,,y,p0,,%Y%m%d,개설일",
    "CHG_DTM,changed_at,timestamp,,,p0,,%Y%m%d%H%M%S,변경일시",
    "BR_CD,branch_code,string,,,p0,,,Branch",
    "PRD_CD,product_code,string,,y,p0,,,Product",
    "ST_CD,status_code,string,,y,p0,,,Status",
    'RATE,rate,"decimal(9,6)",,,p1,,,Rate of interest',
    "TERM_MM,term_months,int,,,p0,,,Term in months",
    "TX_CNT,transactions,bigint,,,p1,,,Number of transactions",
    "CLS_YN,is_closed,boolean,,y,p0,,,Closed",
    "RRN,resident_no,string,,,p2,hash,,Resident number",
    "MEMO,memo,string,,,p1,,,Note",
    "FILLER,,,,,,,,",
)
SETTINGS = (
    (),
    ("@encoding,cp949", "@delimiter,|"),
    ("@partition,month(opened_on)",),
    ('@partition,"bucket(16, account_no)"', "@sort,account_no"),
    ("@null,,NULL", "@reject_limit,0.1%"),
)
MODES = ("append", "replace", "merge")
CADENCES = "hdwmqy"
TABLES_A_DATABASE = 200
FAULT = "no_such_type"


@dataclass(frozen=True)
class ManyTables:
    """Such a project."""

    directory: Path
    tables: int

    @property
    def files(self) -> list[Path]:
        """Everything that a check reads."""
        return [path for path in self.directory.rglob("*") if path.is_file()]

    @property
    def faulty(self) -> str:
        """The definition that is at fault, as the project calls it."""
        return str(definition_path(self.tables - 1))


def many_tables(number: int) -> ManyTables:
    """The project, made if it is not there."""
    directory = DATA / f"project-{number}"
    if not directory.exists():
        partial = directory.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        (partial / "dags").mkdir(parents=True)
        shutil.copy(project.TEMPLATE / "naru.toml", partial)
        for n in range(number):
            path = partial / definition_path(n)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(definition(n, faulty=n == number - 1), encoding="utf-8")
            project.add_job(partial, job(n))
        partial.rename(directory)
    return ManyTables(directory, number)


def job(n: int) -> str:
    """The job of the n-th table."""
    return "__".join((f"source_{n % 37}", database(n), table(n), "p2", MODES[n % len(MODES)], "auto",
                      CADENCES[n % len(CADENCES)]))


def database(n: int) -> str:
    """The database of the n-th table."""
    return f"area_{n // TABLES_A_DATABASE}"


def table(n: int) -> str:
    """The n-th table."""
    return f"account_history_{n}"


def definition_path(n: int) -> Path:
    """Where its definition is, below the project."""
    return Path("table-defs") / database(n) / f"{table(n)}.csv"


def definition(n: int, faulty: bool) -> str:
    """Its definition: the key and the columns that `n` picks, but for the day, which is always there."""
    picked = [column for i, column in enumerate(COLUMNS) if i == 1 or (n + i) % 4]
    lines = [*SETTINGS[n % len(SETTINGS)], HEADER, KEY, *picked]
    if faulty:
        lines.append(f"FAULT,at_fault,{FAULT},,,p0,,,At fault on purpose")
    return "\n".join(lines) + "\n"
