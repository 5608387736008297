"""A manifest by the binary, where a project has none yet: one call for each state of the project's files.

Airflow parses each DAG file in a process of its own, so what the binary said is kept on disk, under the digest of what
it depends on, and a lock lets one process ask while the others wait.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import ManifestError

#: Says which binary to ask, where ``PATH`` has none; a manifest is what says it otherwise.
BINARY_VARIABLE = "NARU_BINARY"
_ASK_TIMEOUT_SECONDS = 60


def manifest_by_binary(project: Path) -> bytes:
    """The text of ``naru manifest`` for the project in a directory.

    :raises ManifestError: there is no binary, or it fails.
    """
    binary = os.environ.get(BINARY_VARIABLE) or shutil.which("naru")
    if binary is None:
        raise ManifestError(
            f"{project} has no naru-manifest.json, and there is no `naru` on the path to make one",
            f"run `naru manifest --output dags/naru-manifest.json`, or set {BINARY_VARIABLE}",
        )
    kept = _cache_directory() / f"{_state_of(project, binary)}.json"
    if not kept.is_file():
        with (kept.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.is_file():
                _keep(kept, _ask(binary, project))
    return kept.read_bytes()


def _state_of(project: Path, binary: str) -> str:
    """A digest of all that the manifest depends on: names, sizes and times of the project's files, phase, binary."""
    digest = hashlib.sha256(f"{project}\0{os.environ.get('NARU_PHASE', '')}\0{binary}".encode())
    files = [Path(binary), project / "naru.toml"]
    for folder, folders, names in os.walk(project):
        # The lake, and what tools keep: nothing that a manifest is made of.
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        files += [Path(folder, name) for name in sorted(names) if name.endswith((".py", ".csv"))]
    for file in files:
        state = file.stat()
        digest.update(f"\0{file}\0{state.st_size}\0{state.st_mtime_ns}".encode())
    return digest.hexdigest()


def _cache_directory() -> Path:
    directory = Path(tempfile.gettempdir(), f"naru-airflow-{os.getuid()}")
    directory.mkdir(mode=0o700, exist_ok=True)
    state = directory.lstat()
    if directory.is_symlink() or state.st_uid != os.getuid() or state.st_mode & 0o077:
        raise ManifestError(
            f"{directory} belongs to somebody else, or others may write there", "remove it, or set TMPDIR"
        )
    return directory


def _ask(binary: str, project: Path) -> bytes:
    command = [binary, "manifest", "--project", str(project)]
    try:
        asked = subprocess.run(command, capture_output=True, timeout=_ASK_TIMEOUT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ManifestError(f"`{' '.join(command)}` gave no answer: {error}", "run it by hand") from error
    if asked.returncode != 0:
        told = asked.stderr.decode(errors="replace").strip()
        raise ManifestError(f"`{' '.join(command)}` ended with {asked.returncode}: {told}", "mend what it names")
    return asked.stdout


def _keep(path: Path, text: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(text)
    os.replace(file.name, path)
