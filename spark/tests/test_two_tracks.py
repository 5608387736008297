"""The same jobs by `naru run` and by the Spark program: equal tables, equal quarantines, equal records, equal exit codes."""

import pytest

from cases import CASES
from generated import job_of, seeds
from merge_cases import MERGE_CASES

ALL = CASES | MERGE_CASES


@pytest.mark.parametrize("name", ALL)
def test_two_tracks_one_result(name, project):
    both_tracks(project(ALL[name]))


@pytest.mark.parametrize("seed", seeds())
def test_generated_plans(seed, project):
    """A few of them; NARU_TWO_TRACKS=300 runs so many, from NARU_TWO_TRACKS_SEED on."""
    found = project(job_of(seed))
    checked = found.naru("check")
    assert checked.returncode == 0, checked.stderr
    both_tracks(found)


def both_tracks(found):
    """Runs a project's job on either track, and compares what is there afterwards."""
    results = []
    for run in (found.run_naru, found.run_spark):
        found.start_again()
        steps = found.run_all(run)
        tables = found.tables()
        results.append((steps, tables, found.records() if "dev_deposit.account" in tables else []))
    (naru_steps, naru_tables, naru_records), (spark_steps, spark_tables, spark_records) = results
    assert spark_steps == naru_steps
    assert spark_tables.keys() == naru_tables.keys()
    for table, expected in naru_tables.items():
        assert spark_tables[table] == expected, table
    assert spark_records == naru_records
    check_something_was_compared(naru_steps, naru_tables)


def check_something_was_compared(steps, tables):
    """Guards the comparison itself: a job that loads nothing anywhere would always be equal."""
    rows = sum(len(found["rows"]) for found in tables.values())
    assert rows > 0 or any(code for _, code, _ in steps)
