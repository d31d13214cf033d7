"""When people may be called, by the clock on their own wall, and what their numbers tell."""

from __future__ import annotations

import pytest

from tests.outbound.people import BERLIN, LOS_ANGELES, NEW_YORK, PREMIUM, at
from voicebot.outbound.hours import CallingHours
from voicebot.outbound.numbers import facts_of

HOURS = CallingHours.parse("mon-fri 9:00-20:00, sat 10:00-16:00")
EAST, WEST = "America/New_York", "America/Los_Angeles"


def test_a_number_tells_its_country_and_time_zones() -> None:
    for number, country, zone in (
        (NEW_YORK, "US", EAST),
        (LOS_ANGELES, "US", WEST),
        (BERLIN, "DE", "Europe/Berlin"),
    ):
        facts = facts_of(number)
        assert facts is not None
        assert (country, (zone,)) == (facts.country, facts.zones)


@pytest.mark.parametrize(
    "number",
    [PREMIUM, "+18005550143", "+15551234567", "12125550143", "+1212", "", "+999123", "911"],
)
def test_what_is_nobodys_ordinary_number_tells_nothing(number: str) -> None:
    assert facts_of(number) is None


def test_hours_hold_where_the_person_is() -> None:
    assert HOURS.open_at(at("2026-03-02 10:00"), [EAST])
    assert not HOURS.open_at(at("2026-03-02 10:00"), [WEST]), "seven in the morning"
    assert not HOURS.open_at(at("2026-03-02 10:00"), [EAST, WEST]), "perhaps seven"
    assert HOURS.open_at(at("2026-03-02 12:00"), [EAST, WEST])
    assert not HOURS.open_at(at("2026-03-02 20:00"), [EAST])
    assert not HOURS.open_at(at("2026-03-01 12:00"), [EAST]), "a Sunday"
    assert not HOURS.open_at(at("2026-03-02 10:00"), [])


def test_the_next_opening_is_found_over_the_weekend_and_in_all_zones() -> None:
    assert at("2026-03-09 09:00") == HOURS.next_open(at("2026-03-07 17:00"), [EAST])
    assert at("2026-03-02 12:00") == HOURS.next_open(at("2026-03-02 08:00"), [EAST, WEST])
    assert at("2026-03-02 10:00") == HOURS.next_open(at("2026-03-02 10:00"), [EAST])


def test_summer_time_moves_the_hours_with_the_clock_on_the_wall() -> None:
    # In New York clocks went forward on Sunday 8 March 2026.
    before, after = at("2026-03-06 09:00"), at("2026-03-09 09:00")
    assert after - before == 3 * 86_400 - 3_600
    assert after == HOURS.next_open(at("2026-03-08 12:00"), [EAST])


def test_hours_that_never_meet_never_come() -> None:
    night = CallingHours.parse("mon 9:00-10:00")
    assert night.next_open(at("2026-03-02 08:00"), [EAST, "Asia/Tokyo"]) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("mon", "must look like"),
        ("mon-fry 9:00-10:00", "must look like"),
        ("mon 9:00-25:00", "no time of day"),
        ("mon 10:00-9:00", "ends before"),
        ("", "must look like"),
    ],
)
def test_hours_that_are_written_wrong_say_so(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        CallingHours.parse(text)


def test_midnight_ends_a_day() -> None:
    assert CallingHours.parse("fri-mon 18:00-24:00").open_at(at("2026-03-01 23:59"), [EAST])
