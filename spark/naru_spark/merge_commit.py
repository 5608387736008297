"""The commit of a merge: what it changed in a state of the table becomes one snapshot.

    state ─▶ merge ─▶ verdict (naru_decode) ─▶ compare-and-swap ─▶ committed
      ▲                                             │
      ├─ others touched the same rows: merge again ─┤ lost race
      └─ they did not: the same files, on top ──────┘

As serializable isolation wants it: what others committed since the merge looked must not have touched the files that it
takes away, deleted rows, or brought keys that it looked for.
"""

import json
from dataclasses import dataclass

from naru_spark import changes
from naru_spark.attempts import Committed, held_against, until_committed
from naru_spark.commit import swap
from naru_spark.errors import TRY_LATER, RunError
from naru_spark.merging import Merged, merge
from naru_spark.plan import Plan
from naru_spark.staging import Staging
from naru_spark.tables import TableState, Tables

import naru_decode


@dataclass
class Prepared:
    """A merge over `base` that is ready to be committed, and what its snapshot says."""

    base: TableState
    merged: Merged
    properties: dict[str, str]
    run_again_up_to: str | None


@dataclass
class MergeCommit:
    """The commit of a run's held rows. `base`: the state that the run is planned on, a newer one once it was decided again;
    `is_reload`: what that decision was; `prepared`: the merge that is to be committed, None: it is to be made.
    """

    tables: Tables
    plan: Plan
    staging: Staging
    properties: dict[str, str]
    force: bool
    again: str | None
    base: TableState
    is_reload: bool | None = None
    prepared: Prepared | None = None

    def attempt(self, state: TableState) -> Committed | None:
        """Commits on top of a state, or makes the merge over it; None: once more, on the newest state."""
        if self.prepared is not None:
            loaded, conflict = held_against(self.plan, self.base, state, self.prepared.properties)
            if loaded is not None:
                return Committed(loaded, is_new=False)
            if conflict is None and not concerns(self.tables, self.prepared, state):
                return self.swapped(state, self.prepared)
            self.staging.abandon()
            self.prepared = None
        if state.snapshot_id != self.base.snapshot_id:
            decision = decide_again(self.tables, self.plan, state, self.force, self.again)
            if decision is None:
                return Committed(state.snapshot_id, is_new=False)
            self.base, self.is_reload = state, decision
        self.prepared = prepare(self.tables, self.plan, self.staging, state, self.properties, self.force)
        # Others may have come first while the rows were merged.
        return None

    def swapped(self, state: TableState, prepared: Prepared) -> Committed | None:
        merged = prepared.merged
        removal = changes.Removal(whole=merged.removed)
        snapshot_id = swap(self.tables, state, [*self.staging.files, *merged.restored], removal, prepared.properties)
        if snapshot_id is None:
            return None
        return Committed(snapshot_id, True, self.is_reload, told(merged), prepared.run_again_up_to)


def commit_merge(tables: Tables, plan: Plan, staging: Staging, properties: dict[str, str], force: bool,
                 again: str | None) -> Committed:
    """Merges the held rows of a run into its table. `staging.target` is the state that the run was planned on. Raises
    Conflict, RunError; see `until_committed`.
    """
    return until_committed(tables, staging, MergeCommit(tables, plan, staging, properties, force, again, staging.target).attempt)


def prepare(tables: Tables, plan: Plan, staging: Staging, state: TableState, properties: dict[str, str],
            force: bool) -> Prepared:
    merged = merge(tables, plan, staging, state)
    counts = (merged.counts.get("unseen", 0), merged.counts.get("deleting", 0))
    try:
        found, up_to = plan.kernel.merge_properties(state.history(), properties, merged.over.snapshot_id, counts, force)
    except naru_decode.MergeError as error:
        raise RunError(str(error)) from error
    return Prepared(state, merged, {**properties, **found}, up_to)


def decide_again(tables: Tables, plan: Plan, state: TableState, force: bool, again: str | None) -> bool | None:
    """What the run has to do on a newer state than it was planned on: whether it loads again; None: nothing. Raises
    RunError.
    """
    newest = changes.newest_loaded(tables, plan, state)
    found = json.loads(plan.kernel.decide(state.history(), newest, plan.key_id, force, again))
    if found["do"] == "unchanged":
        return None
    if found["do"] != "load":
        raise RunError(f"{plan.json['interval']['text']}: {found['why']}", TRY_LATER if found["do"] == "later" else 1)
    return found["why"] == "again"


def concerns(tables: Tables, prepared: Prepared, state: TableState) -> bool:
    """Whether what others committed since a merge looked may concern its rows."""
    if state.snapshot_id == prepared.base.snapshot_id:
        return False
    since = []
    for snapshot in state.ancestry():
        if snapshot["snapshot-id"] == prepared.base.snapshot_id:
            break
        since.append(snapshot["snapshot-id"])
    if prepared.merged.over.is_earlier or len(since) == len(state.ancestry()) and prepared.base.snapshot_id is not None:
        return True
    io = state.table.io()
    may_hold = tables.iceberg.expressions.InclusiveMetricsEvaluator(state.table.schema(), prepared.merged.keys)
    for snapshot_id in since:
        snapshot = state.table.snapshot(snapshot_id)
        if any(True for _ in snapshot.addedDeleteFiles(io)):
            return True
        if any(file.location() in prepared.merged.removed for file in snapshot.removedDataFiles(io)):
            return True
        if any(may_hold.eval(file) for file in snapshot.addedDataFiles(io)):
            return True
    return False


def told(merged: Merged) -> dict[str, int]:
    """The counts that a run tells, as `naru run` does."""
    return {name: merged.counts.get(name, 0) for name in ("inserted", "updated", "deleted", "unchanged", "older")}
