"""Both tracks on one lake: each recognises what the other has loaded, and goes on from it."""

import pytest

from cases import DAY1, DAY2, DAY3, SIMPLE, simple
from merge_cases import COLUMNS, DELETED, MERGE_CASES, ORDERED, many
from naru_spark import commit, merge_commit
from support import Job, others_first

ROWS = "select id, amount, load_interval from deposit.account order by load_interval, id"


def ids(found) -> list[tuple[str, str]]:
    """(load_interval, id) of all rows."""
    rows = found.tables()["dev_deposit.account"]["rows"]
    return sorted((row[-1][:10], row[0]) for row in rows)


def expected(**days) -> list[tuple[str, str]]:
    """A load_interval is the interval's start in UTC: the day before, at 15:00."""
    return sorted((f"2026-11-{day[1:]}", str(n)) for day, numbers in days.items() for n in numbers)


def test_a_run_is_known_whoever_made_it(project):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    found.drop(DAY2, {"a.csv": simple(range(30))})
    assert found.run_naru(DAY1) == (0, "loaded")
    assert found.run_spark(DAY1) == (0, "unchanged")
    assert found.run_spark(DAY2) == (0, "loaded")
    assert found.run_naru(DAY2) == (0, "unchanged")
    found.drop(DAY1, {"a.csv": simple(range(5))})
    found.drop(DAY2, {"a.csv": simple(range(7))})
    assert found.run_spark(DAY1) == (0, "reloaded")
    assert found.run_naru(DAY2) == (0, "reloaded")
    assert ids(found) == expected(d19=range(5), d20=range(7))
    assert len(found.records()) == 4, "a run is one snapshot"


def test_maintenance_keeps_what_spark_wrote_and_removes_nothing_else(project):
    found = project(Job("append", '@partition,"bucket(2, id)"\n' + SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    assert found.run_spark(DAY1) == (0, "loaded")
    found.drop(DAY1, {"a.csv": simple(range(9))})
    assert found.run_spark(DAY1) == (0, "reloaded")
    done = found.naru("maintain", "--keep-days", "0", "--keep-snapshots", "1")
    assert done.returncode == 0, done.stderr
    assert ids(found) == expected(d19=range(9))
    assert not list(found.lake.glob("**/*staging*")), "a run leaves no scratch table"


def test_a_rerun_is_by_rows_where_files_hold_several_intervals(project):
    found = project(Job("append", SIMPLE, []))
    for day, rows in ((DAY1, range(20)), (DAY2, range(30))):
        found.drop(day, {"a.csv": simple(rows)})
        assert found.run_spark(day) == (0, "loaded")
    session = found.session()
    session.sql("call naru.system.rewrite_data_files(table => 'dev_deposit.account', options => map('rewrite-all', 'true'))")
    assert session.sql("select count(*) from naru.dev_deposit.account.files").head()[0] == 1
    session.sql("alter table naru.dev_deposit.account set tblproperties ('write.delete.mode' = 'merge-on-read')")
    session.sql("delete from naru.dev_deposit.account where id = 29")
    found.drop(DAY1, {"a.csv": simple(range(3))})
    # A rewrite of all files looks like a replacement of all rows: no earlier run is in force, the rows are there.
    assert found.run_spark(DAY1) == (0, "loaded")
    assert ids(found) == expected(d19=range(3), d20=range(29))


def test_a_lost_race_is_run_again_on_the_new_state(project, monkeypatch):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    found.drop(DAY2, {"a.csv": simple(range(30))})
    tries = others_first(monkeypatch, commit, lambda: found.run_naru(DAY2))
    assert found.run_spark(DAY1) == (0, "loaded")
    assert len(tries) == 2 and tries[0] is None and tries[1] is not None
    assert ids(found) == expected(d19=range(20), d20=range(30))


def test_of_two_runs_at_once_one_counts(project, monkeypatch):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    others_first(monkeypatch, commit, lambda: found.run_naru(DAY1))
    assert found.run_spark(DAY1) == (0, "unchanged")
    assert ids(found) == expected(d19=range(20))
    assert len(list(found.lake.glob("*lake*/**/*.parquet"))) == 1, "the loser's files are deleted"


# Which track begins; the other one goes on, and so in turns.
CONTINUED = {"merge, the newest interval again": "naru", "merge by order, late and again": "spark",
             "merge of what a later interval may have deleted": "naru", "merge, partitioned by the key": "spark",
             "merge by treated keys": "naru", "scd2 by times, late and again": "spark", "scd2, partitioned": "naru"}


@pytest.mark.parametrize(("name", "first"), CONTINUED.items())
def test_each_engine_merges_into_what_the_other_wrote(name, first, project):
    found = project(MERGE_CASES[name])
    alone = found.run_all(found.run_naru)
    tables, records = found.tables(), found.records()
    found.start_again()
    both = [found.run_naru, found.run_spark] if first == "naru" else [found.run_spark, found.run_naru]
    assert found.run_all(*both) == alone
    assert found.tables() == tables
    assert found.records() == records
    for run in both:
        assert alone[-1][1] or run(found.job.drops[-1][0]) == (0, "unchanged"), "a run is known whoever made it"


def test_a_rerun_of_a_merge_reads_the_deletes_of_the_other_track(project):
    """Of files that come back from an earlier state, and of such that others have deleted rows of since."""
    found = project(Job("merge", "@merge_write,position-deletes\n" + ORDERED + COLUMNS, [
        (DAY1, {"a.csv": many(range(200), "a", 1)}), (DAY2, {"a.csv": many(range(20), "b", 2)}),
        (DAY3, {"a.csv": many(range(10, 30), "c", 3)}), (DAY3, {"a.csv": many(range(25, 35), "d", 3)}),
        (DAY2, {"a.csv": many(range(3), "e", 2)}), (DAY2, {"a.csv": many(range(5), "f", 2)}),
    ]))
    alone = found.run_all(found.run_naru)
    tables, records = found.tables(), found.records()
    for turns in ([found.run_naru, found.run_naru, found.run_naru, found.run_spark],
                  [found.run_naru, found.run_naru, found.run_spark, found.run_spark, found.run_naru, found.run_spark]):
        found.start_again()
        assert found.run_all(*turns) == alone
        assert found.tables() == tables
        assert found.records() == records


@pytest.mark.parametrize("numbers", [range(20, 60), range(500, 600)], ids=["the same keys", "other keys"])
def test_a_merge_that_lost_the_race_goes_on_over_the_new_state(project, monkeypatch, numbers):
    found = project(Job("merge", ORDERED + COLUMNS, []))
    drops = {DAY1: range(50), DAY2: numbers, DAY3: range(10, 40)}
    for n, (day, keys) in enumerate(drops.items(), 1):
        found.drop(day, {"a.csv": many(keys, f"w{n}", n)})
    for day in drops:
        assert found.run_naru(day) == (0, "loaded")
    expected = found.tables()["dev_deposit.account"]["rows"]
    found.start_again()
    for n, (day, keys) in enumerate(drops.items(), 1):
        found.drop(day, {"a.csv": many(keys, f"w{n}", n)})
    assert found.run_naru(DAY1) == (0, "loaded")
    tries = others_first(monkeypatch, merge_commit, lambda: found.run_naru(DAY2))
    assert found.run_spark(DAY3) == (0, "loaded")
    assert len(tries) == 2 and tries[0] != tries[1]
    assert found.tables()["dev_deposit.account"]["rows"] == expected


def test_a_merge_knows_the_deletions_of_whoever_came_first(project, monkeypatch):
    found = project(Job("merge", ORDERED + DELETED + COLUMNS, []))
    found.drop(DAY1, {"a.csv": many(range(20), "a", 1)})
    found.drop(DAY2, {"a.csv": many(range(900, 910), "", 2, "D")})
    others_first(monkeypatch, merge_commit, lambda: found.run_naru(DAY2))
    code, text = found.run_spark(DAY1)
    assert code == 1 and "deletes keys: they may be among them" in text


def test_the_same_merge_twice_at_once_counts_once(project, monkeypatch):
    found = project(Job("merge", COLUMNS, []))
    found.drop(DAY1, {"a.csv": many(range(20), "a", 1)})
    others_first(monkeypatch, merge_commit, lambda: found.run_naru(DAY1))
    assert found.run_spark(DAY1) == (0, "unchanged")
    assert len(list(found.lake.glob("*lake*/**/*.parquet"))) == 1, "the loser's files are deleted"
