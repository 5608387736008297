"""A clean build, timed: everything that the `naru` program needs, from nothing but the crates' sources."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from .environment import BENCH

HEAVIEST = 10
# cargo writes the figures of `--timings` as a constant into its report's script.
UNITS = re.compile(r"const UNIT_DATA = (\[.*?\]);\s*$", re.MULTILINE | re.DOTALL)


def clean_build(workspace: Path = BENCH.parent, package: str = "naru") -> dict:
    """Seconds of a clean release build, and the units that took longest. Raises CalledProcessError.

    Sources are fetched before the clock starts: the goal is about compiling.
    """
    target = BENCH / ".work" / "target"
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["cargo", "fetch", "--locked"], cwd=workspace, check=True)
    command = ["cargo", "build", "--release", "--locked", "--offline", "--package", package, "--timings"]
    start = time.perf_counter()
    subprocess.run([*command, "--target-dir", target], cwd=workspace, check=True)
    seconds = time.perf_counter() - start
    report = (target / "cargo-timings" / "cargo-timing.html").read_text(encoding="utf-8")
    shutil.rmtree(target)
    return {"seconds": seconds, "heaviest": heaviest(report)}


def heaviest(report: str) -> list[dict]:
    """The longest units of cargo's timing report, in seconds."""
    found = UNITS.search(report)
    units = json.loads(found.group(1)) if found else []
    units.sort(key=lambda unit: unit["duration"], reverse=True)
    return [{"name": f"{u['name']} {u['version']}{u['target']}", "seconds": u["duration"]} for u in units[:HEAVIEST]]
