"""Random jobs, each from a seed: type × format × null × encoding × bad value × mode × treatment × partitioning ×
evolution.

What is made is a definition that `naru check` takes and files that hold bad values on purpose, so that runs are loaded,
refused and repeated. The same seed is the same job, whatever machine.
"""

import gzip
import os
import random
from dataclasses import dataclass

from cases import DAY1, DAY2, DAY3, KEY
from support import HEADER, Job

# Plans of a run of all tests; a few seconds each.
SAMPLE = 12

VALUES = {
    "boolean": ["true", "F", "N", "1"],
    "int": ["0", "1", "-1", "2147483647", "-2147483648", "42"],
    "bigint": ["0", "7", "-7", "9223372036854775807", "-9223372036854775808", "1000"],
    "float": ["0", "-0.0", "1.5", "NaN", "1e-45", "-Infinity", "3.4028235e38"],
    "double": ["0", "-0.0", "1.5", "NaN", "4.9e-324", "Infinity", "1.7976931348623157e308"],
    "decimal(18,2)": ["0", "-0.01", "1.50", "9999999999999999.99", "-9999999999999999.99"],
    "decimal(38,10)": ["0", "0.0000000001", "-9999999999999999999999999999.9999999999", "12.5"],
    "date": ["2026-11-22", "1970-01-01", "1969-12-31", "0001-01-01", "9999-12-31", "1582-10-10", "2024-02-29"],
    "timestamp": ["2026-11-22 05:00:00", "1969-12-31 23:59:59.999999", "0001-01-01 00:00:00", "1582-10-10 12:00:00",
                  "9999-12-31T23:59:59.999999"],
    "timestamptz": ["2026-11-22 05:00:00", "1970-01-01T00:00:00Z", "0001-01-02 00:00:00+09:00",
                    "9999-12-30T23:59:59.999999Z", "1908-04-01 00:10:00"],
    "string": ["", "가나", " blanks ", 'two\nlines, "quoted"', "A", "a", "한글 값"],
    "binary": ["", "00", "00ff", "DEADbeef"],
}
BAD = {"boolean": "maybe", "int": "2147483648", "bigint": "x", "float": "1e", "double": "..", "decimal(18,2)": "1.505",
       "decimal(38,10)": "1e1", "date": "2026-02-30", "timestamp": "2026-11-22 25:00:00", "timestamptz": "x+99:00",
       "binary": "0"}
FORMATS = {"date": "%Y%m%d", "timestamp": "%Y%m%d%H%M%S"}
# Neither float nor double: not even equal to themselves.
KEYS = ["int", "bigint", "decimal(18,2)", "date", "timestamp", "timestamptz", "string", "binary", "boolean"]
ORDERS = ["int", "bigint", "decimal(18,2)", "date", "timestamp", "timestamptz", "string"]
TIMES = ["date", "timestamp", "timestamptz"]
WITHOUT_TREATMENT = ["hash", "encrypt", "last4", "redact", "drop"]
WIDER = {"int": "bigint", "float": "double"}
TRANSFORMS = {
    "date": ["year({})", "month({})", "day({})", "{}"], "timestamp": ["month({})", "hour({})"],
    "timestamptz": ["day({})"], "int": ['"truncate(10, {})"', "{}"], "bigint": ["{}"], "string": ['"truncate(1, {})"', "{}"],
    "boolean": ["{}"], "decimal(18,2)": ["{}"],
}
BUCKETS = ["int", "bigint", "decimal(18,2)", "date", "timestamp", "timestamptz", "string", "binary"]
ENCODINGS = {"utf-8": "utf-8", "cp949": "cp949", "utf-16": "utf-16-le", "utf-16be": "utf-16-be"}


def seeds() -> range:
    first = int(os.environ.get("NARU_TWO_TRACKS_SEED", "0"))
    return range(first, first + int(os.environ.get("NARU_TWO_TRACKS", str(SAMPLE))))


@dataclass
class Column:
    """A column of the source, as one line of the definition."""

    source: str
    kind: str
    key: int | None = None
    required: bool = False
    level: str = "p1"
    treatment: str = ""
    format: str = ""
    target: str | None = None
    renamed_from: str = ""

    @property
    def name(self) -> str:
        return self.source.lower() if self.target is None else self.target

    def line(self) -> str:
        kind = f'"{self.kind}"' if "," in self.kind else self.kind
        required = "y" if self.required else ""
        return (f"{self.source},{self.name},{kind},{self.key or ''},{required},{self.level},{self.treatment},{self.format},,"
                f"{self.renamed_from}\n")


class Maker:
    """Makes one job."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.mode = ["append", "replace", "merge", "scd2"][seed % 4]
        self.settings: list[str] = []
        self.columns: list[Column] = []
        self.marker: Column | None = None
        self.time: Column | None = None
        self.order: Column | None = None

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def job(self) -> Job:
        self.make_columns()
        self.make_rules()
        self.make_partitions()
        # A key may stand anywhere, and its columns in another order than that of the key.
        self.random.shuffle(self.columns)
        encoding = self.random.choices(list(ENCODINGS), [7, 2, 1, 1])[0]
        self.encoding = ENCODINGS[encoding]
        if encoding != "utf-8":
            self.settings.append(f"@encoding,{encoding}")
        self.delimiter = self.random.choice([",", ",", "|", "\t"])
        if self.delimiter != ",":
            self.settings.append("@delimiter," + {"|": "|", "\t": "tab"}[self.delimiter])
        self.null = self.random.choice(["", "", "NULL"])
        if self.null:
            self.settings.append(f"@null,,{self.null}")
        self.settings.append(f"@reject_limit,{self.random.choice(['0', '100%', '100%', '3'])}")
        definition, drops, later = self.definition(), [], {}
        for number, day in enumerate(self.random.choice(
                [[DAY1, DAY2, DAY2], [DAY1, DAY2, DAY1], [DAY2, DAY1, DAY2], [DAY1, DAY2, DAY3, DAY2], [DAY1, DAY1, DAY3]])):
            if number and self.chance(0.15):
                self.evolve()
                later[number] = self.definition()
            drops.append((day, self.files(day)))
        return Job(self.mode, definition, drops, key=KEY, later=later)

    def definition(self) -> str:
        header = HEADER.strip() + ",renamed_from\n"
        return "".join(f"{line}\n" for line in self.settings) + header + "".join(c.line() for c in self.columns)

    def evolve(self) -> None:
        """Makes the definition another one: a column has another name, is wider, is new, or the partitioning is another."""
        named = ",".join(line for line in self.settings if line.startswith(("@partition", "@sort"))).lower()
        plain = [c for c in self.columns if c.target is None and c.treatment != "drop" and c.source[0] in "KV"
                 and c.source.lower() not in named]
        narrow = [c for c in plain if c.kind in WIDER and not c.treatment]
        if plain and self.chance(0.7):
            column = self.random.choice(plain)
            column.target, column.renamed_from = f"{column.source.lower()}_later", column.source.lower()
        if narrow and self.chance(0.7):
            column = self.random.choice(narrow)
            column.kind = WIDER[column.kind]
        if self.chance(0.5):
            place = self.random.randrange(len(self.columns) + 1)
            self.columns.insert(place, Column(f"N{len(self.columns)}", self.random.choice(list(VALUES))))
        if self.mode != "replace" and self.chance(0.5):
            self.settings = [line for line in self.settings if not line.startswith(("@partition", "@sort"))]
            self.make_partitions()

    def make_columns(self) -> None:
        for number in range(1, self.random.choice([1, 1, 2]) + 1):
            kind = self.random.choice(KEYS[:7] if number == 1 else KEYS)
            column = Column(f"K{number}", kind, key=number, required=True, level=self.random.choice(["p0", "p1", "p2"]))
            if kind != "boolean" and self.chance(0.25):
                column.treatment, column.level = self.random.choice(["hash", "encrypt"]), "p3"
            self.columns.append(column)
        for number in range(1, self.random.randint(2, 5) + 1):
            kind = self.random.choice(list(VALUES))
            column = Column(f"V{number}", kind, level=self.random.choice(["p0", "p1", "p2", "p3"]), required=self.chance(0.2))
            if self.chance(0.3):
                fitting = {"boolean": ["redact", "drop"], "int": WITHOUT_TREATMENT, "bigint": WITHOUT_TREATMENT,
                           "string": WITHOUT_TREATMENT}.get(kind, ["hash", "encrypt", "redact", "drop"])
                column.treatment = self.random.choice(fitting)
                column.required &= column.treatment != "drop"
            self.columns.append(column)
        for column in self.columns:
            if column.kind in FORMATS and self.chance(0.3):
                column.format = FORMATS[column.kind]

    def make_rules(self) -> None:
        if self.mode == "replace" and self.chance(0.5):
            self.settings.append("@replace,partitions")
        if self.mode not in ("merge", "scd2"):
            return
        if self.mode == "scd2" and self.chance(0.6):
            self.time = Column("AT", self.random.choice(TIMES), required=True, level="p0")
            self.settings.append("@valid_from,at")
            self.columns.append(self.time)
        if self.chance(0.5):
            self.order = Column("SEQ", self.random.choice(ORDERS), required=True, level="p0")
            self.settings.append("@order_by,seq")
            self.columns.append(self.order)
        if self.chance(0.5):
            kind, word = self.random.choice([("string", "D"), ("int", "1"), ("boolean", "true")])
            self.marker = Column("OP", kind, level="p0", target=self.random.choice(["", "op"]))
            self.settings.append(f"@deleted,OP,{word}")
            self.columns.append(self.marker)
        if self.chance(0.3):
            self.settings.append("@merge_write," + self.random.choice(["copy-on-write", "position-deletes"]))

    def make_partitions(self) -> None:
        fitting = []
        for column in self.columns:
            if column.target == "" or column.treatment in ("drop", "redact", "last4"):
                continue
            kind = "string" if column.treatment else column.kind
            if kind in BUCKETS:
                fitting.append(f'"bucket({self.random.randint(1, 4)}, {column.name})"')
            if column.level in ("p0", "p1") and not column.treatment:
                fitting += [text.format(column.name) for text in TRANSFORMS.get(kind, [])]
        wanted = self.random.choice([0, 1, 2]) or ("@replace,partitions" in self.settings)
        chosen = self.random.sample(fitting, min(int(wanted), len(fitting)))
        # Two fields of one column would need names of their own.
        names = [text.strip('"').rstrip(")").split("(")[-1].split(",")[-1].strip() for text in chosen]
        chosen = [text for n, text in enumerate(chosen) if names[n] not in names[:n]]
        # Nor can Spark read a table by two decimals of one type.
        decimals = {column.name for column in self.columns if column.kind == "decimal(18,2)"}
        chosen = [text for n, text in enumerate(chosen) if text not in decimals or not decimals & set(chosen[:n])]
        if chosen:
            self.settings.append("@partition," + ",".join(chosen))
        elif "@replace,partitions" in self.settings:
            self.settings.remove("@replace,partitions")
        plain = [c for c in self.columns if c.target != "" and not c.treatment and c.kind not in ("binary", "boolean")]
        if plain and self.chance(0.3):
            self.settings.append(f"@sort,{self.random.choice(plain).name}{self.random.choice(['', ' desc'])}")

    def files(self, day: str) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        keys: set[tuple] = set()
        repeats = self.chance(0.15)
        # The same names in each delivery: an interval that is delivered again has as many files, and is not refused.
        for name in ("a.csv", "b.csv"):
            records = [self.record(day, keys, repeats) for _ in range(self.random.randint(1, 30))]
            header = [column.source for column in self.columns]
            lines = [self.delimiter.join(header)] + [self.delimiter.join(record) for record in records if record]
            data = ("\n".join(lines) + "\n").encode(self.encoding)
            # A UTF-16 file without a byte-order mark is big-endian.
            data = b"\xff\xfe" + data if self.encoding == "utf-16-le" else data
            found[name] = data
        if self.is_compressed:
            found = {f"{name}.gz": gzip.compress(data, mtime=0) for name, data in found.items()}
        return found

    @property
    def is_compressed(self) -> bool:
        # Of a job, not of a delivery.
        if not hasattr(self, "compressed"):
            self.compressed = self.chance(0.15)
        return self.compressed

    def record(self, day: str, keys: set[tuple], repeats: bool) -> list[str]:
        values = [self.value(column, day) for column in self.columns]
        key = tuple(value for column, value in zip(self.columns, values, strict=True) if column.key)
        if self.time is not None:
            key += (values[self.columns.index(self.time)],)
        if key in keys and not repeats and self.mode in ("merge", "scd2"):
            return []
        keys.add(key)
        if self.chance(0.06):
            column = self.random.randrange(len(values))
            values[column] = self.quoted(BAD.get(self.columns[column].kind, ""))
        if self.chance(0.02):
            values.pop()
        return values

    def value(self, column: Column, day: str) -> str:
        if not column.required and self.chance(0.25):
            return self.null
        if column is self.marker:
            return self.random.choice({"string": ["D", "U", "d"], "int": ["1", "0", "01"],
                                       "boolean": ["true", "N", "Y"]}[column.kind])
        text = self.random.choice(VALUES[column.kind])
        if column.key and column.kind == "string":
            text = self.random.choice(["A", "a", "가나", "110-123", " "]) + str(self.random.randint(0, 6))
        elif column.key and column.kind in ("int", "bigint"):
            text = str(self.random.randint(-8, 12))
        elif column is self.order and column.kind in ("int", "bigint"):
            text = str(int(day[-2:]) * 10 + self.random.randint(-15, 15))
        elif column.kind == "date" and self.chance(0.7):
            text = f"2026-11-{self.random.randint(15, 25)}"
        elif column.kind == "timestamp" and self.chance(0.7):
            text = f"2026-11-{self.random.randint(15, 25)} {self.random.randint(0, 23):02}:00:00"
        if column.format:
            text = "".join(c for c in text if c.isdigit())[: 8 if column.kind == "date" else 14]
        return self.quoted(text)

    def quoted(self, text: str) -> str:
        is_plain = text and text != self.null and not any(c in text for c in f'"\r\n{self.delimiter}')
        return text if is_plain else '"' + text.replace('"', '""') + '"'


def job_of(seed: int) -> Job:
    return Maker(seed).job()
