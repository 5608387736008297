"""A session's throughput and peak memory as an SVG: bars side by side, naru and its peers.

Colours follow the reader's light or dark mode, on a ground of their own, since the page around may be in the other one.
"""

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

# Items in which naru and its peers load the same file.
SHOWN = ("load", "flights", "small")
TITLES = {"pyiceberg": "PyIceberg", "duckdb": "DuckDB (no table)", "polars": "Polars (no table)"}

WIDTH, MARGIN = 860, 16
NAMES_WIDTH = 150
GAP = 50
# Right of a panel's longest bar, for its figure.
FIGURE_WIDTH = 80
PANEL_WIDTH = (WIDTH - NAMES_WIDTH - GAP) / 2
BAR, STEP, GROUP, HEAD, LINE = 16, 22, 34, 52, 18

STYLE = """
    text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
    .page { fill: #ffffff; } .heading { font-weight: 600; }
    .note { font-size: 12px; fill: #59636e; }
    .naru { fill: #0969da; } .peer { fill: #afb8c1; } text.naru { font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; } text { fill: #e6edf3; } .note { fill: #9198a1; } .naru { fill: #4493f8; } .peer { fill: #565d66; }
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
            parts.append(label(TITLES.get(name, name), 0, top + BAR - 3, kind))
            parts += [panel.bar((item["name"], name), top, kind) for panel in panels]
            top += STEP
        top += GROUP - 10
    for line in notes(session):
        parts.append(label(line, 0, top, "note"))
        top += LINE
    return framed(parts, top)


def framed(parts: list[str], height: int) -> str:
    """The whole document, with a margin around what is drawn."""
    wide, high = WIDTH + 2 * MARGIN, height + MARGIN
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-{MARGIN} -{MARGIN} {wide} {high}" width="{wide}" role="img">',
        "<title>Throughput and peak memory of naru and its peers</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" x="-{MARGIN}" y="-{MARGIN}" width="{wide}" height="{high}" rx="6"/>',
        *parts,
        "</svg>",
        "",
    ])


def label(text: str, left: float, baseline: float, kind: str) -> str:
    """A line of text. A peer's is plain text, not filled as its bar is."""
    shown = "" if kind == "peer" else f' class="{kind}"'
    return f'<text{shown} x="{left:.0f}" y="{baseline}">{escape(text)}</text>'


def notes(session: dict) -> list[str]:
    """What was measured on what."""
    cores = session["machine"]["cores"]
    return ["naru and PyIceberg commit an Iceberg table, the others write a Parquet file.",
            f"Medians of {session['rounds']}, {cores} cores, {session['date']}, commit {session['commit']}."]


def write(session: dict, path: Path) -> None:
    """Writes the picture, if there is one."""
    picture = svg(session)
    if picture is not None:
        path.write_text(picture, encoding="utf-8")
