"""The benchmark's own tests: goals, memory, the same table before each merge, wrong results that are refused, the
definitions and data that are made, and the plot.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
import xml.etree.ElementTree
from dataclasses import dataclass
from pathlib import Path

BENCH = str(Path(__file__).resolve().parents[2] / "bench")
sys.path.insert(0, BENCH)

from harness import data, merging, plot, project
from harness.build import nanoseconds
from harness.contenders import Naru, Prepared
from harness.data import Source, hundredths
from harness.goals import LIMITS, judge
from harness.item import TRANSACTION, Item
from harness.many_tables import definition, job
from harness.measure import Failed, Measurement, measure
from harness.merging import Merge
from harness.results import WrongResult, holds, read, verify


def item(name: str, *, full_size: bool = True, **contenders: tuple[float, float]) -> dict:
    """An item's result, from (median seconds, peak MiB) by contender, in whose names `_` is a blank."""
    made = [{"name": n.replace("__", ", ").replace("_", " "), "median_seconds": s, "peak_mib": p, "source_bytes": 1000,
             "output_bytes": s * 500, "data_files": s, "snapshots": s} for n, (s, p) in contenders.items()]
    return {"name": name, "full_size": full_size, "contenders": made}


def session(factor: float, full_size: bool = True) -> list[dict]:
    """Items at their goals, with everything of naru's `factor` times as much."""
    f = factor
    items = {
        # Half of PyIceberg's time, and half of its bytes.
        "load": {"naru": (1.0 * f, 256 * f), "pyiceberg": (2.0, 1), "duckdb": (1 / 0.45, 1)},
        "large": {"naru": (10 * f, 256 * f)},
        "encodings": {"naru__plain": (1, 1), "naru__gzip": (1.5 * f, 1), "inflate_alone__one_core": (1.5, 1),
                      "naru__CP949": (1.3 * f, 1)},
        "small": {"naru": (0.1 * f, 1), "pyiceberg": (1, 1), "duckdb": (0.2, 1)},
        "files": {"naru__one_file": (0.5, 1), "naru__500_files": (1 * f, 1)},
        "flights": {"naru": (0.5 * f, 1), "pyiceberg": (1, 1)},
        "merge": {"naru": (1.5 * f, 512 * f), "pyiceberg": (10, 1)},
        "partitions": {"naru__unpartitioned": (1, 1), "naru__300_days": (1.5 * f, 1), "naru__16_buckets": (1.5 * f, 1)},
        "name": {"naru": (0.01 * f, 1)},
        "check": {"naru": (2 * f, 1)},
    }
    return [item(name, full_size=full_size, **contenders) for name, contenders in items.items()]


class Goals(unittest.TestCase):
    def goals(self, factor: float, full_size: bool = True, compiled: bool = True) -> dict[str, list[str]]:
        """Goals by verdict."""
        build = {"seconds": 60 * 13.7 / 2 * factor} if compiled else None
        deriving = {"both_ns": 2000 * factor} if compiled else None
        found: dict[str, list[str]] = {"met": [], "missed": [], "not measured": []}
        for goal in judge(session(factor, full_size), build, deriving):
            found[goal.verdict].append(goal.goal)
        return found

    def test_met_at_the_limit(self) -> None:
        self.assertEqual(len(self.goals(0.999)["met"]), len(LIMITS))

    def test_missed_beyond_it(self) -> None:
        # These have room in the figures above.
        roomy = ("the floor", "bytes", "data files", "the peak of 10 million")
        met = [goal for goal in self.goals(1.01)["met"] if not any(word in goal for word in roomy)]
        self.assertEqual(met, [])

    def test_gzip_is_bounded_by_inflate_only_where_that_takes_longer(self) -> None:
        def verdict(inflate: float) -> str:
            found = item("encodings", naru__plain=(1, 1), naru__gzip=(1.4, 1), inflate_alone__one_core=(inflate, 1),
                         naru__CP949=(1, 1))
            return next(goal.verdict for goal in judge([found]) if "gzipped" in goal.goal)

        self.assertEqual((verdict(1.2), verdict(1.4)), ("missed", "met"))

    def test_what_was_not_measured_at_full_size_is_not_judged(self) -> None:
        self.assertEqual(len(self.goals(0.1, full_size=False, compiled=False)["not measured"]), len(LIMITS))

    def test_a_name_in_a_process(self) -> None:
        printed = ("parse                    310 ns, fastest     300 ns\nderive                  1250 ns, fastest    1200 ns\n"
                   "parse and derive        1580 ns, fastest    1500 ns\n")
        self.assertEqual(nanoseconds(printed), {"parse_ns": 310, "derive_ns": 1250, "both_ns": 1580})
        with self.assertRaisesRegex(ValueError, "derive"):
            nanoseconds("parse 310 ns")


class Measuring(unittest.TestCase):
    def run_python(self, code: str) -> Measurement:
        with tempfile.TemporaryDirectory() as directory:
            return measure([sys.executable, "-c", code], Path(directory) / "log")

    def test_time(self) -> None:
        self.assertGreaterEqual(self.run_python("import time; time.sleep(0.2)").seconds, 0.2)

    def test_memory(self) -> None:
        # By a small process, as bench/run is: this one may be large, and its memory would be counted.
        driver = (
            "import pathlib, sys; sys.path.insert(0, sys.argv[1]); from harness.measure import measure\n"
            "log = pathlib.Path(sys.argv[3]) / 'log'\n"
            "print(measure([sys.executable, '-c', sys.argv[2]], log).peak_mib)"
        )

        def peak_mib(code: str) -> float:
            with tempfile.TemporaryDirectory() as directory:
                command = [sys.executable, "-c", driver, BENCH, code, directory]
                return float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)

        small, big = peak_mib("pass"), peak_mib("x = b'x' * (200 * 2**20)")
        self.assertLess(small, 50)
        self.assertGreater(big - small, 180)

    def test_failure_is_told(self) -> None:
        with self.assertRaisesRegex(Failed, "code 3:\nno luck"):
            self.run_python("import sys; print('no luck'); sys.exit(3)")


class Merging(unittest.TestCase):
    def test_every_run_starts_from_the_loaded_table(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            work = Path(directory) / "work"
            work.mkdir()
            table = work / "table"
            load = Prepared([sys.executable, "-c", f"open({str(table)!r}, 'x').write('loaded')"], work, "parquet")
            contender = Merge("peer", Source(table, 1, None), lambda _: load, lambda _: load)
            with unittest.mock.patch.object(merging, "LOADED", Path(directory) / "loaded"):
                contender.prepare(work)
                loaded_at = os.stat(table).st_mtime
                table.write_text("changed")
                (work / "more").touch()
                shutil.rmtree(work)
                work.mkdir()
                contender.prepare(work)
            self.assertEqual((table.read_text(), os.stat(table).st_mtime), ("loaded", loaded_at))
            self.assertFalse((work / "more").exists())


@dataclass(frozen=True)
class Contender:
    name: str
    source: Source


class Verifying(unittest.TestCase):
    RIGHT = {"rows": 2, "sum": "-0.05", "fingerprint": "a"}

    def check(self, same_types: bool = True, **changed: object) -> None:
        source = Source(Path("unused"), 2, hundredths(-5))
        results = {"naru": self.RIGHT, "limit": {}, "peer": {**self.RIGHT, **changed}}
        verify(Item("load", "", [], True, same_types=same_types), Contender("peer", source), results)

    def test_right(self) -> None:
        self.check()

    def test_wrong(self) -> None:
        for changed in ({"rows": 3}, {"sum": "-0.06"}, {"fingerprint": "b"}):
            with self.subTest(changed), self.assertRaises(WrongResult):
                self.check(**changed)

    def test_other_types_have_other_fingerprints(self) -> None:
        self.check(same_types=False, fingerprint="b")
        with self.assertRaises(WrongResult):
            self.check(same_types=False, sum="-0.06")

    def test_a_report_holds_what_is_expected_and_no_other_fault(self) -> None:
        expected = {"jobs": 2, "faults": [{"file": "a"}]}
        self.assertTrue(holds({"jobs": 2, "more": 1, "faults": [{"file": "a", "line": 3}]}, expected))
        for wrong in ({"jobs": 2}, {"jobs": 2, "faults": []}, {"jobs": 2, "faults": [{"file": "b"}]},
                      {"jobs": 2, "faults": [{"file": "a"}, {"file": "a"}]}):
            with self.subTest(wrong):
                self.assertFalse(holds(wrong, expected))

    def test_a_wrong_report_is_refused(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            log = Path(directory) / "log"
            log.write_text('{"jobs": 1}')
            prepared = Prepared([], Path(directory), "report", {"jobs": 2})
            with self.assertRaises(WrongResult):
                read(prepared, Item("check", "", [], True), log, 0, sys.executable)


class Projects(unittest.TestCase):
    def test_definitions_differ_only_in_what_they_say(self) -> None:
        plain = project.TRANSACTIONS.text()
        self.assertEqual(plain, project.DEPOSIT.read_text(encoding="utf-8"))
        self.assertEqual(project.TRANSACTIONS_CP949.text(), "@encoding,cp949\n" + plain)
        by_bucket = project.partitioned("bucket(16, account_no)").text()
        self.assertEqual(by_bucket, '@partition,"bucket(16, account_no)"\n' + plain)
        self.assertNotIn("@partition", project.FLIGHTS.text())
        self.assertIn("@null,NA", project.FLIGHTS.text())

    def test_text_only(self) -> None:
        lines = project.TRANSACTIONS_AS_TEXT.text().splitlines()
        self.assertEqual(lines[0], project.TRANSACTIONS.text().splitlines()[0])
        self.assertEqual([line.split(",")[2] for line in lines[1:]], ["string"] * 9)
        self.assertFalse(any("%" in line for line in lines))

    def test_many_tables_have_jobs_of_their_own_and_one_fault(self) -> None:
        self.assertEqual(len({job(n) for n in range(1000)}), 1000)
        self.assertNotIn("no_such_type", definition(7, faulty=False))
        self.assertIn("no_such_type", definition(7, faulty=True))

    def test_all_files_of_an_interval_are_dropped(self) -> None:
        with tempfile.TemporaryDirectory() as directory:
            whole = Path(directory) / "whole.csv"
            rows = [f"{n},x\n" for n in range(10)]
            whole.write_text("a,b\n" + "".join(rows))
            parts = data.split(Source(whole, 10, None), 4)
            texts = [path.read_text() for path in parts.files]
            self.assertEqual([text.count("\n") - 1 for text in texts], [2, 3, 2, 3])
            self.assertTrue(all(text.startswith("a,b\n") for text in texts))
            self.assertEqual("".join(text.removeprefix("a,b\n") for text in texts), "".join(rows))
            work = Path(directory) / "work"
            work.mkdir()
            prepared = Naru("naru", TRANSACTION, "2026-11-22", parts, under=("prlimit",)).prepare(work)
            self.assertEqual(prepared.command[:2], ["prlimit", "naru"])
            self.assertEqual(len(list(prepared.out.rglob("part-*.csv"))), 4)


class Plot(unittest.TestCase):
    RESULTS = Path(BENCH) / "results"

    def test_every_plot_is_of_its_figures(self) -> None:
        for path in self.RESULTS.glob("*.svg"):
            figures = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            self.assertEqual(path.read_text(encoding="utf-8"), plot.svg(figures), path.name)

    def test_the_readme_shows_the_latest_whole_session(self) -> None:
        latest = max(path.stem for path in self.RESULTS.glob("????-??-??.json"))
        for page in ("README.md", "docs/benchmark.md"):
            text = (Path(BENCH).parent / page).read_text(encoding="utf-8")
            self.assertIn(f"bench/results/{latest}.svg)", text, page)

    def test_bars_are_as_long_as_the_figures(self) -> None:
        machine = {"cores": 2}
        load = {"title": "1 MB & more", **item("load", naru=(1, 100), pyiceberg=(2, 400))}
        picture = plot.svg({"items": [load], "rounds": 1, "date": "", "commit": "", "machine": machine})
        widths = [float(w) for w in re.findall(r'<rect class="(?:naru|peer)"[^>]* width="([0-9.]+)"', picture)]
        self.assertAlmostEqual(widths[0] / widths[2], 2, places=2)
        self.assertAlmostEqual(widths[1] / widths[3], 0.25, places=2)
        xml.etree.ElementTree.fromstring(picture)

    def test_without_peers_there_is_nothing_to_show(self) -> None:
        self.assertIsNone(plot.svg({"items": [item("check", naru=(1, 1))]}))


if __name__ == "__main__":
    unittest.main()
