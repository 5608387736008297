"""Which upstream intervals a run waits for, and which of them successful runs cover."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from naru_airflow.slices import Span, last_over, missing, text, wanted

SEOUL = ZoneInfo("Asia/Seoul")
NEW_YORK = ZoneInfo("America/New_York")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def at(local: str, zone: ZoneInfo = SEOUL) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone)


def span(start: str, end: str, zone: ZoneInfo = SEOUL) -> Span:
    return Span(at(start, zone), at(end, zone))


@pytest.mark.parametrize(
    ("start", "end", "slice_unit", "upstream", "first", "last", "count"),
    [
        # A monthly job waits for all days of its month, a daily one for the month that its day lies in.
        ("2026-11-01", "2026-12-01", "month", "d", "2026-11-01", "2026-11-30", 30),
        ("2026-11-22", "2026-11-23", "month", "m", "2026-11", "2026-11", 1),
        ("2026-11-22", "2026-11-23", "day", "d", "2026-11-22", "2026-11-22", 1),
        ("2026-11-22", "2026-11-23", "day", "h", "2026-11-22T00", "2026-11-22T23", 24),
        ("2026-11-22T05:00", "2026-11-22T06:00", "day", "d", "2026-11-22", "2026-11-22", 1),
        ("2026-10-01", "2027-01-01", "quarter", "m", "2026-10", "2026-12", 3),
        ("2026-01-01", "2027-01-01", "year", "q", "2026-Q1", "2026-Q4", 4),
        # Weeks that a month cuts belong to it whole.
        ("2026-11-01", "2026-12-01", "month", "w", "2026-W44", "2026-W49", 6),
        ("2026-12-28", "2027-01-04", "week", "d", "2026-12-28", "2027-01-03", 7),
        # A slice shorter than the interval: all of them in it.
        ("2026-11-01", "2026-12-01", "day", "d", "2026-11-01", "2026-11-30", 30),
        # An instant lies in one slice.
        ("2026-11-22", "2026-11-22", "day", "d", "2026-11-22", "2026-11-22", 1),
    ],
)
def test_wanted(start, end, slice_unit, upstream, first, last, count):
    parts = wanted(span(start, end), slice_unit, upstream, SEOUL)
    assert (text(parts[0], upstream, SEOUL), text(parts[-1], upstream, SEOUL), len(parts)) == (first, last, count)


def test_of_an_upstream_on_demand_the_slice_is_wanted_as_one():
    assert wanted(span("2026-11-22", "2026-11-23"), "month", "x", SEOUL) == [span("2026-11-01", "2026-12-01")]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
def test_a_day_has_the_hours_that_the_clocks_give_it(day, hours):
    start = at(day, NEW_YORK)
    parts = wanted(Span(start, start + timedelta(days=1)), "day", "h", NEW_YORK)
    assert len(parts) == hours
    assert all(before.end == after.start for before, after in zip(parts, parts[1:]))


def test_a_day_whose_midnight_is_skipped_begins_where_the_gap_ends():
    # naming-convention.md, "Intervals", 2018-11-04 in America/Sao_Paulo.
    (day,) = wanted(span("2018-11-04T12:00", "2018-11-04T12:00", SAO_PAULO), "day", "d", SAO_PAULO)
    assert day == Span(datetime.fromisoformat("2018-11-04T01:00:00-02:00"), datetime.fromisoformat("2018-11-05T00:00:00-02:00"))


def test_a_slice_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="hour, day, week, month, quarter, year"):
        wanted(span("2026-11-22", "2026-11-23"), "fortnight", "d", SEOUL)


DAYS = wanted(span("2026-11-20", "2026-11-23"), "day", "d", SEOUL)


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ([], [20, 21, 22]),
        ([("2026-11-21", "2026-11-22")], [20, 22]),
        # Of another cadence: a week covers its days, hours cover a day when all are there.
        ([("2026-11-16", "2026-11-23")], []),
        ([(f"2026-11-20T{hour:02}:00", f"2026-11-20T{hour + 1:02}:00") for hour in range(23)], [20, 21, 22]),
        ([("2026-11-20T00:00", "2026-11-20T23:00"), ("2026-11-20T23:00", "2026-11-21T00:00")], [21, 22]),
        # The schedule was moved by hours.
        ([("2026-11-20T06:00", "2026-11-21T06:00"), ("2026-11-21T06:00", "2026-11-22T06:00")], [22]),
        # The same interval twice, as by a rerun, is one interval.
        ([("2026-11-20T00:00", "2026-11-20T12:00")] * 2, [20, 21, 22]),
        # A run of no width, as plain cron makes them in Airflow 3, covers nothing.
        ([("2026-11-20", "2026-11-20")], [20, 21, 22]),
    ],
)
def test_missing(done, left):
    found = missing(DAYS, [span(start, end) for start, end in done], SEOUL)
    assert [part.start.astimezone(SEOUL).day for part in found] == left


def test_a_moved_schedule_covers_a_day_on_which_the_clocks_change():
    days = wanted(span("2026-03-07", "2026-03-09", NEW_YORK), "day", "d", NEW_YORK)
    done = [span(f"2026-03-0{day}T06:00", f"2026-03-0{day + 1}T06:00", NEW_YORK) for day in (7, 8)]
    assert missing(days, done, NEW_YORK) == []


def test_the_last_interval_that_is_over():
    assert last_over("d", at("2026-11-23T00:00"), SEOUL) == span("2026-11-22", "2026-11-23")
    assert last_over("m", at("2026-01-15T09:30"), SEOUL) == span("2025-12-01", "2026-01-01")
