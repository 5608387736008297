"""The benchmark's own tests: what a session's figures become, which is goals met or missed, a report, and a plot."""

import json
import re
import sys
import unittest
import xml.etree.ElementTree
from pathlib import Path

BENCH = str(Path(__file__).resolve().parents[2] / "bench")
sys.path.insert(0, BENCH)

from harness import plot, report
from harness.build import nanoseconds
from harness.goals import LIMITS, judge


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
        build = {"seconds": 60 * 20.9 / 2 * factor} if compiled else None
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


class Report(unittest.TestCase):
    def test_every_item_and_goal_is_told(self) -> None:
        made = {"median_cpu_seconds": 1, "written_bytes": {"data": 1, "deletes": 0, "metadata": 1}}
        items = [{**i, "title": "…", "ratio": "naru / it", "contenders": [{**c, **made} for c in i["contenders"]]}
                 for i in session(1)]
        machine = {"processor": "", "cores": 2, "memory_gib": 1, "kernel": "", "load_average_at_start": 0}
        deriving = {"parse_ns": 300, "derive_ns": 1200, "both_ns": 1500}
        figures = {"date": "", "rounds": 5, "machine": machine, "versions": {}, "commit": "", "items": items,
                   "build": {"seconds": 60, "heaviest": []}, "deriving": deriving}
        goals = judge(items, figures["build"], deriving)
        text = report.text(figures, goals)
        for said in [f"## {i['name']}: " for i in items] + [goal.goal for goal in goals] + ["1.50 µs", "## Clean build: 1.0"]:
            self.assertIn(said, text)


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
