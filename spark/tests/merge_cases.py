"""Jobs of the modes `merge` and `scd2` that both tracks run: reruns, late intervals, duplicates, order, deletions, keys
that are treated, partitions.
"""

from cases import CLEAR, DAY1, DAY2, DAY3, KEY
from support import HEADER, Job

COLUMNS = HEADER + """\
ID,id,bigint,1,y,p1,,,
NAME,name,string,,,p1,,,
AMT,amount,"decimal(18,2)",,,p1,,,
CHG,changed,timestamp,,y,p0,,,
OP,,string,,,p0,,,
"""
ORDERED = "@order_by,changed\n"
DELETED = "@deleted,OP,D,X\n"
VALID_FROM = "@valid_from,changed\n"

TWO_KEYS = HEADER + """\
ACCOUNT,account_no,string,1,y,p2,hash,,
RESIDENT,resident_no,string,2,y,p3,encrypt,,
DAY,day,date,,y,p0,,,
RATIO,ratio,double,,,p1,,,
BLOB,blob,binary,,,p1,,,
"""


def rows(*records: tuple) -> bytes:
    """Records of COLUMNS: (id, name, amount, day and hour of the change, what it does); what is left out is empty."""
    lines = []
    for number, name, amount, changed, *rest in records:
        at = f"2026-11-{changed:02}" if isinstance(changed, int) else f"2026-11-{changed}"
        lines.append(f"{number},{name},{amount},{at} 00:00:00,{rest[0] if rest else ''}\n")
    return ("ID,NAME,AMT,CHG,OP\n" + "".join(lines)).encode()


def many(numbers: range, word: str, day: int, operation: str = "") -> bytes:
    return rows(*((n, f"{word}{n % 5}", f"{n % 9}.{n % 100:02}", day, operation) for n in numbers))


def accounts(numbers: range, day: int, ratio: str = "1.5") -> bytes:
    records = "".join(f"{CLEAR[0]}{n},{CLEAR[1]}{n % 3},2026-11-{day:02},{ratio},{n % 256:02x}\n" for n in numbers)
    return ("ACCOUNT,RESIDENT,DAY,RATIO,BLOB\n" + records).encode()


MERGE_CASES = {
    "merge": Job("merge", COLUMNS, [
        (DAY1, {"a.csv": many(range(100), "a", 1)}),
        (DAY2, {"a.csv": many(range(50, 80), "b", 2), "b.csv": many(range(90, 130), "b", 2)}),
        (DAY2, {"b.csv": many(range(90, 130), "b", 2)}),
        (DAY3, {"a.csv": many(range(50, 80), "b", 2)}),
        (DAY1, {"a.csv": many(range(10), "late", 1)}),
    ]),
    "merge, the newest interval again": Job("merge", COLUMNS, [
        (DAY1, {"a.csv": many(range(60), "a", 1)}),
        (DAY2, {"a.csv": many(range(20, 90), "b", 2)}),
        (DAY2, {"a.csv": many(range(25, 40), "c", 2)}),
        (DAY2, {"a.csv": many(range(25, 40), "a", 1)}),
        (DAY3, {"a.csv": many(range(5), "d", 3)}),
    ]),
    "merge, the first interval again": Job("merge", COLUMNS, [
        (DAY1, {"a.csv": many(range(60), "a", 1)}), (DAY1, {"a.csv": many(range(30, 70), "b", 1)}),
        (DAY1, {"a.csv": many(range(3), "c", 1)}),
    ]),
    "merge by order, late and again": Job("merge", ORDERED + COLUMNS, [
        (DAY2, {"a.csv": many(range(60), "a", 10)}),
        (DAY1, {"a.csv": many(range(40, 90), "late", 9)}),
        (DAY3, {"a.csv": rows((1, "x", "1", 9), (2, "y", "2", 10), (3, "z", "3", 11), (2, "y", "2", 10))}),
        (DAY2, {"a.csv": many(range(20, 70), "again", 10)}),
        (DAY1, {"a.csv": many(range(45, 50), "again", 12)}),
        (DAY1, {"a.csv": many(range(45, 50), "again", 12)}),
    ]),
    "merge of duplicates": Job("merge", COLUMNS, [
        (DAY1, {"a.csv": rows((1, "x", "1", 1), (1, "x", "1", 1), (2, "y", "", 1)), "b.csv": rows((2, "y", "", 1))}),
        (DAY2, {"a.csv": rows((1, "x", "1", 1)), "b.csv": rows((1, "y", "1", 1))}),
        (DAY2, {"a.csv": rows((1, "x", "1", 1), (1, "x", "1", 1, "D"))}),
    ]),
    "merge of duplicates by order": Job("merge", ORDERED + DELETED + COLUMNS, [
        (DAY1, {"a.csv": rows((1, "x", "1", 1), (1, "y", "1", 3), (1, "z", "1", 2), (2, "x", "1", 2), (2, "", "", 3, "D"))}),
        (DAY2, {"a.csv": rows((1, "x", "1", 4), (1, "y", "1", 4))}),
        (DAY2, {"a.csv": rows((1, "x", "1", 4), (1, "y", "1", 4), (1, "z", "1", 5))}),
    ]),
    "merge with deletions": Job("merge", DELETED + COLUMNS, [
        (DAY1, {"a.csv": many(range(40), "a", 1)}),
        (DAY2, {"a.csv": many(range(10, 20), "a", 1, "D") + many(range(50, 55), "", 1, "X")[len("ID,NAME,AMT,CHG,OP\n"):]}),
        (DAY2, {"a.csv": many(range(15, 20), "a", 1, "D")}),
        (DAY3, {"a.csv": many(range(40), "c", 1)}),
        (DAY3, {"a.csv": many(range(30), "", 1, "D")}),
    ]),
    "merge of what a later interval may have deleted": Job("merge", ORDERED + DELETED + COLUMNS, [
        (DAY1, {"a.csv": many(range(20), "a", 1)}), (DAY3, {"a.csv": many(range(5), "a", 3, "D")}),
        (DAY2, {"a.csv": many(range(10), "b", 2)}), (DAY2, {"a.csv": many(range(6, 10), "b", 2)}),
        (DAY1, {"a.csv": many(range(12), "c", 1)}),
    ]),
    "merge with bad rows": Job("merge", "@reject_limit,30%\n" + DELETED + COLUMNS, [
        (DAY1, {"a.csv": many(range(40), "a", 1) + b"x,,,,\n7,,,2026-11-01 00:00:00\n,b,1,2026-11-01 00:00:00,\n"}),
        (DAY2, {"a.csv": rows((1, "x", "1.505", 1), (2, "x", "1", 1), (3, "x", "1", 1, "D"), (4, "x", "1", 1))}),
        (DAY3, {"a.csv": b"ID,NAME,AMT,CHG,OP\nx,,,,\n"}),
    ]),
    "merge, partitioned by the key": Job("merge", '@partition,"bucket(3, id)",day(changed)\n@sort,name\n' + ORDERED + DELETED
                                         + COLUMNS, [
        (DAY1, {"a.csv": many(range(80), "a", 1)}), (DAY2, {"a.csv": many(range(40), "b", 2)}),
        (DAY3, {"a.csv": many(range(20, 60), "c", 3, "D")}), (DAY3, {"a.csv": many(range(50, 60), "c", 3, "D")}),
    ]),
    "merge, a key of several columns behind others": Job("merge", HEADER + """\
NAME,name,string,,,p1,,,
SECOND,second_part,string,2,y,p1,,,
NOTE,note,string,,,p1,,,
FIRST,first_part,string,1,y,p1,,,
""", [
        (DAY1, {"a.csv": b"NAME,SECOND,NOTE,FIRST\nn1,a,x,b\nn2,b,x,a\nn3,c,x,c\n"}),
        (DAY2, {"a.csv": b"NAME,SECOND,NOTE,FIRST\nn4,b,y,a\nn5,b,y,b\n"}),
        (DAY3, {"a.csv": b"NAME,SECOND,NOTE,FIRST\nn6,b,z,b\n"}),
    ]),
    "merge by treated keys": Job("merge", '@partition,"bucket(2, account_no)"\n@merge_write,position-deletes\n' + TWO_KEYS, [
        (DAY1, {"a.csv": accounts(range(60), 1)}), (DAY2, {"a.csv": accounts(range(30, 90), 2, "-0.0")}),
        (DAY3, {"a.csv": accounts(range(30, 50), 2, "0.0") + accounts(range(50, 60), 2, "NaN")[len("ACCOUNT,RESIDENT,DAY,RATIO,BLOB\n"):]}),
    ], key=KEY),
    "merge of nothing": Job("merge", "@empty,allow\n" + COLUMNS, [
        (DAY1, {"a.csv": rows()}), (DAY2, {"a.csv": many(range(3), "a", 1)}), (DAY2, {"a.csv": rows()}),
        (DAY3, {"a.csv": many(range(2), "b", 2)}),
    ]),
    "scd2": Job("scd2", COLUMNS, [
        (DAY1, {"a.csv": many(range(40), "a", 1)}), (DAY2, {"a.csv": many(range(20, 60), "b", 1)}),
        (DAY2, {"a.csv": many(range(30, 60), "a", 1)}), (DAY3, {"a.csv": many(range(10), "a", 1)}),
        (DAY1, {"a.csv": many(range(3), "late", 1)}),
    ]),
    "scd2 with deletions": Job("scd2", DELETED + ORDERED + COLUMNS, [
        (DAY1, {"a.csv": many(range(40), "a", 1)}), (DAY2, {"a.csv": many(range(20), "", 2, "D")}),
        (DAY3, {"a.csv": many(range(10, 30), "c", 3)}), (DAY3, {"a.csv": many(range(15, 30), "c", 3, "X")}),
    ]),
    "scd2 by times, late and again": Job("scd2", VALID_FROM + DELETED + COLUMNS, [
        (DAY2, {"a.csv": rows((1, "silver", "1", 1), (1, "gold", "1", 20), (2, "silver", "1", 1), (3, "x", "", 2))}),
        (DAY1, {"a.csv": rows((1, "bronze", "1", 10), (2, "", "", 5, "D"), (4, "", "", 7, "D"))}),
        (DAY3, {"a.csv": rows((4, "early", "1", 3), (1, "gold", "1", 20), (3, "x", "", 4), (3, "y", "", 4))}),
        (DAY3, {"a.csv": rows((4, "early", "1", 3), (1, "gold", "1", 20), (3, "x", "", 4))}),
        (DAY2, {"a.csv": rows((1, "silver", "1", 1), (2, "silver", "2", 1), (3, "x", "", 2))}),
        (DAY1, {"a.csv": rows((2, "", "", 6, "D"))}),
    ]),
    "scd2, partitioned": Job("scd2", '@partition,month(changed),"bucket(2, id)"\n' + VALID_FROM + COLUMNS, [
        (DAY1, {"a.csv": many(range(60), "a", 1)}), (DAY2, {"a.csv": many(range(30, 90), "b", 2)}),
        (DAY3, {"a.csv": many(range(10), "c", 2)}), (DAY2, {"a.csv": many(range(30, 40), "d", 2)}),
    ]),
    "scd2 by treated keys and days": Job("scd2", "@valid_from,day\n" + TWO_KEYS, [
        (DAY1, {"a.csv": accounts(range(30), 1)}), (DAY3, {"a.csv": accounts(range(20), 9, "2")}),
        (DAY2, {"a.csv": accounts(range(10, 40), 5, "3")}), (DAY2, {"a.csv": accounts(range(10, 40), 9, "3")}),
    ], key=KEY),
}
