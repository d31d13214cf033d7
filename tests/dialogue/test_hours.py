"""When people are there, in their own time zone, and in words."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from dialogue.hours import Hours, Span, clock, moment, waiting

DAY = (Span(time(9), time(12)), Span(time(13), time(17, 30)))
HOURS = Hours(
    "America/New_York",
    (DAY, DAY, DAY, DAY, DAY, (Span(time(20), time(0)),), ()),
    {"2026-12-25": (), "2026-12-24": (Span(time(9), time(11)),)},
)


@pytest.mark.parametrize(
    ("now", "opened"),
    [
        ("2026-03-02T08:59:59-05:00", False),
        ("2026-03-02T09:00:00-05:00", True),
        ("2026-03-02T12:00:00-05:00", False),
        ("2026-03-02T15:00:00+00:00", True),
        ("2026-03-02T22:30:00+00:00", False),
        # The clocks have changed: four hours behind UTC.
        ("2026-03-09T13:00:00+00:00", True),
        ("2026-03-07T23:59:00-05:00", True),
        ("2026-03-08T00:00:00-05:00", False),
        ("2026-12-25T10:00:00-05:00", False),
        ("2026-12-24T10:00:00-05:00", True),
        ("2026-12-24T11:00:00-05:00", False),
    ],
)
def test_somebody_is_there(now: str, opened: bool) -> None:
    read = moment(now)
    assert read is not None
    assert opened is HOURS.open_at(read)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-03-02T07:00:00-05:00", "today at nine in the morning"),
        ("2026-03-02T12:10:00-05:00", "today at one in the afternoon"),
        ("2026-03-02T18:00:00-05:00", "tomorrow at nine in the morning"),
        ("2026-03-06T18:00:00-05:00", "tomorrow at eight in the evening"),
        ("2026-03-08T10:00:00-05:00", "tomorrow at nine in the morning"),
        ("2026-12-24T12:00:00-05:00", "on Saturday at eight in the evening"),
    ],
)
def test_the_next_opening_in_words(now: str, words: str) -> None:
    read = moment(now)
    assert read is not None
    assert words == HOURS.opens_in_words(read)


def test_nobody_within_two_weeks_is_not_promised() -> None:
    never = Hours("UTC", ((),) * 7, {"2026-06-01": DAY})
    assert "" == never.opens_in_words(datetime.fromisoformat("2026-03-02T10:00:00+00:00"))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(9, 30), "half past nine in the morning"),
        (time(12), "noon"),
        (time(0), "midnight"),
        (time(14, 5), "two oh five in the afternoon"),
        (time(19, 45), "seven 45 in the evening"),
    ],
)
def test_a_time_of_day(at: time, words: str) -> None:
    assert words == clock(at)


def test_waiting_is_rounded_up_to_minutes() -> None:
    assert ["about a minute", "about a minute", "about 2 minutes", "about 10 minutes"] == [
        waiting(seconds) for seconds in (0, 60, 61, 600)
    ]


@pytest.mark.parametrize("now", ["", "yesterday", "2026-03-02T10:00:00", "2026-13-01T00:00+00:00"])
def test_a_time_that_cannot_be_trusted_is_none(now: str) -> None:
    assert moment(now) is None
