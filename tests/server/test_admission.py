"""Which callers are taken, and how many."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.desk import Accept, Blocked, Busy, FallbackMenu, IncomingCall
from voicebot.call.parts import Outcome
from voicebot.engines.scheduler import Lane, Scheduler
from voicebot.settings import HandoffSettings, LimitSettings
from voicebot.web.admission import Admission, AdmissionPolicy, Capacity, Verdict
from voicebot.web.reception import Reception

NOON = 1_772_452_800.0
"""2026-03-02, 12:00 UTC."""
ANN, BEN = "+15550100001", "+15550100002"


def talk(admission: Admission, name: str, caller: str, began: float, ended: float) -> None:
    admission.let_in(name, caller, began)
    admission.began(name, began)
    admission.ended(name, ended)


def test_a_caller_may_have_two_calls_at_once_and_no_more() -> None:
    admission = Admission(AdmissionPolicy(per_caller=2))
    admission.let_in("CA1", ANN, NOON)
    admission.let_in("CA2", ANN, NOON)

    assert Verdict.CROWD is admission.decide(ANN, NOON)
    assert Verdict.TAKEN is admission.decide(BEN, NOON)
    assert Verdict.TAKEN is admission.decide("", NOON)
    admission.ended("CA1", NOON + 1)
    assert Verdict.TAKEN is admission.decide(ANN, NOON + 1)


def test_a_caller_who_rings_again_and_again_is_turned_down_for_a_while() -> None:
    admission = Admission(AdmissionPolicy(per_caller_hour=3))
    for number in range(3):
        talk(admission, f"CA{number}", ANN, NOON + number, NOON + number + 0.5)

    assert Verdict.CROWD is admission.decide(ANN, NOON + 60)
    assert Verdict.TAKEN is admission.decide(ANN, NOON + 3_601)


def test_a_caller_who_never_came_gives_the_place_back() -> None:
    admission = Admission(AdmissionPolicy(calls=1, expected=60.0))
    admission.let_in("CA1", ANN, NOON)

    assert Verdict.FULL is admission.decide(BEN, NOON + 59)
    assert Verdict.TAKEN is admission.decide(BEN, NOON + 60)


def test_numbers_and_beginnings_of_numbers_are_turned_down() -> None:
    admission = Admission(AdmissionPolicy(blocked=(ANN, "+1900")))

    assert Verdict.BLOCKED is admission.decide(ANN, NOON)
    assert Verdict.BLOCKED is admission.decide("+19005550123", NOON)
    assert Verdict.TAKEN is admission.decide(BEN, NOON)


def test_the_days_minutes_are_counted_up_to_midnight() -> None:
    admission = Admission(AdmissionPolicy(minutes_per_day=10))
    midnight = NOON + 12 * 3600
    talk(admission, "CA1", ANN, midnight - 500, midnight - 100)
    admission.let_in("CA2", BEN, midnight - 201)
    admission.began("CA2", midnight - 201)

    assert Verdict.TAKEN is admission.decide(ANN, midnight - 2)
    assert Verdict.SPENT is admission.decide(ANN, midnight - 0.5)
    # The call under way goes on into the next day, and counts there.
    assert pytest.approx(30.0) == admission.seconds_today(midnight + 30)
    assert Verdict.TAKEN is admission.decide(ANN, midnight + 30)
    admission.ended("CA2", midnight + 60)
    assert pytest.approx(60.0) == admission.seconds_today(midnight + 90)


def test_long_waits_lower_the_limit_below_what_is_live() -> None:
    capacity = Capacity(AdmissionPolicy(calls=32))
    capacity.observe(0.8, 16, NOON)

    assert 13 == capacity.limit
    # Its effect is waited for.
    capacity.observe(0.8, 16, NOON + 1)
    assert 13 == capacity.limit
    capacity.observe(0.8, 13, NOON + 6)
    assert 11 == capacity.limit


def test_the_limit_grows_only_where_it_is_used_and_nobody_waits() -> None:
    capacity = Capacity(AdmissionPolicy(calls=32))
    capacity.observe(0.8, 10, NOON)
    assert 8 == capacity.limit
    capacity.observe(0.0, 3, NOON + 10)
    capacity.observe(0.3, 8, NOON + 20)
    assert 8 == capacity.limit
    capacity.observe(0.0, 8, NOON + 30)
    assert 9 == capacity.limit


def test_a_machine_whose_calls_wait_beyond_a_number_is_held_near_that_number() -> None:
    """A queue of one server: waits are short up to twelve calls, and long above."""
    capacity = Capacity(AdmissionPolicy(calls=32))
    live, now, seen = 0, NOON, []
    for _ in range(2_000):
        now += 1
        live = min(live + 1, capacity.limit)
        capacity.observe(0.05 if live <= 12 else 0.2 * (live - 11), live, now)
        # Those who are here stay for a minute and a half on average.
        live -= live > capacity.limit or _ % 9 == 0
        seen.append(live)

    assert 10 <= sum(seen[-500:]) / 500 <= 14


@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.integers(0, 64), st.floats(0, 20)), min_size=1, max_size=200
    )
)
def test_the_limit_stays_within_its_bounds(looks: list[tuple[float, int, float]]) -> None:
    capacity, now = Capacity(AdmissionPolicy(calls=20)), NOON
    for waited, live, later in looks:
        now += later
        capacity.observe(waited, live, now)
        assert 1 <= capacity.limit <= 20


@given(
    st.lists(
        st.tuples(st.sampled_from(["in", "began", "ended"]), st.integers(0, 8), st.floats(0, 100)),
        max_size=60,
    )
)
def test_no_order_of_events_loses_a_place(steps: list[tuple[str, int, float]]) -> None:
    admission, now = Admission(AdmissionPolicy(calls=100)), NOON
    for step, number, later in steps:
        now += later
        name = f"CA{number}"
        match step:
            case "in":
                admission.let_in(name, ANN, now)
            case "began":
                admission.began(name, now)
            case "ended":
                admission.ended(name, now)
        assert admission.seconds_today(now) >= 0
    for number in range(9):
        admission.ended(f"CA{number}", now)
    assert 0 == admission.live


def reception(tmp_path: Path, **limits: object) -> Reception:
    settings = LimitSettings.model_validate({"closed_file": tmp_path / "closed", **limits})
    return Reception(settings, HandoffSettings(), ready=lambda: True)


def ringing(number: int, caller: str = ANN) -> IncomingCall:
    return IncomingCall(f"CA{number:032x}", caller, "+15550100000")


async def test_callers_hear_what_their_case_asks_for(tmp_path: Path) -> None:
    front = reception(tmp_path, calls=3, per_caller=2, blocked=[BEN])

    assert isinstance(await front.answer(ringing(1)), Accept)
    assert isinstance(await front.answer(ringing(2, BEN)), Blocked)
    assert isinstance(await front.answer(ringing(3)), Accept)
    assert isinstance(await front.answer(ringing(4)), Busy)
    assert isinstance(await front.answer(ringing(5, "")), Accept)
    full = await front.answer(ringing(6, ""))
    assert isinstance(full, FallbackMenu)
    assert "busy" in full.say
    front.ended(ringing(1).call_sid, Outcome("resolved"))
    assert isinstance(await front.answer(ringing(7, "")), Accept)


async def test_a_file_closes_the_hotline_and_opens_it_again(tmp_path: Path) -> None:
    front = reception(tmp_path)
    (tmp_path / "closed").touch()

    assert isinstance(await front.answer(ringing(1)), FallbackMenu)
    (tmp_path / "closed").unlink()
    assert isinstance(await front.answer(ringing(2)), Accept)


async def test_the_delay_is_how_long_callers_words_waited_for_the_recogniser() -> None:
    scheduler = Scheduler()
    hold = threading.Event()
    try:
        assert 0.0 == scheduler.delay(Lane.RECOGNISER)
        first = asyncio.create_task(scheduler.run(Lane.RECOGNISER, hold.wait))
        await asyncio.sleep(0)
        second = asyncio.create_task(scheduler.run(Lane.RECOGNISER, lambda: None))
        await asyncio.sleep(0.2)
        assert scheduler.delay(Lane.RECOGNISER) >= 0.1
        assert 0.0 == scheduler.delay(Lane.SYNTHESISER)
        hold.set()
        await asyncio.gather(first, second)
    finally:
        hold.set()
        scheduler.close()
