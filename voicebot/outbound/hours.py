"""Calling hours: a week of times of day, taken in the time zone of whoever is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+"
    r"(?P<begin>\d{1,2}:\d{2})\s*-\s*(?P<end>\d{1,2}:\d{2})\Z"
)
_AHEAD = 9
"""Days that are looked through for the next opening: a week, and what time zones add."""

Span = tuple[time, time]
"""From, until; midnight as the end is the end of the day."""


@dataclass(frozen=True, slots=True)
class CallingHours:
    """When people may be called."""

    week: tuple[tuple[Span, ...], ...]
    """Seven days from Monday on; nobody is called on an empty one."""
    written: str = field(default="", compare=False)
    """As it was parsed."""

    @classmethod
    def parse(cls, text: str) -> CallingHours:
        """Read hours written like `mon-fri 9:00-20:00, sat 10:00-16:00`.

        Raises:
            ValueError: they are not written so; the message says what is wrong.
        """
        week: list[list[Span]] = [[] for _ in _DAYS]
        for part in text.lower().split(","):
            found = _PART.match(part.strip())
            first = found["first"] if found else ""
            last = (found["last"] or first) if found else ""
            if found is None or first not in _DAYS or last not in _DAYS:
                raise ValueError(f"{part.strip()!r} must look like mon-fri 9:00-20:00")
            span = (_time(found["begin"]), _time(found["end"]))
            if span[1] != time(0) and span[0] >= span[1]:
                raise ValueError(f"{part.strip()!r} ends before it begins")
            days = _DAYS.index(last) - _DAYS.index(first)
            for ahead in range(days % 7 + 1):
                week[(_DAYS.index(first) + ahead) % 7].append(span)
        return cls(tuple(tuple(sorted(spans)) for spans in week), text)

    def open_at(self, now: float, zones: Sequence[str]) -> bool:
        """Whether it is calling time in all of the zones; with none, it never is.

        Args:
            now: Seconds since the epoch.
            zones: IANA names.
        """
        return bool(zones) and all(_open(self.week, now, zone) for zone in zones)

    def next_open(self, now: float, zones: Sequence[str]) -> float | None:
        """Return when it is calling time in all of the zones, from `now` on; None: never."""
        if self.open_at(now, zones):
            return now
        return _next_open(self, now, tuple(zones))


# A long list asks about the same moment for thousands of people in a few time zones.
@lru_cache(maxsize=1_024)
def _next_open(hours: CallingHours, now: float, zones: tuple[str, ...]) -> float | None:
    begins = sorted(
        {
            at
            for zone in map(zone_of, zones)
            for at in _instants(hours.week, datetime.fromtimestamp(now, zone).date(), zone)
        }
    )
    return next((at for at in begins if at > now and hours.open_at(at, zones)), None)


@lru_cache(maxsize=1_024)
def _open(week: tuple[tuple[Span, ...], ...], now: float, zone: str) -> bool:
    here = datetime.fromtimestamp(now, zone_of(zone))
    at = here.time()
    return any(begin <= at and (end == time(0) or at < end) for begin, end in week[here.weekday()])


@lru_cache(maxsize=4_096)
def _instants(week: tuple[tuple[Span, ...], ...], today: date, zone: ZoneInfo) -> list[float]:
    days = [today + timedelta(days=ahead) for ahead in range(_AHEAD)]
    return [
        datetime.combine(day, begin, zone).astimezone(UTC).timestamp()
        for day in days
        for begin, _ in week[day.weekday()]
    ]


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone: `Europe/Berlin`."""
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises:
        ZoneInfoNotFoundError, ValueError, OSError: there is none.
    """
    return ZoneInfo(name)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    if text == "24:00":
        return time(0)
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"{text!r} is no time of day") from None
