"""The README's tour, word for word: from a definition to a table that is loaded on schedule."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from server import free_port
from shop import BINARY

pytestmark = pytest.mark.skipif(not BINARY, reason="NARU_TEST_BINARY names no binary")

PACKAGE = Path(__file__).parents[2]
PAGE = PACKAGE.parent / "README.md"


def test_the_tour_runs_word_for_word(tmp_path: Path):
    text = PAGE.read_text().split("\n## The same on AWS")[0]
    blocks = re.findall(r"^```(?:sh|bash)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert any("airflow standalone" in block for block in blocks)
    # What the page leaves running ends with it.
    script = "set -eu\ntrap 'kill $(jobs -p)' EXIT\n" + "".join(blocks)
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "naru").symlink_to(BINARY)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "NARU_"))}
    environment = kept | {
        "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(PACKAGE),
        "port": str(free_port()),
    }
    tour = subprocess.Popen(
        ["bash", "-c", script], cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        told, _ = tour.communicate(timeout=420)
    except subprocess.TimeoutExpired:
        log = tmp_path / "shop" / "airflow" / "standalone.log"
        pytest.fail(log.read_text(errors="replace")[-5000:] if log.exists() else "Airflow was not started")
    finally:
        try:
            os.killpg(tour.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    assert tour.returncode == 0, told
    assert "no faults" in told and "120.50" in told and "45.00" in told
