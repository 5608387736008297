"""The steps of a run, in their order."""

import json
import time
from dataclasses import asdict, dataclass

from pyspark.sql import SparkSession

from naru_spark import changes, sources
from naru_spark.commit import commit
from naru_spark.decoding import Findings, describe, rejects, rows
from naru_spark.errors import TRY_LATER, RunError
from naru_spark.merge_commit import commit_merge
from naru_spark.plan import Plan, kernel_of
from naru_spark.ranges import find_tasks
from naru_spark.staging import Staging
from naru_spark.table_json import spec_of
from naru_spark.tables import CATALOG, TableState, Tables, files


@dataclass(frozen=True)
class Outcome:
    """What a run did. `status`: `loaded`, `reloaded` or `unchanged`."""

    status: str
    interval: str
    rows: int = 0
    rejected: int = 0
    snapshot_id: int | None = None
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


def execute(spark: SparkSession, plan: Plan, options: Options) -> Outcome:
    """Runs a plan. Raises RunError; the target is then as it was before."""
    tables = Tables(spark)
    interval, target = plan.json["interval"]["text"], plan.json["target"]
    key_id = kernel_of(plan.text).key_id
    state = tables.find(plan.target)
    found = json.loads(plan.kernel.decide(state.history() if state else "[]", changes.newest_loaded(tables, plan, state), key_id,
                                          options.force))
    if found["do"] == "unchanged":
        return Outcome("unchanged", interval, snapshot_id=state.snapshot_id if state else None)
    if found["do"] != "load":
        raise RunError(f"{interval}: {found['why']}", TRY_LATER if found["do"] == "later" else 1)
    state = state or tables.find_or_create(plan.target, target["location"], target["spec"])
    require_planned(plan, state)
    with Staging(tables, state) as staging:
        try:
            findings = write_rows(spark, plan, staging, options)
            for source in plan.json["sources"]:
                sources.require_same(source)
            quarantine(tables, plan, findings)
            require_accepted(plan, findings, options.force)
        except Exception:
            staging.abandon()
            raise
        properties = plan.kernel.run_properties(plan.change, key_id, findings.rows, findings.rejected)
        if plan.change == "merge":
            committed = commit_merge(tables, plan, staging, properties, options.force)
        else:
            committed = commit(tables, plan, staging, plan.change, properties, options.force)
    is_reload = found["why"] == "again" if committed.is_reload is None else committed.is_reload
    status = ("reloaded" if is_reload else "loaded") if committed.is_new else "unchanged"
    return Outcome(status, interval, findings.rows, findings.rejected, committed.snapshot_id, committed.merge,
                   committed.run_again_up_to)


def require_planned(plan: Plan, state: TableState) -> None:
    """Refuses a table that is not as the plan says. Raises RunError."""
    if state.metadata["format-version"] != 2:
        raise RunError(f"{state.name}: naru writes tables of format version 2 only")
    has_rows = bool(state.metadata.get("snapshots"))
    found = json.loads(plan.kernel.evolution(json.dumps(spec_of(state.metadata)), has_rows))
    if found["do"] != "leave":
        differences = "\n".join(f"  {text}" for text in found["differences"])
        raise RunError(f"{state.name} is not as its definition says; this program changes no table: run `naru apply` "
                       f"first\n{differences}")


def write_rows(spark: SparkSession, plan: Plan, staging: Staging, options: Options) -> Findings:
    tasks = find_tasks(spark, plan, options.range_bytes)
    frame, findings = rows(spark, plan, tasks)
    if plan.change == "merge":
        staging.hold(frame)
    elif tasks:
        staging.write(frame)
    return findings()


def quarantine(tables: Tables, plan: Plan, findings: Findings) -> None:
    """Makes the interval's rows of the quarantine table those that were refused, before the target's commit. Rows of an
    execution that decoded the same bytes in the same way are there already: they stay, with their marks.
    """
    place, start = plan.json["quarantine"], plan.kernel.interval_start_micros
    spec = json.loads(plan.kernel.quarantine_spec)
    state = tables.find(plan.quarantine)
    if state is None:
        if not findings.rejected:
            return
        state = tables.find_or_create(plan.quarantine, place["location"], spec)
    same = tables.iceberg.expressions.Expressions.equal(changes.LOAD_INTERVAL, start)
    held = bool(state.snapshot_id and files(state, same))
    if held and findings.rejected and digest_of(tables, plan) == plan.kernel.decode_digest:
        return
    if not held and not findings.rejected:
        return
    with Staging(tables, state) as staging:
        if findings.rejected:
            quarantined_at = time.time_ns() // 1000
            schema = tables.spark.table(f"{CATALOG}.{plan.quarantine}").schema
            staging.write(rejects(tables.spark, plan, findings.rejecting, quarantined_at, schema))
        commit(tables, plan, staging, "append", plan.kernel.quarantine_properties(findings.rejected), force=False)


def digest_of(tables: Tables, plan: Plan) -> str | None:
    """The `decode_digest` that the quarantined rows of the plan's interval share; None if there are none."""
    start = f"cast(timestamp_micros({plan.kernel.interval_start_micros}) as timestamp_ntz)"
    found = tables.spark.table(f"{CATALOG}.{plan.quarantine}").where(f"{changes.LOAD_INTERVAL} = {start}")
    row = found.select("decode_digest").head()
    return row[0] if row else None


def require_accepted(plan: Plan, findings: Findings, force: bool) -> None:
    """Refuses too many bad rows, and none at all. Raises RunError."""
    limit = plan.json["reject_limit"]
    greatest = limit["rows"] if "rows" in limit else limit["share"] * findings.records
    if findings.rejected > greatest:
        raise RunError(f"{findings.rejected} of {findings.records} rows do not fit; they are in {plan.quarantine}\n"
                       f"{describe(findings.places)}")
    if findings.rows == 0 and plan.json["empty"] == "refuse" and not force:
        raise RunError(f"{plan.json['interval']['text']}: the sources hold no row that fits")
