"""What is measured with the compiler: a clean build of the `naru` program from nothing but the crates' sources, and how
long a name takes inside a process.
"""

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
# As naru-core's benchmark `names` prints its medians.
NAMES = re.compile(r"^(parse|derive|parse and derive) +(\d+) ns", re.MULTILINE)


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


def deriving(workspace: Path = BENCH.parent) -> dict:
    """Nanoseconds of one name, medians: `parse_ns`, `derive_ns`, `both_ns`. Raises CalledProcessError and ValueError."""
    target = BENCH / ".work" / "target"
    command = ["cargo", "bench", "--locked", "--offline", "--package", "naru-core", "--bench", "names"]
    done = subprocess.run([*command, "--target-dir", target], cwd=workspace, check=True, stdout=subprocess.PIPE, text=True)
    shutil.rmtree(target)
    return nanoseconds(done.stdout)


def nanoseconds(report: str) -> dict:
    """The medians that naru-core's benchmark `names` prints. Raises ValueError when one is not there."""
    found = dict(NAMES.findall(report))
    try:
        return {key: float(found[what]) for key, what in
                (("parse_ns", "parse"), ("derive_ns", "derive"), ("both_ns", "parse and derive"))}
    except KeyError as missing:
        raise ValueError(f"the benchmark `names` printed no line for {missing}:\n{report}") from None


def heaviest(report: str) -> list[dict]:
    """The longest units of cargo's timing report, in seconds."""
    found = UNITS.search(report)
    units = json.loads(found.group(1)) if found else []
    units.sort(key=lambda unit: unit["duration"], reverse=True)
    return [{"name": f"{u['name']} {u['version']}{u['target']}", "seconds": u["duration"]} for u in units[:HEAVIEST]]
