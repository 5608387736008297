"""A session's figures as text (Markdown, which reads well in a terminal, too) and as JSON, with a plot."""

import json
from dataclasses import asdict
from pathlib import Path

from . import plot
from .goals import Goal
from .item import IT_OVER_FIRST

MADE = ("made", "data", "deletes", "metadata", "data files", "snapshots")
# Items whose tables differ in what they are made of.
OF_PARTS = ("files", "merge", "partitions")


def text(session: dict, goals: list[Goal]) -> str:
    """The whole report."""
    parts = [f"# Benchmark of {session['date']}", facts(session)]
    for item in session["items"]:
        headings = ("", "median", "CPU", "peak", "in", "out", "MB/s", item["ratio"])
        parts += [f"## {item['name']}: {item['title']}", table(headings, [row(c, item) for c in item["contenders"]])]
        if item["name"] in OF_PARTS:
            parts.append(table(MADE, [made(c) for c in item["contenders"]]))
    if session["build"] is not None:
        parts += built(session["build"], session["deriving"])
    parts += ["## Goals", table(("goal", "figure", "verdict"), [(g.goal, g.figure, g.verdict) for g in goals])]
    return "\n\n".join(parts) + "\n"


def facts(session: dict) -> str:
    """What it ran on, in one paragraph."""
    machine = session["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in session["versions"].items())
    busy = machine["load_average_at_start"]
    warning = "" if busy < machine["cores"] / 4 else "\n**The machine was busy with other work: compare ratios, not times.**"
    return (f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['kernel']}; "
            f"load average at the start {busy:.2f}.\n{versions}. Commit {session['commit']}. "
            f"Medians of {session['rounds']}; contenders took turns; every result was verified.{warning}")


def row(contender: dict, item: dict) -> tuple[str, ...]:
    """One contender's line. The ratio is naru's time over its, or its own over the first one's."""
    first, own = item["contenders"][0]["median_seconds"], contender["median_seconds"]
    ratio = own / first if item["ratio"] == IT_OVER_FIRST else first / own
    comparison = "" if contender is item["contenders"][0] else f"{ratio:.2f}"
    return (contender["name"], seconds(own), seconds(contender["median_cpu_seconds"]),
            f"{contender['peak_mib']:.0f} MiB", megabytes(contender["source_bytes"]), megabytes(contender["output_bytes"]),
            throughput(contender["source_bytes"], own), comparison)


def made(contender: dict) -> tuple[str, ...]:
    """What a contender's bytes went into, and how many files and snapshots the table has."""
    found = contender["written_bytes"]
    return (contender["name"], *(f"{found[what] / 1e6:.2f} MB" for what in MADE[1:4]),
            str(contender["data_files"]), str(contender["snapshots"]))


def built(build: dict, deriving: dict) -> list[str]:
    """The clean build, and what was measured with the compiler."""
    heaviest = [(unit["name"], f"{unit['seconds']:.0f} s") for unit in build["heaviest"]]
    steps = [(what, f"{deriving[key] / 1e3:.2f} µs") for what, key in
             (("parsed", "parse_ns"), ("derived from", "derive_ns"), ("both", "both_ns"))]
    return [f"## Clean build: {build['seconds'] / 60:.1f} minutes", table(("heaviest", "alone"), heaviest),
            "## A name", table(("", "median"), steps)]


def seconds(value: float) -> str:
    """Three digits."""
    return f"{value * 1e3:.1f} ms" if value < 0.1 else f"{value:.3g} s"


def throughput(size_bytes: int, over_seconds: float) -> str:
    """Megabytes a second; nothing for nothing."""
    return f"{size_bytes / 1e6 / over_seconds:,.1f}" if size_bytes else ""


def megabytes(size_bytes: int) -> str:
    """Nothing for nothing."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes else ""


def table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table with aligned columns; the first column to the left, the others as they are long."""
    widths = [max(len(r[i]) for r in [headings, *rows]) for i in range(len(headings))]

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(headings), "| " + " | ".join("-" * w for w in widths) + " |", *map(line, rows)])


def write(session: dict, goals: list[Goal], directory: Path, name: str) -> Path:
    """Writes `<name>.json`, `<name>.md` and, if there is what it shows, `<name>.svg`; the path of the second.

    An earlier report of the same name is replaced.
    """
    directory.mkdir(exist_ok=True)
    path = directory / f"{name}.md"
    path.write_text(text(session, goals), encoding="utf-8")
    figures = {**session, "goals": [asdict(goal) for goal in goals]}
    path.with_suffix(".json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    plot.write(figures, path.with_suffix(".svg"))
    return path
