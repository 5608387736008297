"""Control totals: what the sources declare, held against what their ranges held, before anything is committed."""

import io
import json

from naru_spark import s3, sources
from naru_spark.decoding import Findings, describe
from naru_spark.errors import RunError
from naru_spark.plan import Plan

# No control file is larger than this, in bytes.
GREATEST_FILE_BYTES = 64 * 1024


class ControlTotals:
    """The control totals of a run's sources; nothing where the plan has none."""

    def __init__(self, plan: Plan) -> None:
        """Reads the control files, if the plan has any. Raises RunError: faults of all of them; one that has changed."""
        self.plan = plan
        self.files: list[bytes] = []
        self.sums: tuple[str, ...] = ()
        if not plan.json.get("control"):
            return
        if "file" in plan.json["control"]:
            self.files = [read_file(source["control"], plan.owner) for source in plan.json["sources"]]
        found = json.loads(plan.kernel.control_sums(self.files))
        require_read(found)
        self.sums = tuple(found["sums"])

    def require_same(self) -> None:
        """Raises RunError if a control file is not the one that was planned."""
        for source in self.plan.json["sources"]:
            if source.get("control"):
                sources.require_same(source["control"], self.plan.owner)

    def verify(self, findings: Findings) -> str | None:
        """What is recorded of totals that hold, as JSON; None: there are none. Raises RunError: all that do not hold."""
        if not self.plan.json.get("control"):
            return None
        nothing = [(0, 0, 0)] * len(self.sums)
        found = [(source.records, source.sums or nothing, source.trailer) for source in findings.by_source]
        verdict = json.loads(self.plan.kernel.verify_control(self.files, found))
        require_read(verdict)
        if "verified" in verdict:
            return json.dumps(verdict["verified"])
        told = "\n".join(f"  {mismatch}" for mismatch in verdict["mismatches"])
        hint = "the file was cut off or is another than was declared: have it delivered again"
        if verdict["unread"]:
            told = f"{told}\n{describe(findings.places)}"
            hint = "mend the values that cannot be read, or leave their sum out of @control"
        count = len(verdict["mismatches"])
        raise RunError(f"{count} control total(s) do not hold\n{told}\nhint: nothing was committed; {hint}")


def declare_no_rows(verified: str | None) -> bool:
    """Whether the sources themselves say that they hold no row."""
    totals = json.loads(verified or "[]")
    return bool(totals) and all(source["rows"] == 0 for source in totals)


def read_file(landed: dict, owner: str | None) -> bytes:
    """A control file as it was planned. Raises RunError."""
    location, size = landed["location"], landed["size_bytes"]
    if size > GREATEST_FILE_BYTES:
        raise unreadable([[f"{location}: the control file is larger than {GREATEST_FILE_BYTES} bytes",
                           "is it a data file of that name?"]])
    content = io.BytesIO()
    with sources.open_range(landed, owner=owner) as file:
        while data := file.read(GREATEST_FILE_BYTES + 1):
            content.write(data)
    if content.tell() != size:
        raise s3.changed(location, is_gone=False)
    return content.getvalue()


def require_read(found: dict) -> None:
    if faults := found.get("faults"):
        raise unreadable(faults)


def unreadable(faults: list[list]) -> RunError:
    """An error of these faults, each with its hint or none."""
    told = "\n".join(f"  {fault}" + (f"\n      hint: {hint}" if hint else "") for fault, hint in faults)
    return RunError(f"what declares the control totals has {len(faults)} fault{'' if len(faults) == 1 else 's'}\n{told}\n"
                    "hint: nothing was committed; mend the control totals, or what @control says of them")
