"""The quarantine table: rows of a run that do not fit."""

import json
import time
from dataclasses import dataclass, field

from naru_spark.commit import commit
from naru_spark.decoding import Findings, rejects
from naru_spark.errors import RunError
from naru_spark.expressions import LOAD_INTERVAL, of_interval
from naru_spark.plan import Plan
from naru_spark.staging import Staging
from naru_spark.tables import CATALOG, Tables


@dataclass
class Refused:
    """The rows that a run refused; they are in quarantine once they were held."""

    tables: Tables
    plan: Plan
    findings: Findings
    where: list[dict | None] = field(default_factory=list)

    def hold(self) -> dict | None:
        """Makes the interval's rows of the quarantine table those that were refused. Where they are: `rows`, `snapshot_id`;
        None if there are none.
        """
        if not self.where:
            self.where.append(held(self.tables, self.plan, self.findings))
        return self.where[0]


def held(tables: Tables, plan: Plan, findings: Findings) -> dict | None:
    """Rows of an execution that decoded the same bytes in the same way are there already: they stay, with their marks."""
    place = plan.json["quarantine"]
    state = tables.find(plan.quarantine)
    is_there = bool(state and state.snapshot_id and tables.files(state, of_interval(tables, plan.kernel.interval_start_micros)))
    if is_there and findings.rejected and digest_of(tables, plan) == plan.kernel.decode_digest:
        return {"rows": findings.rejected, "snapshot_id": state.snapshot_id}
    if not is_there and not findings.rejected:
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
