"""What every commit has in common: it is tried on the table's newest state, again and again where others come first."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from naru_spark import evolve
from naru_spark.errors import TRY_LATER, Conflict, RunError
from naru_spark.plan import Plan
from naru_spark.staging import Staging
from naru_spark.tables import TableState, Tables

ATTEMPTS = 10


@dataclass(frozen=True)
class Committed:
    """What became of a commit; `is_new`: it made the snapshot itself. Of a merge also whether it took the place of an
    earlier execution (None: as it was planned), what became of its rows, and up to which interval others are to be run
    again.
    """

    snapshot_id: int
    is_new: bool
    is_reload: bool | None = None
    merge: dict[str, int] | None = None
    run_again_up_to: str | None = None


class UnknownOutcome(RunError):
    """The catalog did not tell whether a swap succeeded, and could not be asked."""

    def __init__(self, table: str) -> None:
        super().__init__(f"{table}: the catalog did not tell whether a commit succeeded; run the job again to find out",
                         TRY_LATER)


def until_committed(tables: Tables, staging: Staging, attempt: Callable[[TableState], Committed | None]) -> Committed:
    """Tries a commit on ever newer states of the table whose rows are staged; None of an attempt: once more.

    Raises what an attempt does; Conflict where the table has become another; RunError where others come first each time. The
    staged files are deleted then, and where another has loaded the rows, unless it is not known whether they are in the table.
    """
    base = staging.target
    try:
        for _ in range(ATTEMPTS):
            state = tables.find(base.name)
            if state is None:
                raise Conflict(base.name, "the table was dropped")
            committed = attempt(evolve.onto(tables, base, state))
            if committed is None:
                continue
            if not committed.is_new:
                staging.abandon()
            return committed
        raise RunError(f"{base.name}: other commits to the table came first, {ATTEMPTS} times; run the job again",
                       TRY_LATER)
    except UnknownOutcome:
        raise
    except Exception:
        staging.abandon()
        raise


def held_against(plan: Plan, base: TableState, state: TableState, properties: dict[str, str]) -> tuple[int | None, str | None]:
    """A commit that was planned on `base`, held against what others have committed since: the snapshot that has its rows
    already, or else why there is a conflict; neither: it may be made. Raises RunError for what must not be.
    """
    found = json.loads(plan.kernel.verdict(state.history(), base.snapshot_id, properties))
    if found["do"] == "refuse":
        raise RunError(f"{state.name}: {found['why']}")
    return found.get("snapshot_id"), found.get("why")
