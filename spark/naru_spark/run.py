"""The steps of a run, in their order."""

import json
from dataclasses import asdict, dataclass, field, replace

from pyspark.sql import SparkSession

from naru_spark import changes, evolve, sources
from naru_spark.commit import commit
from naru_spark.control import ControlTotals, declare_no_rows
from naru_spark.decoding import Findings, describe, rows
from naru_spark.errors import TRY_LATER, RunError
from naru_spark.merge_commit import commit_merge
from naru_spark.plan import Plan
from naru_spark.quarantine import Refused
from naru_spark.ranges import find_tasks
from naru_spark.staging import Staging
from naru_spark.stopping import Stop
from naru_spark.tables import Tables


# What a replay asks for, as `naru-core`'s `run.rs` says it.
AGAIN = REPLAY, RELOAD = "replay", "reload"


@dataclass(frozen=True)
class Outcome:
    """What a run did. `status`: `loaded`, `reloaded`, `unchanged`; of a run that failed `rejected` or `empty`: too many
    rows do not fit, or none does.

    `records` are all that were read, `rejects` places and reasons of the first that do not fit, `quarantine` where those
    are (`rows`, `snapshot_id`), `files` and `file_bytes` the data files that the commit added, `evolved` what it changed of
    the table's structure; `control` is `verified` where the rows are those that control totals declare.
    """

    status: str
    interval: str
    rows: int = 0
    rejected: int = 0
    snapshot_id: int | None = None
    records: int = 0
    rejects: list[dict] = field(default_factory=list)
    quarantine: dict | None = None
    files: int = 0
    file_bytes: int = 0
    evolved: list[str] = field(default_factory=list)
    control: str | None = None
    # Of a merge, as `naru run --json` has them.
    merge: dict[str, int] | None = None
    run_again_up_to: str | None = None

    def json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Options:
    """How to run a plan; not what it does. `range_bytes`: what one of Spark's tasks decodes, about; `again`: one of AGAIN."""

    range_bytes: int = 64 << 20
    force: bool = False
    again: str | None = None
    stop: Stop = field(default_factory=Stop)


def execute(spark: SparkSession, plan: Plan, options: Options) -> Outcome:
    """Runs a plan. Raises RunError; the target is then as it was before."""
    tables = Tables(spark)
    interval, target = plan.json["interval"]["text"], plan.json["target"]
    key_id = plan.key_id
    state = tables.find(plan.target)
    evolving = evolve.evolving(tables, plan, state) if state else None
    state = evolving and evolving.state
    newest = changes.newest_loaded(tables, plan, state)
    found = json.loads(plan.kernel.decide(state.history() if state else "[]", newest, key_id, options.force, options.again))
    if found["do"] == "unchanged":
        return Outcome("unchanged", interval, snapshot_id=state.snapshot_id if state else None)
    if found["do"] != "load":
        raise RunError(f"{interval}: {found['why']}", TRY_LATER if found["do"] == "later" else 1)
    evolving = evolving or evolve.evolving(tables, plan, tables.find_or_create(plan.target, target["location"], target["spec"]))
    evolving.require_allowed()
    control = ControlTotals(plan)
    with Staging(tables, evolving.state) as staging:
        try:
            findings = write_rows(spark, plan, staging, options, control)
            for source in plan.json["sources"]:
                sources.require_same(source, plan.owner)
            control.require_same()
            refused = Refused(tables, plan, findings)
            # First, as a rule: once the table holds the rows, nothing tells any more that others are missing. A replay's
            # rows stand there alone until they are in the table, and a replay that finds none there does nothing.
            if options.again is None:
                refused.hold()
            verified = require_accepted(refused, control, options)
            options.stop.require_not_told()
        except Exception:
            staging.abandon()
            raise
        properties = plan.kernel.run_properties(plan.change, key_id, findings.rows, findings.rejected, verified)
        if plan.change == "merge":
            committed = commit_merge(tables, plan, staging, properties, options.force, options.again)
        else:
            committed = commit(tables, plan, staging, plan.change, properties, options.force)
    held = refused.hold()
    is_reload = found["why"] == "again" if committed.is_reload is None else committed.is_reload
    status = ("reloaded" if is_reload else "loaded") if committed.is_new else "unchanged"
    return replace(outcome_of(plan, findings, held, status), snapshot_id=committed.snapshot_id, files=len(staging.files),
                   file_bytes=sum(file.fileSizeInBytes() for file in staging.files),
                   evolved=evolving.changes if committed.is_new else [], control="verified" if verified else None,
                   merge=committed.merge, run_again_up_to=committed.run_again_up_to)


def outcome_of(plan: Plan, findings: Findings, held: dict | None, status: str) -> Outcome:
    """What the sources came to."""
    names = ("location", "row", "line", "byte_offset", "column", "reason")
    return Outcome(status, plan.json["interval"]["text"], findings.rows, findings.rejected, records=findings.records,
                   rejects=[dict(zip(names, place, strict=True)) for place in findings.places], quarantine=held)


def write_rows(spark: SparkSession, plan: Plan, staging: Staging, options: Options, control: ControlTotals) -> Findings:
    tasks = find_tasks(spark, plan, options.range_bytes)
    frame, findings = rows(spark, plan, tasks, control.sums)
    if plan.change == "merge":
        staging.hold(frame)
    elif tasks:
        staging.write(frame)
    return findings()


def require_accepted(refused: Refused, control: ControlTotals, options: Options) -> str | None:
    """Refuses too many bad rows, other rows than the sources declare, and none at all; the control totals that were
    verified. Raises RunError; the refused rows are in quarantine then: those of a reload were before, and it tells of them
    where it is run.
    """
    plan, findings = refused.plan, refused.findings
    hold = refused.hold if options.again != RELOAD else lambda: None
    limit = plan.json["reject_limit"]
    greatest = limit["rows"] if "rows" in limit else limit["share"] * findings.records
    if findings.rejected > greatest:
        raise RunError(f"{findings.rejected} of {findings.records} rows do not fit; they are in {plan.quarantine}\n"
                       f"{describe(findings.places)}", outcome=outcome_of(plan, findings, hold(), "rejected"))
    try:
        verified = control.verify(findings)
    except RunError:
        hold()
        raise
    if findings.rows == 0 and plan.json["empty"] == "refuse" and not options.force and not declare_no_rows(verified):
        raise RunError(f"{plan.json['interval']['text']}: the sources hold no row that fits",
                       outcome=outcome_of(plan, findings, hold(), "empty"))
    return verified
