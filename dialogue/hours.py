"""When people can be reached: opening hours in their own time zone, and the next opening in words.

Pure: the time comes in as ISO 8601 with its offset, and the hours are data of the hotline.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from dialogue import spoken_german
from dialogue.spoken import when
from dialogue.understanding import english_handover as words

_AHEAD = 14
"""Days that are looked through for the next opening."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a day."""

    opens: time
    closes: time
    """Midnight stands for the end of the day."""

    def holds(self, at: time) -> bool:
        """Whether a time of day lies in it."""
        return self.opens <= at and (self.closes == time(0) or at < self.closes)


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of opening hours, and the days that are otherwise."""

    timezone: str
    """IANA name: `America/New_York`."""
    week: tuple[tuple[Span, ...], ...]
    """Seven days from Monday on; an empty one is closed."""
    special: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """By date (`2026-12-25`)."""

    def open_at(self, now: datetime) -> bool:
        """Whether somebody is there."""
        here = now.astimezone(ZoneInfo(self.timezone))
        return any(span.holds(here.time()) for span in self._day(here))

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when somebody is there again; None if not within two weeks."""
        here = now.astimezone(ZoneInfo(self.timezone))
        return next((opening for opening in self._openings(here) if opening > here), None)

    def opens_in_words(self, now: datetime, language: str = "en") -> str:
        """Return when somebody is there again as one would say it: `tomorrow at nine in the
        morning`, `morgen um neun Uhr`; empty if not within two weeks."""
        opening = self.next_opening(now)
        if opening is None:
            return ""
        today = now.astimezone(ZoneInfo(self.timezone)).date()
        if language == "de":
            return spoken_german.moment(opening, today)
        return f"{when(opening.date(), today)} {words.AT} {clock(opening.time())}"

    def _day(self, day: datetime) -> tuple[Span, ...]:
        return self.special.get(day.date().isoformat(), self.week[day.weekday()])

    def _openings(self, here: datetime) -> Iterator[datetime]:
        for ahead in range(_AHEAD + 1):
            day = here + timedelta(days=ahead)
            for span in self._day(day):
                yield datetime.combine(day.date(), span.opens, here.tzinfo)


def clock(at: time) -> str:
    """Return a time of day as one would say it: `half past nine in the morning`, `noon`."""
    if at == time(12):
        return words.NOON
    if at == time(0):
        return words.MIDNIGHT
    hour = words.HOURS[at.hour % 12]
    part = next(part for before, part in words.PARTS_OF_DAY if at.hour < before)
    match at.minute:
        case 0:
            said = hour
        case 30:
            said = words.HALF_PAST.format(hour=hour)
        case minute if minute < 10:
            said = f"{hour} {words.OH} {words.HOURS[minute]}"
        case minute:
            said = f"{hour} {minute}"
    return f"{said} {part}"


def waiting(seconds: float, language: str = "en") -> str:
    """Return a time of waiting as one would say it, rounded up to whole minutes."""
    minutes = max(1, -(-int(seconds) // 60))
    if language == "de":
        return spoken_german.waiting(minutes)
    return words.ONE_MINUTE if minutes == 1 else words.MINUTES.format(minutes=minutes)


def moment(now: str) -> datetime | None:
    """Read a time as the driver gives it; None where it gives none, or one without an offset."""
    try:
        read = datetime.fromisoformat(now) if now else None
    except ValueError:
        return None
    return read if read is not None and read.tzinfo is not None else None
