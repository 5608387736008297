"""Both tracks on one lake: each recognises what the other has loaded, and goes on from it."""

from cases import DAY1, DAY2, SIMPLE, simple
from support import Job

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
    from naru_spark import commit

    swaps = []

    def other_first(tables, state, *rest, swap=commit.swap):
        swaps.append(state.snapshot_id)
        if len(swaps) == 1:
            assert found.run_naru(DAY2) == (0, "loaded")
        return swap(tables, state, *rest)

    monkeypatch.setattr(commit, "swap", other_first)
    assert found.run_spark(DAY1) == (0, "loaded")
    assert len(swaps) == 2 and swaps[0] is None and swaps[1] is not None
    assert ids(found) == expected(d19=range(20), d20=range(30))


def test_of_two_runs_at_once_one_counts(project, monkeypatch):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    from naru_spark import commit

    def other_first(tables, state, *rest, swap=commit.swap):
        monkeypatch.undo()
        assert found.run_naru(DAY1) == (0, "loaded")
        return swap(tables, state, *rest)

    monkeypatch.setattr(commit, "swap", other_first)
    assert found.run_spark(DAY1) == (0, "unchanged")
    assert ids(found) == expected(d19=range(20))
    assert len(list(found.lake.glob("*lake*/**/*.parquet"))) == 1, "the loser's files are deleted"
