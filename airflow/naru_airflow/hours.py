"""Hours of the wall clock, as naru has them: they begin where clocks read a full hour, and where a jump takes them into another
one (``naru-core``'s ``interval/hours.rs``).
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)


def hour_containing(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of the hour that an instant lies in, both in UTC."""
    instant = instant.astimezone(timezone.utc)
    local = _reading(instant, zone)
    hour = _full(local)
    return _start(instant, local, hour, zone), _end(instant, local, hour, zone)


def hour_text(start: datetime, zone: ZoneInfo) -> str:
    """``2026-11-22T05``; of an hour that comes a second time with its offset, ``2026-11-01T01-0500``."""
    local = start.astimezone(zone)
    return local.strftime("%Y-%m-%dT%H%z" if local.fold else "%Y-%m-%dT%H")


def _start(instant: datetime, local: datetime, hour: datetime, zone: ZoneInfo) -> datetime:
    straight = instant - (local - hour)
    jump = _jump(straight, instant, zone)
    if jump is None:
        return straight
    # What clocks would have read, had they not jumped.
    before = _reading(jump - _SECOND, zone) + _SECOND
    return jump - (before - hour) if _full(before - _SECOND) == hour else jump


def _end(instant: datetime, local: datetime, hour: datetime, zone: ZoneInfo) -> datetime:
    straight = instant + (hour + _HOUR - local)
    jump = _jump(instant, straight, zone)
    if jump is None:
        return straight
    after = _reading(jump, zone)
    return jump + (hour + _HOUR - after) if _full(after) == hour and after != hour else jump


def _reading(instant: datetime, zone: ZoneInfo) -> datetime:
    """What clocks show."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _full(local: datetime) -> datetime:
    return local.replace(minute=0, second=0, microsecond=0)


def _jump(after: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant in (after, until] at which the zone's offset changes, if it differs at the two. Offsets change on full
    seconds, and never twice within an hour.
    """
    offset = after.astimezone(zone).utcoffset()
    if offset == until.astimezone(zone).utcoffset():
        return None
    low, high = int(after.timestamp()), int(until.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, timezone.utc)
