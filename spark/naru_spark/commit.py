"""One snapshot: the staged files come, what they take the place of goes, and the run's record stands in the summary.

    state ─▶ verdict (naru_decode) ─▶ what goes ─▶ Iceberg writes manifests ─▶ compare-and-swap ─┐
      ▲                                                                                         │
      └──────────────────────────────────── lost race ──────────────────────────────────────────┘

Iceberg's own `commit()` would repeat itself on a newer state than the one that was looked at. So its operation only
prepares the snapshot, and the swap is tried once for each state that was validated.
"""

from dataclasses import dataclass
from typing import Any

from py4j.java_gateway import JavaObject
from py4j.protocol import Py4JJavaError

from naru_spark import changes
from naru_spark.attempts import Committed, UnknownOutcome, held_against, until_committed
from naru_spark.errors import Conflict, RunError
from naru_spark.expressions import LOAD_INTERVAL
from naru_spark.plan import Plan
from naru_spark.staging import Staging
from naru_spark.tables import TableState, Tables


def commit(tables: Tables, plan: Plan, staging: Staging, change: str, properties: dict[str, str],
           force: bool) -> Committed:
    """Makes the interval's rows of a table, or the table's, those that were staged. `staging.target` is the state that
    the run was planned on. Raises Conflict, RunError; see `until_committed`.
    """
    base, rest = staging.target, None

    def attempt(state: TableState) -> Committed | None:
        nonlocal rest
        loaded, conflict = held_against(plan, base, state, properties)
        if loaded is not None:
            return Committed(loaded, is_new=False)
        if conflict is not None:
            raise Conflict(base.name, conflict)
        added = list(staging.files) if rest is None else staging.files[: rest.staged]
        removal = changes.decide(tables, state, base, change, added, plan.kernel.interval_start_micros)
        if not force:
            refuse_older(tables, plan, state, change, removal)
        rest = keep_rest(tables, plan, staging, state, removal, rest)
        snapshot_id = swap(tables, state, staging.files, removal, properties)
        return None if snapshot_id is None else Committed(snapshot_id, is_new=True)

    return until_committed(tables, staging, attempt)


@dataclass(frozen=True)
class Rest:
    """Rows of other intervals that were written again: of these files, as the last of the staged ones."""

    paths: frozenset[str]
    staged: int


def keep_rest(tables: Tables, plan: Plan, staging: Staging, state: TableState, removal: changes.Removal,
              rest: Rest | None) -> Rest:
    """Writes the rows again that must stay of files that hold rows of the interval beside others."""
    paths = frozenset(removal.partly)
    if rest is not None:
        if rest.paths != paths:
            raise Conflict(state.name, "data files were rewritten that hold rows of several intervals")
        return rest
    staged = len(staging.files)
    if paths:
        start = f"timestamp_micros({plan.kernel.interval_start_micros})"
        held = tables.read(state)
        columns = held.columns
        held = held.selectExpr("*", "_file as naru_file").where(f"not ({LOAD_INTERVAL} <=> "
                                                                f"cast({start} as timestamp_ntz))")
        held = held.where(held["naru_file"].isin(sorted(paths)))
        staging.write(held.select(*columns))
    return Rest(paths, staged)


def refuse_older(tables: Tables, plan: Plan, state: TableState, change: str, removal: changes.Removal) -> None:
    """A replacement must not take the place of newer rows. Raises RunError."""
    if change == "replace-table" and state.snapshot_id is not None:
        everything = tables.files(state)
        newest = [changes.newest_of(tables, state, everything), plan.kernel.newest_recorded(state.history())]
    elif change == "replace-partitions":
        newest = [changes.newest_of(tables, state, list(removal.whole.values()))]
    else:
        newest = []
    if any(micros is not None and micros > plan.kernel.interval_start_micros for micros in newest):
        raise RunError(f"{state.name}: a replacement by an older interval than the newest loaded one would bring back "
                       "old rows")


def swap(tables: Tables, state: TableState, added: list[JavaObject], removal: changes.Removal,
         properties: dict[str, str]) -> int | None:
    """Tries once to make the snapshot on top of `state`. Its id; None: the table has moved on. Raises UnknownOutcome."""
    operations = state.operations
    evolved = state.evolution and state.evolution.metadata
    operation = (tables.in_memory(state, evolved) if evolved else state.table).newOverwrite()
    for file in added:
        operation.addFile(file)
    if removal.everything:
        operation.overwriteByRowFilter(tables.iceberg.expressions.Expressions.alwaysTrue())
    for file in [*removal.whole.values(), *removal.partly.values()]:
        operation.deleteFile(file)
    for key, value in properties.items():
        operation.set(key, value)
    snapshot = operation.apply()
    current = operations.current()
    if snapshot_of(current) != state.snapshot_id:
        return None
    updated = tables.iceberg.TableMetadata.buildFrom(evolved or current).setBranchSnapshot(snapshot, "main").build()
    try:
        operations.commit(current, updated)
    except Py4JJavaError as error:
        return settle(tables, state, snapshot.snapshotId(), error)
    return snapshot.snapshotId()


def settle(tables: Tables, state: TableState, snapshot_id: int, error: Py4JJavaError) -> int | None:
    """What became of a swap that did not say that it succeeded: an error may come after the change."""
    try:
        now = tables.find(state.name)
    except Py4JJavaError:
        raise UnknownOutcome(state.name) from error
    if now is not None and any(s["snapshot-id"] == snapshot_id for s in now.metadata.get("snapshots", [])):
        return snapshot_id
    if error.java_exception.getClass().getSimpleName() == "CommitFailedException":
        return None
    raise UnknownOutcome(state.name) from error


def snapshot_of(metadata: Any) -> int | None:
    snapshot = metadata.currentSnapshot()
    return None if snapshot is None else snapshot.snapshotId()
