"""The same jobs by `naru run` and by the Spark program: equal tables, equal quarantines, equal records, equal exit codes."""

import pytest

from cases import CASES


@pytest.mark.parametrize("name", CASES)
def test_two_tracks_one_result(name, project):
    job = CASES[name]
    found = project(job)
    results = []
    for run in (found.run_naru, found.run_spark):
        found.start_again()
        steps = []
        for interval, files in job.drops:
            found.drop(interval, files)
            code, text = run(interval)
            steps.append((interval, code, text if code == 0 else ""))
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
