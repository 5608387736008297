"""Runs one item: contenders in turn, round after round, every result verified."""

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .environment import BENCH
from .items import Item
from .measure import measure
from .merging import forget_loaded

WORK = BENCH / ".work"


class WrongResult(Exception):
    """A contender did not write what was to be written: no time is worth reporting."""


def run_item(item: Item, rounds: int, interpreter: str) -> dict:
    """Medians and verified results of an item. Raises measure.Failed and WrongResult.

    In each round every contender runs once, and each round begins with another one, so that no contender always runs
    after the same other one and a slow minute of the machine strikes them all.
    """
    runs: dict[str, list[dict]] = {contender.name: [] for contender in item.contenders}
    results: dict[str, dict] = {}
    forget_loaded()
    for number in range(rounds):
        turn = number % len(item.contenders)
        for contender in item.contenders[turn:] + item.contenders[:turn]:
            measurement, result = run_once(item, contender, interpreter)
            runs[contender.name].append(vars(measurement))
            results[contender.name] = result
            verify(item, contender, results)
            print(f"  {item.name} {number + 1}/{rounds} {contender.name}: "
                  f"{measurement.seconds:.3f} s, {measurement.peak_mib:.0f} MiB", file=sys.stderr)
    forget_loaded()
    return {"name": item.name, "title": item.title,
            "contenders": [summary(c.name, c.source.size_bytes, runs[c.name], results[c.name]) for c in item.contenders]}


def run_once(item: Item, contender, interpreter: str) -> tuple:
    """One measured run in a new directory, and what it wrote."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir()
    prepared = contender.prepare(WORK)
    since = time.time()
    measurement = measure(prepared.command, WORK / "log")
    command = [interpreter, BENCH / "verify.py", prepared.kind, prepared.out, item.sum_column, str(since)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(WORK)
    return measurement, json.loads(done.stdout)


def verify(item: Item, contender, results: dict[str, dict]) -> None:
    """A result must be what the generator says, and what every other contender wrote."""
    result = results[contender.name]
    if result["rows"] != contender.source.rows:
        raise WrongResult(f"{item.name}, {contender.name}: {result['rows']} rows, expected {contender.source.rows}")
    if contender.source.total not in (None, result["sum"]):
        raise WrongResult(f"{item.name}, {contender.name}: the sum of {item.sum_column} is {result['sum']}, "
                          f"expected {contender.source.total}")
    for name, other in results.items():
        for what in ("rows", "sum", "fingerprint"):
            if other[what] != result[what]:
                raise WrongResult(f"{item.name}: {what} of {contender.name} is {result[what]}, of {name} {other[what]}")


def summary(name: str, source_bytes: int, runs: list[dict], result: dict) -> dict:
    """Medians of a contender's runs; the peak is the greatest of all runs."""
    return {
        "name": name,
        "median_seconds": statistics.median(r["seconds"] for r in runs),
        "median_cpu_seconds": statistics.median(r["cpu_seconds"] for r in runs),
        "peak_mib": max(r["peak_mib"] for r in runs),
        "source_bytes": source_bytes,
        "output_bytes": sum(result["written"].values()),
        "written_bytes": result["written"],
        "rows": result["rows"],
        "sum": result["sum"],
        "runs": runs,
    }
