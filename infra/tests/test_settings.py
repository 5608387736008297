"""phases.toml: one file, each key known, each fault told."""

import pytest
import settings
from templates import PHASES


def test_every_phase_has_every_key():
    assert {phase: type(settings.load(phase)) for phase in PHASES} == dict.fromkeys(PHASES, settings.Settings)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("budget_usd = 600", "budget = 600"), "unknown key budget; budget_usd is missing"),
        (('audit_lock = "GOVERNANCE"\naudit_days = 90', 'audit_lock = "OFF"\naudit_days = 90'), "write GOVERNANCE or COMPLIANCE"),
        (('zones = ["a", "c"]', 'zones = ["a"]'), "an Airflow needs two zones"),
        (("closed = []", 'closed = ["lake-p3"]\n#'), None),
        (("key_window_days = 7", "key_window_days = 3"), "from 7 to 30"),
    ],
)
def test_faults_are_told(tmp_path, change, told):
    text = settings.FILE.read_text()
    assert change[0] in text
    file = tmp_path / "phases.toml"
    file.write_text(text.replace(*change, 1))
    if told is None:
        assert settings.load("dev", file).closed == ("lake-p3",)
    else:
        with pytest.raises(ValueError, match=told):
            settings.load("dev", file)
