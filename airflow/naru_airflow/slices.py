"""Slices of the calendar, and which upstream intervals one asks for.

All instants are aware; units are those of naru's cadences, on the wall clock of the project's time zone::

    a run's interval [start, end) ──▶ the slices that it overlaps ──▶ the upstream's intervals that overlap them
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from naru_airflow.hours import hour_containing, hour_text

#: A cadence's letter, and the unit of calendar that it is.
UNIT_OF_CADENCE = {"h": "hour", "d": "day", "w": "week", "m": "month", "q": "quarter", "y": "year"}
UNITS = tuple(UNIT_OF_CADENCE.values())


@dataclass(frozen=True, order=True)
class Span:
    """A half-open span of time, ``[start, end)``, both in UTC. Of no width: an instant."""

    start: datetime
    end: datetime


def unit_containing(instant: datetime, unit: str, zone: ZoneInfo) -> Span:
    """The hour, day, week, … of the wall clock that an instant lies in.

    :raises ValueError: no such unit.
    """
    if unit == "hour":
        return Span(*hour_containing(instant, zone))
    first, following = _dates(instant.astimezone(zone).date(), unit)
    return Span(_midnight(first, zone), _midnight(following, zone))


def window(interval: Span, unit: str, zone: ZoneInfo) -> Span:
    """The slices that an interval overlaps, together; an instant lies in one."""
    first = unit_containing(interval.start, unit, zone)
    last_instant = max(interval.start, interval.end - timedelta(microseconds=1))
    return Span(first.start, unit_containing(last_instant, unit, zone).end)


def wanted(interval: Span, slice_unit: str, upstream_cadence: str, zone: ZoneInfo) -> list[Span]:
    """The upstream's intervals that a run waits for, oldest first; of an upstream on demand, the slices as one."""
    whole = window(interval, slice_unit, zone)
    unit = UNIT_OF_CADENCE.get(upstream_cadence)
    return [whole] if unit is None else list(_units_over(whole, unit, zone))


def missing(parts: Iterable[Span], done: Iterable[Span], zone: ZoneInfo) -> list[Span]:
    """The parts that successful upstream runs do not cover yet.

    A part is covered by a run that holds it whole, or by those that begin in it and are, on the wall clock, as long as it
    together: so runs of any schedule count, were it moved by hours or to another cadence.
    """
    runs = {run.start: run for run in sorted(done)}.values()
    return [part for part in parts if not _is_covered(part, runs, zone)]


def last_over(cadence: str, instant: datetime, zone: ZoneInfo) -> Span:
    """The last interval of a cadence that is over at an instant."""
    unit = UNIT_OF_CADENCE[cadence]
    running = unit_containing(instant, unit, zone)
    return unit_containing(running.start - timedelta(microseconds=1), unit, zone)


def text(span: Span, cadence: str, zone: ZoneInfo) -> str:
    """An interval as naru writes it: ``2026-11-22``, ``2026-W47``, …"""
    if cadence == "h":
        return hour_text(span.start, zone)
    local = span.start.astimezone(zone)
    if cadence == "q":
        return f"{local.year}-Q{(local.month + 2) // 3}"
    formats = {"w": "%G-W%V", "m": "%Y-%m", "y": "%Y"}
    return local.strftime(formats.get(cadence, "%Y-%m-%d"))


def _is_covered(part: Span, runs: Iterable[Span], zone: ZoneInfo) -> bool:
    inside = timedelta()
    for run in runs:
        if run.start <= part.start and run.end >= part.end:
            return True
        if part.start <= run.start < part.end:
            inside += _wall_length(run, zone)
    return inside >= _wall_length(part, zone)


def _wall_length(span: Span, zone: ZoneInfo) -> timedelta:
    """By the wall clock: a day is 24 hours long on each day of the year."""
    start, end = (instant.astimezone(zone).replace(tzinfo=None) for instant in (span.start, span.end))
    return end - start


def _units_over(whole: Span, unit: str, zone: ZoneInfo) -> Iterator[Span]:
    part = unit_containing(whole.start, unit, zone)
    while part.start < whole.end:
        # A day that the clocks skip whole has no width.
        if part.end > part.start:
            yield part
        part = unit_containing(part.end, unit, zone)


def _dates(day: date, unit: str) -> tuple[date, date]:
    """The first day of a unit, and the first one after it."""
    if unit == "day":
        return day, day + timedelta(days=1)
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        raise ValueError(f'no slice "{unit}": the slices are {", ".join(UNITS)}')
    first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
    years, month = divmod(first.month - 1 + months, 12)
    return first, date(first.year + years, month + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day; where the clocks skip midnight, the end of that gap (PEP 495, fold 0)."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(timezone.utc)
