"""The benchmark's own tests: goals, memory, the same table before each merge, and wrong results that are refused."""

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

from harness import merging
from harness.contenders import Prepared
from harness.data import Source, hundredths
from harness.goals import judge
from harness.items import FULL_ROWS, SMALL_ROWS, Item
from harness.measure import Failed, Measurement, measure
from harness.merging import Merge
from harness.session import WrongResult, verify


def item(name: str, **contenders: tuple[float, float, int]) -> dict:
    """An item's result, from (median seconds, peak MiB, rows) by contender."""
    made = [{"name": n, "median_seconds": s, "peak_mib": p, "rows": r, "source_bytes": 1000, "output_bytes": s * 500}
            for n, (s, p, r) in contenders.items()]
    return {"name": name, "contenders": made}


def verdicts(*items: dict, build: dict | None = None) -> list[str]:
    return [goal.verdict for goal in judge(list(items), build)]


class Goals(unittest.TestCase):
    def test_met(self) -> None:
        found = verdicts(
            item("small", naru=(0.2, 20, SMALL_ROWS), pyiceberg=(1.0, 200, SMALL_ROWS)),
            item("load", naru=(5.9, 500, FULL_ROWS), pyiceberg=(5.9, 1350, FULL_ROWS)),
            item("merge", naru=(2.0, 512, FULL_ROWS), pyiceberg=(8.0, 1600, FULL_ROWS)),
            item("large", naru=(60, 510, 10 * FULL_ROWS)),
            build={"seconds": 900, "heaviest": []},
        )
        self.assertEqual(found, ["met"] * 9)

    def test_missed(self) -> None:
        found = verdicts(
            item("small", naru=(0.21, 20, SMALL_ROWS), pyiceberg=(1.0, 200, SMALL_ROWS)),
            item("load", naru=(6.0, 513, FULL_ROWS), pyiceberg=(5.9, 1350, FULL_ROWS)),
            item("merge", naru=(2.1, 513, FULL_ROWS), pyiceberg=(8.0, 1600, FULL_ROWS)),
            item("large", naru=(60, 560, 10 * FULL_ROWS)),
            build={"seconds": 901, "heaviest": []},
        )
        self.assertEqual(found, ["missed"] * 9)

    def test_smaller_runs_judge_nothing(self) -> None:
        found = verdicts(
            item("small", naru=(0.1, 20, 100), pyiceberg=(1.0, 200, 100)),
            item("load", naru=(0.1, 20, 1000), pyiceberg=(1.0, 200, 1000)),
            item("merge", naru=(0.1, 20, 1000), pyiceberg=(1.0, 200, 1000)),
            item("large", naru=(0.1, 20, 10_000)),
        )
        self.assertEqual(found, ["not measured"] * 9)


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

    def check(self, **changed: object) -> None:
        source = Source(Path("unused"), 2, hundredths(-5))
        results = {"naru": self.RIGHT, "peer": {**self.RIGHT, **changed}}
        verify(Item("load", "", []), Contender("peer", source), results)

    def test_right(self) -> None:
        self.check()

    def test_wrong(self) -> None:
        for changed in ({"rows": 3}, {"sum": "-0.06"}, {"fingerprint": "b"}):
            with self.subTest(changed), self.assertRaises(WrongResult):
                self.check(**changed)


if __name__ == "__main__":
    unittest.main()
