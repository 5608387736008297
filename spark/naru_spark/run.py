"""The steps of a run, in their order."""

import json
import time
from dataclasses import asdict, dataclass, field, replace

from pyspark.sql import SparkSession

from naru_spark import changes, evolve, sources
from naru_spark.commit import commit
from naru_spark.control import ControlTotals, declare_no_rows
from naru_spark.decoding import Findings, describe, rejects, rows
from naru_spark.errors import TRY_LATER, RunError
from naru_spark.expressions import LOAD_INTERVAL, of_interval
from naru_spark.merge_commit import commit_merge
from naru_spark.plan import Plan
from naru_spark.ranges import find_tasks
from naru_spark.staging import Staging
from naru_spark.stopping import Stop
from naru_spark.tables import CATALOG, Tables


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
    """How to run a plan; not what it does. `range_bytes`: what one of Spark's tasks decodes, about."""

    range_bytes: int = 64 << 20
    force: bool = False
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
    found = json.loads(plan.kernel.decide(state.history() if state else "[]", newest, key_id, options.force))
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
            held = quarantine(tables, plan, findings)
            verified = require_accepted(plan, findings, control, options.force, held)
            options.stop.require_not_told()
        except Exception:
            staging.abandon()
            raise
        properties = plan.kernel.run_properties(plan.change, key_id, findings.rows, findings.rejected, verified)
        if plan.change == "merge":
            committed = commit_merge(tables, plan, staging, properties, options.force)
        else:
            committed = commit(tables, plan, staging, plan.change, properties, options.force)
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


def quarantine(tables: Tables, plan: Plan, findings: Findings) -> dict | None:
    """Makes the interval's rows of the quarantine table those that were refused, before the target's commit. Rows of an
    execution that decoded the same bytes in the same way are there already: they stay, with their marks.

    Where the refused rows are: `rows`, `snapshot_id`; None if there are none.
    """
    place = plan.json["quarantine"]
    state = tables.find(plan.quarantine)
    held = bool(state and state.snapshot_id and tables.files(state, of_interval(tables, plan.kernel.interval_start_micros)))
    if held and findings.rejected and digest_of(tables, plan) == plan.kernel.decode_digest:
        return {"rows": findings.rejected, "snapshot_id": state.snapshot_id}
    if not held and not findings.rejected:
        return None
    tables = tables.writing_to(place["location"], plan.owner)
    state = tables.find_or_create(plan.quarantine, place["location"], json.loads(plan.kernel.quarantine_spec))
    with Staging(tables, state) as staging:
        if findings.rejected:
            quarantined_at = time.time_ns() // 1000
            schema = tables.spark.table(f"{CATALOG}.{plan.quarantine}").schema
            frame, require_read = rejects(tables.spark, plan, findings.rejecting, quarantined_at, schema)
            staging.write(frame)
            try:
                require_read()
            except RunError:
                staging.abandon()
                raise
        properties = plan.kernel.quarantine_properties(findings.rejected)
        committed = commit(tables, plan, staging, "append", properties, force=False)
    return {"rows": findings.rejected, "snapshot_id": committed.snapshot_id} if findings.rejected else None


def digest_of(tables: Tables, plan: Plan) -> str | None:
    """The `decode_digest` that the quarantined rows of the plan's interval share; None if there are none."""
    start = f"cast(timestamp_micros({plan.kernel.interval_start_micros}) as timestamp_ntz)"
    found = tables.spark.table(f"{CATALOG}.{plan.quarantine}").where(f"{LOAD_INTERVAL} = {start}")
    row = found.select("decode_digest").head()
    return row[0] if row else None


def require_accepted(plan: Plan, findings: Findings, control: ControlTotals, force: bool, held: dict | None) -> str | None:
    """Refuses too many bad rows, other rows than the sources declare, and none at all; the control totals that were
    verified. Raises RunError; it tells where the refused rows are (`held`).
    """
    limit = plan.json["reject_limit"]
    greatest = limit["rows"] if "rows" in limit else limit["share"] * findings.records
    if findings.rejected > greatest:
        raise RunError(f"{findings.rejected} of {findings.records} rows do not fit; they are in {plan.quarantine}\n"
                       f"{describe(findings.places)}", outcome=outcome_of(plan, findings, held, "rejected"))
    verified = control.verify(findings)
    if findings.rows == 0 and plan.json["empty"] == "refuse" and not force and not declare_no_rows(verified):
        raise RunError(f"{plan.json['interval']['text']}: the sources hold no row that fits",
                       outcome=outcome_of(plan, findings, held, "empty"))
    return verified
