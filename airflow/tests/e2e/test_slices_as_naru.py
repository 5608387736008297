"""The package's calendar beside naru's own (``naru wait``): the same slices, the same intervals, in zones with and without
summer time. A seeded sample; ``NARU_SLICES=1000`` asks for more.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shop import BINARY

from naru_airflow.slices import UNIT_OF_CADENCE, UNITS, text, unit_containing, wanted

pytestmark = pytest.mark.skipif(not BINARY, reason="NARU_TEST_BINARY names no binary")

ZONES = ("Asia/Seoul", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Antarctica/Troll")
ASKED = int(os.environ.get("NARU_SLICES", "60"))


@pytest.mark.parametrize("zone_name", ZONES)
def test_both_ask_for_the_same_intervals(zone_name: str, tmp_path: Path):
    zone, chosen = ZoneInfo(zone_name), random.Random(zone_name)
    (tmp_path / "naru.toml").write_text(
        f'org = "acme"\ntime_zone = "{zone_name}"\n[marks]\nstore = "directory"\nlocation = "marks"\n'
    )
    for _ in range(ASKED // len(ZONES)):
        instant = datetime(2017, 1, 1, tzinfo=timezone.utc) + timedelta(minutes=chosen.randrange(60 * 24 * 365 * 13))
        interval = unit_containing(instant, chosen.choice(UNITS), zone)
        slice_unit = chosen.choice(UNITS)
        # A slice that holds no run of the upstream is refused by `naru check`.
        cadence = chosen.choice([letter for letter, unit in UNIT_OF_CADENCE.items() if UNITS.index(unit) <= UNITS.index(slice_unit)])
        ours = [text(span, cadence, zone) for span in wanted(interval, slice_unit, cadence, zone)]
        asked = [f"core__a__b__p1__append__auto__{cadence}", "--interval-start", interval.start.isoformat(),
                 "--interval-end", interval.end.isoformat(), "--slice", slice_unit, "--timeout", "0", "--json"]
        naru = subprocess.run([BINARY, "--project", str(tmp_path), "wait", *asked], capture_output=True, text=True)
        assert naru.returncode == 75, naru.stderr
        assert json.loads(naru.stdout)["intervals"] == ours, asked
