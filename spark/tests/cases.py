"""Jobs that both tracks run: types × bad values × encodings × modes × treatments × partitions."""

import gzip

from support import HEADER, Job

KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

EVERY_TYPE = HEADER + """\
BO,bo,boolean,,,p1,,,
IN,i,int,,,p1,,,
BI,bi,bigint,,,p1,,,
FL,fl,float,,,p1,,,
DO,dou,double,,,p1,,,
DE,de,"decimal(18,2)",,,p1,,,
DX,dx,"decimal(38,10)",,,p1,,,
DA,da,date,,,p1,,,
TS,ts,timestamp,,,p1,,,
TZ,tz,timestamptz,,,p1,,,
ST,st,string,,,p1,,,
BN,bn,binary,,,p1,,,
"""
NAMES = "BO,IN,BI,FL,DO,DE,DX,DA,TS,TZ,ST,BN\n"
GOOD = [
    "true,1,1,1.5,1.5,1.50,1.0000000001,2026-11-22,2026-11-22 05:00:00,2026-11-22 05:00:00,가나,00ff",
    "F,-2147483648,-9223372036854775808,-0.0,-0.0,-9999999999999999.99,-0.0000000001,0001-01-01,0001-01-01 00:00:00,"
    "0001-01-02 00:00:00+09:00,\"two\nlines, \"\"quoted\"\"\",",
    "N,2147483647,9223372036854775807,NaN,-Infinity,9999999999999999.99,9999999999999999999999999999.9999999999,"
    "9999-12-31,9999-12-31T23:59:59.999999,9999-12-30T23:59:59.999999Z,\"\",deadbeef",
    ",,,,,,,,,,,",
    "0,0,0,1e-45,4.9e-324,0,0,1582-10-10,1582-10-10 12:00:00,1908-04-01 00:10:00, blanks ,00",
    "1,-1,-1,3.4028235e38,1.7976931348623157e308,-0.01,0,1970-01-01,1969-12-31 23:59:59.999999,1970-01-01T00:00:00Z,😀,FF",
]
BAD = [
    "maybe,1,1,1,1,1,1,2026-11-22,2026-11-22 05:00:00,2026-11-22 05:00:00,x,00",
    "true,2147483648,9223372036854775808,x,1e,1.505,1e1,2026-02-30,2026-11-22 25:00:00,2026-11-22 05:00:00+99:00,x,0",
    "true,1,1,1",
    "true,1,1,1,1,1,1,2026-11-22,2026-11-22 05:00:00,2026-11-22 05:00:00,\"x\"y,00",
    "true,1,1,1,1,1,1,2026-11-22,2026-11-22 05:00:00,2026-11-22 05:00:00,nul\0byte,00,more",
]


def csv(*records: str, times: int = 1, header: str = NAMES) -> bytes:
    return (header + "".join(f"{record}\n" for record in records * times)).encode()


def simple(rows: range, header: str = "ID,REGION,DAY,AMT\n", day: int = 20) -> bytes:
    """Records of SIMPLE's columns in the header's order."""
    regions = ["seoul", "부산", "", "jeju"]
    values = [{"ID": str(n), "REGION": regions[n % 4], "DAY": f"2026-11-{day + n % 3}", "AMT": f"{n % 50 - 25}.{n % 100:02}"}
              for n in rows]
    names = header.strip().split(",")
    return (header + "".join(",".join(value[name] for name in names) + "\n" for value in values)).encode()


SIMPLE = HEADER + """\
ID,id,bigint,1,y,p1,,,
REGION,region,string,,,p0,,,
DAY,day,date,,,p0,,,
AMT,amount,"decimal(18,2)",,,p1,,,
"""

TREATED = HEADER + """\
ID,id,bigint,1,y,p1,,,
ACCOUNT,account_no,string,2,y,p2,hash,,
RESIDENT,resident_no,string,,,p3,encrypt,,
BORN,born,date,,,p2,hash,%Y%m%d,
NAME,name,string,,,p2,redact,,
CARD,card_no,bigint,,,p3,last4,,
SECRET,secret,string,,,p3,drop,,
"""
CLEAR = ["110-123-456789", "900101-1234567", "19900101", "Kim Hana", "4111111111111234", "hunter2"]
TREATED_ROWS = ("ID,ACCOUNT,RESIDENT,BORN,NAME,CARD,SECRET\n" + "".join(
    f"{n},{CLEAR[0]}{n % 7},{CLEAR[1]},{CLEAR[2] if n % 3 else ''},{CLEAR[3]},{CLEAR[4]},{CLEAR[5]}\n" for n in range(200)
) + f"x,{CLEAR[0]},{CLEAR[1]},{CLEAR[2]},{CLEAR[3]},{CLEAR[4]},{CLEAR[5]}\n").encode()

DAY1, DAY2, DAY3 = "2026-11-20", "2026-11-21", "2026-11-22"

CASES = {
    "every type": Job("append", EVERY_TYPE, [(DAY1, {"a.csv": csv(*GOOD, times=40)})]),
    "bad values of every type": Job("append", "@reject_limit,10%\n" + EVERY_TYPE, [
        (DAY1, {"a.csv": csv(*GOOD, times=40) + csv(*BAD, header=""), "b.csv": csv(*BAD[:2], *GOOD, times=3)}),
        (DAY2, {"a.csv": csv(*GOOD)}),
    ]),
    "too many bad values": Job("append", "@reject_limit,3\n" + EVERY_TYPE, [
        (DAY1, {"a.csv": csv(*GOOD, *BAD, times=20)}),
        (DAY1, {"a.csv": csv(*GOOD, *BAD[:1])}),
    ]),
    "bad values, then others": Job("append", "@reject_limit,50%\n" + SIMPLE, [
        (DAY1, {"a.csv": simple(range(50)) + b"x,y,z,1\n"}),
        (DAY1, {"a.csv": simple(range(60)) + b"1,y,2026-11-22,z\n,,,\n"}),
        (DAY1, {"a.csv": simple(range(60))}),
    ]),
    "cp949 without a header": Job("append", "@encoding,cp949\n@delimiter,|\n@header,none\n@reject_limit,5\n" + SIMPLE, [
        (DAY1, {"a.csv": "".join(f'{n}|"서울\n|특별시 {n}"|2026-11-22|{n}.5\n' for n in range(400)).encode("cp949")
                + b"7|\xff\xff|2026-11-22|1\n8|\xb0\xa1|x|1\n"}),
    ]),
    "utf-16 with and without a mark": Job("append", "@encoding,utf-16\n" + SIMPLE, [
        (DAY1, {"a.csv": b"\xff\xfe" + simple(range(300)).decode().encode("utf-16-le"),
                "b.csv": b"\xfe\xff" + simple(range(300, 500)).decode().encode("utf-16-be")}),
    ]),
    "utf-16be": Job("append", "@encoding,utf-16be\n@reject_limit,1\n" + SIMPLE, [
        (DAY1, {"a.csv": simple(range(300)).decode().encode("utf-16-be") + "x,,,\n".encode("utf-16-be")}),
    ]),
    "compressed, in several orders of columns": Job("append", SIMPLE, [
        (DAY1, {"a.csv.gz": gzip.compress(simple(range(300)), mtime=0), "b.csv": simple(range(300, 600), "AMT,ID,DAY,REGION\n"),
                "c.csv": b"\xef\xbb\xbf" + simple(range(600, 900), "DAY,AMT,REGION,ID\n")}),
    ]),
    "escapes, skipped lines, words": Job(
        "append", '@escape,\\\n@skip_rows,2\n@null,,NULL,-\n@trim,y\n@thousands_separator,comma\n@delimiter,semicolon\n'
        + SIMPLE,
        [(DAY1, {"a.csv": b'from core\n"\nID;REGION;DAY;AMT\n' + b'1; "a\\"\nb" ;-;"1,234.5"\n2;NULL;2026-11-22;-7\n' * 200})],
    ),
    "replace": Job("replace", SIMPLE, [
        (DAY2, {"a.csv": simple(range(200))}), (DAY3, {"a.csv": simple(range(50, 300))}),
        (DAY3, {"a.csv": simple(range(70))}), (DAY2, {"a.csv": simple(range(10))}), (DAY3, {"a.csv": None}),
    ]),
    "replace partitions": Job("replace", "@partition,day\n@replace,partitions\n" + SIMPLE, [
        (DAY1, {"a.csv": simple(range(200))}), (DAY2, {"a.csv": simple(range(90), day=22)}),
        (DAY2, {"a.csv": simple(range(80), day=23)}), (DAY1, {"a.csv": simple(range(40))}),
    ]),
    "replace partitions by older rows": Job("replace", "@partition,month(day)\n@replace,partitions\n" + SIMPLE, [
        (DAY2, {"a.csv": simple(range(100))}), (DAY1, {"a.csv": simple(range(30))}),
    ]),
    "append again, late, fewer": Job("append", SIMPLE, [
        (DAY2, {"a.csv": simple(range(100))}), (DAY3, {"a.csv": simple(range(100, 150)), "b.csv": simple(range(7))}),
        (DAY1, {"a.csv": simple(range(5))}), (DAY2, {"a.csv": simple(range(90))}), (DAY2, {"a.csv": simple(range(90))}),
        (DAY3, {"b.csv": None}), ("2026-11-19", {}),
    ]),
    "partitioned and sorted": Job(
        "append", '@partition,"bucket(4, id)","truncate(1, region)",day(load_interval)\n@sort,region,amount desc\n' + SIMPLE,
        [(DAY1, {"a.csv": simple(range(300))}), (DAY2, {"a.csv": simple(range(100))}), (DAY1, {"a.csv": simple(range(250))})],
    ),
    "partitioned by times and binary": Job(
        "append", '@partition,month(da),hour(ts),"bucket(3, bn)",bo\n' + EVERY_TYPE, [(DAY1, {"a.csv": csv(*GOOD, times=3)})],
    ),
    "treated": Job("append", "@reject_limit,1\n@partition,\"bucket(3, account_no)\"\n" + TREATED,
                   [(DAY1, {"a.csv": TREATED_ROWS})], key=KEY),
    "nothing in it": Job("append", "@empty,allow\n" + SIMPLE, [
        (DAY1, {"a.csv": simple(range(0))}), (DAY2, {"a.csv": simple(range(3))}), (DAY2, {"a.csv": simple(range(0))}),
        (DAY3, {"a.csv": simple(range(2))}),
    ]),
    "no row that fits": Job("append", "@reject_limit,100%\n" + SIMPLE, [(DAY1, {"a.csv": simple(range(0)) + b"x,,,\n"})]),
    "a quote that is never closed": Job("append", SIMPLE, [(DAY1, {"a.csv": simple(range(300)) + b'1,"x,,\n'})]),
    "columns that nobody knows": Job("append", SIMPLE, [(DAY1, {"a.csv": b"ID,REGION,DAY,AMT,MORE\n1,a,,,\n"})]),
}
