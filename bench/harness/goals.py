"""The goals that naru has set itself, and whether a session's figures meet them."""

from dataclasses import dataclass

from .items import CHANGES, FULL_ROWS, SMALL_ROWS

SMALL_RATIO = 0.2
LOAD_RATIO = 1.0
MERGE_RATIO = 0.25
# "Bytes in proportion to the change": what is written is no more than the changes are as text.
MERGE_WRITTEN_RATIO = 1.0
PEAK_MIB = 512
# "The same peak": no more than noise above it.
SAME_PEAK_RATIO = 1.05
BUILD_MINUTES = 15


@dataclass(frozen=True)
class Goal:
    """One goal and how a session stands to it."""

    goal: str
    figure: str
    verdict: str
    """`met`, `missed`, or `not measured`."""


def judge(items: list[dict], build: dict | None) -> list[Goal]:
    """All goals; those that the session did not measure at full size say so."""
    found = {item["name"]: {c["name"]: c for c in item["contenders"]} for item in items}
    load, small, merge, large = (found.get(name) for name in ("load", "small", "merge", "large"))
    full = load is not None and load["naru"]["rows"] == FULL_ROWS
    loaded = load if full else None
    merged = merge if merge is not None and merge["naru"]["rows"] == FULL_ROWS else None
    repeated = large if large is not None and large["naru"]["rows"] == 10 * FULL_ROWS else None
    return [
        at_most(f"1.1 MB, whole process: at most {SMALL_RATIO} × PyIceberg's time",
                ratio(small) if small is not None and small["naru"]["rows"] == SMALL_ROWS else None, SMALL_RATIO, " ×"),
        at_most("10 million rows: at most PyIceberg's time", ratio(loaded), LOAD_RATIO, " ×"),
        at_most(f"10 million rows: at most {PEAK_MIB} MiB peak", peak(loaded), PEAK_MIB, " MiB"),
        at_most(f"100 million rows: at most {PEAK_MIB} MiB peak", peak(repeated), PEAK_MIB, " MiB"),
        at_most(f"100 million rows: the same peak as 10 million (at most {SAME_PEAK_RATIO} ×)",
                peak(repeated) / peak(loaded) if repeated and loaded else None, SAME_PEAK_RATIO, " ×"),
        at_most(f"{CHANGES:,} changed rows into 10 million: at most {MERGE_RATIO} × PyIceberg's time",
                ratio(merged), MERGE_RATIO, " ×"),
        at_most(f"the same: at most {PEAK_MIB} MiB peak", peak(merged), PEAK_MIB, " MiB"),
        at_most("the same: bytes written at most the changes' own",
                merged["naru"]["output_bytes"] / merged["naru"]["source_bytes"] if merged else None,
                MERGE_WRITTEN_RATIO, " ×"),
        at_most(f"clean build: at most {BUILD_MINUTES} minutes",
                None if build is None else build["seconds"] / 60, BUILD_MINUTES, " min"),
    ]


def at_most(goal: str, value: float | None, limit: float, unit: str) -> Goal:
    """A goal that is an upper limit."""
    if value is None:
        return Goal(goal, "", "not measured")
    return Goal(goal, f"{value:.3g}{unit}", "met" if value <= limit else "missed")


def ratio(contenders: dict | None) -> float | None:
    """naru's median time over PyIceberg's."""
    if contenders is None:
        return None
    return contenders["naru"]["median_seconds"] / contenders["pyiceberg"]["median_seconds"]


def peak(contenders: dict | None) -> float | None:
    """naru's greatest resident memory, MiB."""
    return None if contenders is None else contenders["naru"]["peak_mib"]
