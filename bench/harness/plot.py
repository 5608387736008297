"""A session's throughput and peak memory as an SVG: bars side by side, naru and its peers.

Colours and text follow the reader's light or dark mode.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

# Items in which naru and its peers load the same file.
SHOWN = ("load", "flights", "small")
TITLES = {"pyiceberg": "PyIceberg", "duckdb": "DuckDB (no table)", "polars": "Polars (no table)"}

WIDTH = 860
NAMES_WIDTH = 150
GAP = 50
# Right of a panel's longest bar, for its figure.
FIGURE_WIDTH = 80
PANEL_WIDTH = (WIDTH - NAMES_WIDTH - GAP) / 2
BAR, STEP, GROUP, HEAD, FOOT = 16, 22, 34, 52, 34

STYLE = """
    text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
    .heading { font-weight: 600; }
    .note { font-size: 12px; fill: #59636e; }
    .naru { fill: #0969da; } .peer { fill: #afb8c1; } text.naru { font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; } .note { fill: #9198a1; } .naru { fill: #4493f8; } .peer { fill: #565d66; }
    }
"""


@dataclass(frozen=True)
class Panel:
    """One of the two figures."""

    heading: str
    left: float
    figures: dict[tuple[str, str], float]
    """By item and contender."""

    def bar(self, key: tuple[str, str], top: float, kind: str) -> str:
        """A bar as long as its figure is, and the figure."""
        value = self.figures[key]
        length = (PANEL_WIDTH - FIGURE_WIDTH) * value / max(self.figures.values())
        return (f'<rect class="{kind}" x="{self.left:.0f}" y="{top}" width="{max(length, 1):.1f}" height="{BAR}" rx="2"/>'
                + label(f"{value:,.0f}" if value >= 10 else f"{value:.1f}", self.left + length + 6, top + BAR - 3, kind))


def svg(session: dict) -> str | None:
    """The picture, or none if the session has no item that it shows."""
    found = {item["name"]: item for item in session["items"]}
    items = [found[name] for name in SHOWN if name in found]
    if not items:
        return None
    contenders = [(item["name"], c) for item in items for c in item["contenders"]]
    speed = {(item, c["name"]): c["source_bytes"] / 1e6 / c["median_seconds"] for item, c in contenders}
    memory = {(item, c["name"]): c["peak_mib"] for item, c in contenders}
    panels = (Panel("CSV loaded, MB a second: more is better", NAMES_WIDTH, speed),
              Panel("Peak memory, MiB: less is better", NAMES_WIDTH + PANEL_WIDTH + GAP, memory))
    parts = [label(panel.heading, panel.left, 20, "heading") for panel in panels]
    top = HEAD
    for item in items:
        parts.append(label(item["title"], 0, top, "note"))
        top += 10
        for contender in item["contenders"]:
            name = contender["name"]
            kind = "naru" if name == "naru" else "peer"
            parts.append(label(TITLES.get(name, name), 0, top + BAR - 3, kind if kind == "naru" else ""))
            parts += [panel.bar((item["name"], name), top, kind) for panel in panels]
            top += STEP
        top += GROUP - 10
    parts.append(label(note(session), 0, top, "note"))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top + FOOT - 20}" width="{WIDTH}" role="img">\n'
            f"  <title>Throughput and peak memory of naru and its peers</title>\n  <style>{STYLE}  </style>\n"
            + "".join(f"  {part}\n" for part in parts) + "</svg>\n")


def label(text: str, left: float, baseline: float, kind: str) -> str:
    """A line of text; a bar's figure is text, too, and not filled as the bar."""
    shown = "" if kind in ("", "peer") else f' class="{kind}"'
    return f'<text{shown} x="{left:.0f}" y="{baseline}">{escape(text)}</text>'


def note(session: dict) -> str:
    """What was measured on what."""
    machine = session["machine"]
    return (f"Medians of {session['rounds']}, {machine['cores']} cores, {session['date']}, commit {session['commit']}. "
            "naru and PyIceberg commit an Iceberg table, the others write a Parquet file.")


def write(session: dict, path: Path) -> None:
    """Writes the picture, if there is one."""
    picture = svg(session)
    if picture is not None:
        path.write_text(picture, encoding="utf-8")
