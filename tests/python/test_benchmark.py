"""The benchmark's own tests: memory, the same table before each merge, wrong results that are refused, and the
definitions and data that are made. What a session's figures become: `test_benchmark_reports.py`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from dataclasses import dataclass
from pathlib import Path

BENCH = str(Path(__file__).resolve().parents[2] / "bench")
sys.path.insert(0, BENCH)

from harness import data, merging, project
from harness.contenders import Naru, Prepared
from harness.data import Source, hundredths
from harness.item import TRANSACTION, Item
from harness.many_tables import definition, job
from harness.measure import Failed, Measurement, measure
from harness.merging import Merge
from harness.results import WrongResult, holds, read, verify


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


if __name__ == "__main__":
    unittest.main()
