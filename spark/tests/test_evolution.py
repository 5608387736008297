"""A definition that differs from its table: both tracks change the same, in the commit of the rows, or refuse the same."""

from contextlib import closing

import pytest

from cases import DAY1, DAY2, DAY3, KEY, SIMPLE, TREATED, TREATED_ROWS, simple
from naru_spark import commit
from support import HEADER, Job, others_first

WITH_NAMES = HEADER.strip() + ",renamed_from\n"

# SIMPLE some releases later: another name, a wider type, another order, a branch in front, partitions and an order.
LATER = '''@partition,month(day),"bucket(4, area)"
@sort,id desc
@compression,none
''' + WITH_NAMES + '''\
BRANCH,branch,int,,,p1,,,Branch,
AMT,amount,"decimal(20,2)",,,p1,,,Amount,
REGION,area,string,,,p0,,,"Area, ""new""",region
ID,id,bigint,1,y,p1,,,,
DAY,day,date,,,p0,,,,
'''
LATER_ROWS = b"BRANCH,AMT,REGION,ID,DAY\n7,999999999999999999.99,seoul,1000,2026-12-01\n,,,1001,\n"
# And again: other partitions, of which one is of an earlier name, no order, an optional column more, a wider one.
LATEST = """@partition,"bucket(8, area)",id,month(day)
@target_file_size,64MiB
""" + WITH_NAMES + """\
ID,id,bigint,1,y,p1,,,,
REGION,area,string,2,y,p0,,,,
DAY,day,date,,,p0,,,,
BRANCH,branch,bigint,,,p1,,,Branch,
NOTE,note,string,,,p1,,,,
AMT,amount,"decimal(20,2)",,,p1,,,Amount,
"""
NARROW = SIMPLE.replace('"decimal(18,2)"', '"decimal(9,2)"')
WITHOUT_AMOUNT = SIMPLE.replace('AMT,amount,"decimal(18,2)",,,p1,,,\n', "")

STEPS = {
    "everything that loses no value": (SIMPLE, [
        (None, DAY1, {"a.csv": simple(range(50))}),
        (LATER, DAY2, {"a.csv": LATER_ROWS}),
        (None, DAY2, {"a.csv": LATER_ROWS + b"3,1.5,jeju,1002,2026-12-02\n"}),
        (None, DAY1, {"a.csv": LATER_ROWS}),
    ]),
    "twice, and a key that becomes longer": (LATER.replace("area,string,,,", "area,string,,y,"), [
        (None, DAY1, {"a.csv": LATER_ROWS.replace(b",,,1001,\n", b"")}),
        (LATEST, DAY2, {"a.csv": b"ID,REGION,DAY,BRANCH,NOTE,AMT\n1,seoul,2026-11-20,9000000000,new,1\n2,jeju,,,,\n"}),
        (None, DAY1, {"a.csv": b"ID,REGION,DAY,BRANCH,NOTE,AMT\n5,seoul,2026-11-20,1,,1\n"}),
    ]),
    "before the first row": (SIMPLE, [
        (None, DAY1, {"a.csv": simple(range(0))}),
        ("@partition,day\n" + NARROW, DAY1, {"a.csv": simple(range(5))}),
    ]),
    "values out of reach, and what Iceberg forbids": (SIMPLE, [
        (None, DAY1, {"a.csv": simple(range(5))}),
        (WITHOUT_AMOUNT, DAY2, {"a.csv": b"ID,REGION,DAY\n1,a,2026-11-22\n"}),
        (NARROW, DAY2, {"a.csv": simple(range(5))}),
        (SIMPLE + "X,x,int,,y,p1,,,\n", DAY2, {"a.csv": simple(range(5))}),
        (SIMPLE, DAY2, {"a.csv": simple(range(6))}),
    ]),
    "a treated column's name": (TREATED, [
        (None, DAY1, {"a.csv": TREATED_ROWS.replace(b"\nx,", b"\n9,")}),
        (TREATED.replace("\n", ",\n").replace("description,\n", "description,renamed_from\n").replace(
            "ACCOUNT,account_no,string,2,y,p2,hash,,,\n", "ACCOUNT,account_hash,string,2,y,p2,hash,,,account_no\n"),
         DAY2, {"a.csv": TREATED_ROWS.replace(b"\nx,", b"\n9,")}),
        (None, DAY1, {"a.csv": TREATED_ROWS.replace(b"\nx,", b"\n10,")}),
    ]),
}

# COLUMNS of a merge some releases later: the key renamed and widened, another name, a wider amount, a column more, other
# partitions. The key is among the partitions, so that files of three partitionings are looked through.
KEYED = HEADER + """\
ID,id,int,1,y,p1,,,
AT,at,timestamp,2,y,p0,,,
NAME,name,string,,,p1,,,
AMT,amount,"decimal(9,2)",,y,p1,,,
"""
KEYED_LATER = '@partition,"bucket(2, number)"\n' + WITH_NAMES + """\
BRANCH,branch,int,,,p1,,,Branch,
ID,number,bigint,1,y,p1,,,,id
AT,changed,timestamp,2,y,p0,,,,at
AMT,amount,"decimal(18,2)",,y,p1,,,,
NAME,holder,string,,,p1,,,,name
"""
KEYED_LATEST = "@partition,month(changed),branch\n" + KEYED_LATER.split("\n", 1)[1] + "NOTE,note,string,,,p1,,,,\n"


def keyed(numbers: range, word: str, *beside: str) -> bytes:
    """Records of KEYED; keys of each number at two times, one of them microseconds about 1970. `beside`: columns more."""
    more = "".join(f",{name}" for name in beside)
    times = ["1969-12-31 23:59:59.999999", "2026-11-20 05:00:00"]
    return (f"ID,AT,NAME,AMT{more}\n" + "".join(
        f"{n},{at},{word}{n % 3},{ord(word)}.5{',' + str(n % 2) if beside else ''}{',x' * (len(beside) - 1)}\n"
        for n in numbers for at in times)).encode()


MERGED_STEPS = [
    (None, DAY1, {"a.csv": keyed(range(20), "a")}),
    (KEYED_LATER, DAY2, {"a.csv": keyed(range(15, 25), "b", "BRANCH")}),
    # Again, over the state from before: its columns had other names, its files other partitions.
    (None, DAY2, {"a.csv": keyed(range(18, 22), "c", "BRANCH")}),
    (KEYED_LATEST, DAY3, {"a.csv": keyed(range(5, 19), "d", "BRANCH", "NOTE")}),
    (None, DAY2, {"a.csv": keyed(range(17, 23), "e", "BRANCH", "NOTE")}),
    (None, DAY3, {"a.csv": keyed(range(3), "f", "BRANCH", "NOTE")}),
]
ORDERED = "@order_by,amount\n"
# The same run again brings the new columns itself: it looks into an earlier state of a table that is only about to change.
AGAIN_AND_EVOLVED = [
    (None, DAY1, {"a.csv": keyed(range(20), "a")}),
    (None, DAY2, {"a.csv": keyed(range(15, 25), "b")}),
    (KEYED_LATER, DAY2, {"a.csv": keyed(range(18, 22), "c", "BRANCH")}),
]
MERGED = {
    "merge": ("merge", ORDERED, MERGED_STEPS),
    "scd2": ("scd2", "", [MERGED_STEPS[n] for n in (0, 1, 2, 3, 5)]),
    "merge, again and evolved at once": ("merge", "", AGAIN_AND_EVOLVED),
    "scd2, again and evolved at once": ("scd2", "", AGAIN_AND_EVOLVED),
}
VALUES_LOST = [
    (None, DAY1, {"a.csv": keyed(range(5), "a")}),
    (KEYED.replace('"decimal(9,2)"', '"decimal(5,2)"'), DAY2, {"a.csv": keyed(range(5), "b")}),
]

# Partitions are replaced that files of earlier partitionings may hold rows of.
PLACED = HEADER + """\
ID,id,bigint,1,y,p1,,,
REGION,region,string,,,p0,,,
DAY,day,date,,,p0,,,
AT,at,timestamp,,,p0,,,
AMT,amount,"decimal(18,2)",,,p1,,,
"""


def placed(*records: str) -> bytes:
    return ("ID,REGION,DAY,AT,AMT\n" + "".join(f"{record}\n" for record in records)).encode()


def partitioned(fields: str) -> str:
    return f"@partition,{fields}\n@replace,partitions\n{PLACED}"


REPLACED = {
    "by the bounds of dates and times": (partitioned("month(day)"), [
        (None, DAY1, {"a.csv": placed("1,a,2026-10-05,2026-10-05 01:00:00,1", "2,a,2026-11-20,2026-11-20 01:00:00,1",
                                      "3,a,2026-11-21,2026-11-21 23:59:59.999999,1", "4,a,,,1")}),
        # Of no earlier file; of all of one; of all that have no day; of one that holds others, too.
        (partitioned("day(day)"), DAY2, {"a.csv": placed("5,a,2026-12-01,2026-12-01 00:00:00,1")}),
        (None, DAY3, {"a.csv": placed("6,a,2026-10-05,2026-10-05 01:30:00,1")}),
        (None, DAY3, {"a.csv": placed("7,a,,,1", "6,a,2026-10-05,2026-10-05 01:30:00,1")}),
        (None, DAY3, {"a.csv": placed("8,a,2026-11-20,2026-11-20 02:00:00,1")}),
        (partitioned("hour(at)"), DAY3, {"a.csv": placed("9,a,9999-12-31,9999-12-31 23:59:59.999999,1")}),
        (partitioned("year(at),day"), DAY3, {"a.csv": placed("9,a,2025-12-31,2025-12-31 23:59:59.999999,1")}),
    ]),
    "by the bounds of numbers and texts": (partitioned("region"), [
        (None, DAY1, {"a.csv": placed("11,ab,,,1.05", "19,ab,,,1.09", "20,b,,,2.50", "31,가나,,,3.00", "39,가나,,,3.00")}),
        (partitioned('"truncate(10, id)"'), DAY2, {"a.csv": placed("10,x,,,1")}),
        (partitioned('"truncate(1, region)"'), DAY2, {"a.csv": placed("40,a,,,1")}),
        (partitioned('"truncate(2, region)",day'), DAY2, {"a.csv": placed("41,가나다,,,1")}),
        (partitioned('"truncate(10, amount)"'), DAY2, {"a.csv": placed("42,x,,,4.04")}),
        (partitioned('"bucket(4, id)"'), DAY3, {"a.csv": placed("43,x,,,1")}),
    ]),
}


def metadata(found) -> dict:
    """What of a table's metadata is not the same for two tables by chance."""
    with closing(found.reader()) as reader:
        table = reader.load_table(f"{found.database}.account").metadata
    return {
        "schemas": sorted((str(schema.schema_id), schema.identifier_field_ids and sorted(schema.identifier_field_ids),
                           [(f.field_id, f.name, str(f.field_type), f.required, f.doc) for f in schema.fields])
                          for schema in table.schemas),
        "current": (table.current_schema_id, table.default_spec_id, table.default_sort_order_id),
        "partition": sorted(spec.model_dump_json() for spec in table.partition_specs),
        "sort": sorted(order.model_dump_json() for order in table.sort_orders),
        "last": (table.last_column_id, table.last_partition_id),
        "properties": table.properties,
        "of snapshots": [snapshot.schema_id for snapshot in sorted(table.snapshots, key=lambda made: made.sequence_number)],
    }


def results(found, job: Job, steps: list, run) -> dict:  # noqa: ANN001
    found.start_again()
    found.define(job.definition)
    told = []
    for definition, interval, files in steps:
        if definition:
            found.define(definition)
        found.drop(interval, files)
        told.append(run(interval))
    return {"told": told, "tables": found.tables(), "records": found.records(), "metadata": metadata(found)}


@pytest.mark.parametrize("name", STEPS)
def test_both_tracks_evolve_alike(name, project):
    definition, steps = STEPS[name]
    both_tracks(project(Job("append", definition, [], key=KEY)), steps)


@pytest.mark.parametrize("name", MERGED)
def test_both_tracks_evolve_alike_in_a_merge(name, project):
    mode, settings, steps = MERGED[name]
    found = project(Job(mode, settings + KEYED, []))
    both_tracks(found, [(definition and settings + definition, *drop) for definition, *drop in steps])


@pytest.mark.parametrize("name", REPLACED)
def test_both_tracks_replace_partitions_of_an_earlier_partitioning_alike(name, project):
    definition, steps = REPLACED[name]
    both_tracks(project(Job("replace", definition, [])), steps)


def test_both_tracks_refuse_alike_in_a_merge(project):
    both_tracks(project(Job("merge", KEYED, [])), VALUES_LOST)


def both_tracks(found, steps: list) -> None:
    """Takes a project through the steps on either track, and compares what was told and what is there."""
    job = found.job
    by_naru, by_spark = (results(found, job, steps, run) for run in (found.run_naru, found.run_spark))
    for (naru_code, naru_text), (spark_code, spark_text) in zip(by_naru["told"], by_spark["told"], strict=True):
        assert spark_code == naru_code, (spark_text, naru_text)
        if "differs from its definition" in naru_text:
            assert f"error: {spark_text}\n" == naru_text
    for what in ("tables", "records", "metadata"):
        assert by_spark[what] == by_naru[what], what
    assert by_naru["tables"]["dev_deposit.account"]["rows"], "something was compared"


@pytest.mark.parametrize("policy", ["additive", "freeze"])
def test_a_policy_holds_back(policy, project):
    found = project(Job("append", SIMPLE, []))
    with (found.root / "naru.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[evolution]\ndev = "{policy}"\n')
    found.drop(DAY1, {"a.csv": simple(range(5))})
    assert found.run_spark(DAY1) == (0, "loaded")
    # A comment is no part of a row, and an optional column only where the policy says so.
    found.define(SIMPLE.replace('"decimal(18,2)",,,p1,,,', '"decimal(18,2)",,,p1,,,Amount'))
    found.drop(DAY2, {"a.csv": simple(range(6))})
    assert found.run_spark(DAY2) == (0, "loaded")
    found.define(SIMPLE + "NOTE,note,string,,,p1,,,\n")
    found.drop(DAY3, {"a.csv": b"ID,REGION,DAY,AMT,NOTE\n1,a,2026-11-22,1,x\n"})
    code, text = found.run_spark(DAY3)
    assert code == (0 if policy == "additive" else 1), text
    if policy == "freeze":
        assert found.run_naru(DAY3) == (1, f"error: {text}\n")
        assert "column note (string) is added\n      `naru plan JOB --out plan.json`" in text


def test_rows_and_structure_come_onto_the_newest_state(project, monkeypatch):
    found = project(Job("append", SIMPLE, []))
    for day, rows in ((DAY1, range(20)), (DAY2, range(30))):
        found.drop(day, {"a.csv": simple(rows)})
    assert found.run_spark(DAY1) == (0, "loaded")
    older = found.plan(DAY2)
    found.define(LATER)
    found.drop(DAY3, {"a.csv": LATER_ROWS})
    tries = others_first(monkeypatch, commit, lambda: found.run_spark(DAY2, plan=older))
    assert found.run_spark(DAY3) == (0, "loaded")
    # The other run's own swap is among them.
    assert len(tries) == 3
    assert len(found.tables()["dev_deposit.account"]["rows"]) == 52


def test_a_structure_that_others_changed_is_a_conflict(project, monkeypatch):
    found = project(Job("append", SIMPLE, []))
    found.drop(DAY1, {"a.csv": simple(range(20))})
    assert found.run_spark(DAY1) == (0, "loaded")
    found.define(LATER)
    found.drop(DAY2, {"a.csv": LATER_ROWS})

    def sorted_otherwise():
        found.define("@sort,day\n" + SIMPLE)
        assert found.naru("apply").returncode == 0

    others_first(monkeypatch, commit, sorted_otherwise)
    code, text = found.run_spark(DAY2)
    assert code == 75 and "columns, partitioning or sort order were changed" in text, text


def test_rows_of_other_intervals_are_kept_across_an_evolution(project):
    found = project(Job("append", SIMPLE, []))
    for day, rows in ((DAY1, range(20)), (DAY2, range(30))):
        found.drop(day, {"a.csv": simple(rows)})
        assert found.run_spark(day) == (0, "loaded")
    found.session().sql("call naru.system.rewrite_data_files(table => 'dev_deposit.account', options => "
                        "map('rewrite-all', 'true'))")
    found.define(LATER)
    found.drop(DAY1, {"a.csv": LATER_ROWS})
    # A rewrite of all files looks like a replacement of all rows: no earlier run is in force, the rows are there.
    assert found.run_spark(DAY1) == (0, "loaded")
    rows = found.tables()["dev_deposit.account"]["rows"]
    assert len(rows) == 32
    assert sorted(row[2] for row in rows if row[3] == "4") == ["seoul"]
