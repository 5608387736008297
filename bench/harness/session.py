"""Runs one item: contenders in turn, round after round, every result verified."""

import shutil
import statistics
import sys
import time
from dataclasses import replace

from .environment import BENCH
from .item import Contender, Item
from .measure import Measurement, measure
from .merging import forget_loaded
from .results import read, verify

WORK = BENCH / ".work"


def run_item(item: Item, rounds: int, interpreter: str) -> dict:
    """Medians and verified results of an item. Raises measure.Failed and results.WrongResult.

    In each round every contender runs once (short work: more often), and each round begins with another one, so that no
    contender always runs after the same other one and a slow minute of the machine strikes them all.
    """
    runs: dict[str, list[dict]] = {contender.name: [] for contender in item.contenders}
    results: dict[str, dict] = {}
    forget_loaded()
    for number in range(rounds):
        turn = number % len(item.contenders)
        for contender in (item.contenders[turn:] + item.contenders[:turn]) * item.repeats:
            measurement, result = run_once(item, contender, interpreter)
            runs[contender.name].append(vars(measurement))
            results[contender.name] = result
            verify(item, contender, results)
            print(f"  {item.name} {number + 1}/{rounds} {contender.name}: "
                  f"{measurement.seconds:.3f} s, {measurement.peak_mib:.0f} MiB", file=sys.stderr)
    forget_loaded()
    return {"name": item.name, "title": item.title, "full_size": item.full_size, "ratio": item.ratio,
            "contenders": [summary(c.name, c.source.size_bytes, runs[c.name], results[c.name]) for c in item.contenders]}


def run_once(item: Item, contender: Contender, interpreter: str) -> tuple[Measurement, dict]:
    """One measured run in a new directory, and what it made. A limit's own clock counts, for it times a part of itself."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    prepared = contender.prepare(WORK)
    since = time.time()
    log = WORK / "log"
    measurement = measure(prepared.command, log, prepared.exit_code)
    result = read(prepared, item, log, since, interpreter)
    if prepared.kind == "figures":
        measurement = replace(measurement, seconds=result["seconds"], cpu_seconds=result["cpu_seconds"])
    shutil.rmtree(WORK)
    return measurement, result


def summary(name: str, source_bytes: int, runs: list[dict], result: dict) -> dict:
    """Medians of a contender's runs; the peak is the greatest of all runs. What a table holds is of the last run."""
    made = {
        "output_bytes": result["output_bytes"] if "output_bytes" in result else sum(result.get("written", {}).values()),
        "written_bytes": result.get("written"),
        **{what: result.get(what) for what in ("data_files", "snapshots", "rows", "sum")},
    }
    return {
        "name": name,
        "median_seconds": statistics.median(r["seconds"] for r in runs),
        "median_cpu_seconds": statistics.median(r["cpu_seconds"] for r in runs),
        "peak_mib": max(r["peak_mib"] for r in runs),
        "source_bytes": source_bytes,
        **made,
        "runs": runs,
    }
