"""A session's figures as text (Markdown, which reads well in a terminal, too) and as JSON."""

import json
from dataclasses import asdict
from pathlib import Path

from .goals import Goal

HEADINGS = ("", "median", "CPU", "peak", "in", "out", "naru / it")
WRITTEN = ("written", "data", "deletes", "metadata")


def text(session: dict, goals: list[Goal]) -> str:
    """The whole report."""
    parts = [f"# Benchmark of {session['date']}", facts(session)]
    for item in session["items"]:
        parts += [f"## {item['name']}: {item['title']}", table(HEADINGS, [row(c, item) for c in item["contenders"]])]
        if item["name"] == "merge":
            parts.append(table(WRITTEN, [written(c) for c in item["contenders"]]))
    if session["build"] is not None:
        heaviest = [(unit["name"], f"{unit['seconds']:.0f} s") for unit in session["build"]["heaviest"]]
        parts += [f"## Clean build: {session['build']['seconds'] / 60:.1f} minutes", table(("heaviest", "alone"), heaviest)]
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
    """One contender's line. The ratio is naru's time over its; in items of naru alone, its time over the first one's."""
    first = item["contenders"][0]["median_seconds"]
    own = contender["median_seconds"]
    alone = all(c["name"].startswith("naru") for c in item["contenders"])
    comparison = f"{own / first:.2f} of plain" if alone else f"{first / own:.2f}"
    if contender is item["contenders"][0]:
        comparison = ""
    return (contender["name"], f"{own:.3f} s", f"{contender['median_cpu_seconds']:.2f} s", f"{contender['peak_mib']:.0f} MiB",
            f"{contender['source_bytes'] / 1e6:.1f} MB", f"{contender['output_bytes'] / 1e6:.1f} MB", comparison)


def written(contender: dict) -> tuple[str, ...]:
    """What a contender's bytes went into."""
    found = contender["written_bytes"]
    return (contender["name"], *(f"{found[what] / 1e6:.2f} MB" for what in WRITTEN[1:]))


def table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table with aligned columns; the first column to the left, the others as they are long."""
    widths = [max(len(r[i]) for r in [headings, *rows]) for i in range(len(headings))]

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(headings), "| " + " | ".join("-" * w for w in widths) + " |", *map(line, rows)])


def write(session: dict, goals: list[Goal], directory: Path) -> Path:
    """Writes `<date>.json` and `<date>.md`; the latter's path. An earlier report of the same day is replaced."""
    directory.mkdir(exist_ok=True)
    path = directory / f"{session['date']}.md"
    path.write_text(text(session, goals), encoding="utf-8")
    figures = {**session, "goals": [asdict(goal) for goal in goals]}
    path.with_suffix(".json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
