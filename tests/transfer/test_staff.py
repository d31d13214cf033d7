"""Callers and a roster: who is free is rung, for one caller at a time; who waits is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialogue.acts import Ask, CallTool
from telephony.simulator import AfterBot, CallerLine
from telephony.simulator.carrier import Person
from tests.telephony.sounds import tone
from tests.transfer.test_end_to_end import bye, said
from tests.transfer.world import ANNA, BEN, CALLER, PUBLIC, virtually, world
from voicebot.journal import CallEnded, CallerQueued, PersonMissed, TransferEnded
from voicebot.staff.line import Waiting, Waits
from voicebot.staff.presence import Doing
from voicebot.staff.roster import Person as Colleague
from voicebot.staff.roster import Roster
from voicebot.staffing import StaffDesk
from voicebot.store import Store, open_store

TAKES = Person.takes_calls(says=tone(1.0))
ROSTER = Roster(
    {"anna": Colleague("anna", "Anna", ANNA, pin="4711"), "ben": Colleague("ben", "Ben", BEN)},
    wrap_up=20.0,
)
EPOCH = 1_700_000_000.0
STORES: list[Store] = []


@pytest.fixture(autouse=True)
def _store(tmp_path: Path) -> Iterator[None]:
    with open_store(f"sqlite:///{tmp_path / 'staff.sqlite3'}") as store:
        STORES[:] = [store]
        yield


def desk(*there: str, patience: float = 60.0) -> StaffDesk:
    """Return the desk of a morning on which these people have signed in."""
    book = STORES[0].staff
    for number, person in enumerate(there):
        at = EPOCH - 100.0 + number
        book.change(person, lambda state, at=at: state.sign_in(at))  # type: ignore[misc]
    loop = asyncio.get_running_loop()
    return StaffDesk(ROSTER, book, talk=100.0, patience=patience, clock=lambda: EPOCH + loop.time())


def doing(person: str) -> Doing:
    return STORES[0].staff.presences()[person].doing


@virtually
async def test_only_who_is_signed_in_is_rung_and_what_they_do_is_known() -> None:
    people = {ANNA: TAKES.leaving(8.0), BEN: TAKES.leaving(8.0)}
    async with world(people=people, staff=desk("ben"), after="goodbye") as w:
        caller = await w.caller()
        ben = await w.carrier.rung(BEN)
        assert Doing.RINGING is doing("ben")
        await w.carrier.met(caller, ben)
        assert Doing.TALKING is doing("ben")
        await caller.ended()
        await asyncio.sleep(1.0)

        assert Doing.WRAP_UP is doing("ben")
        assert [] == [call for call in w.carrier.calls if call.to == ANNA]
        assert [] == STORES[0].staff.waiting()
        assert [CallEnded("transferred")] == w.found(CallEnded)


@virtually
async def test_who_lets_it_ring_is_followed_by_who_is_free_and_then_the_caller_is_told() -> None:
    people = {ANNA: Person.never_answers(), BEN: Person.declines()}
    staff = desk("anna", "ben")
    async with world(people=people, words=["Bye."], staff=staff, ring=5) as w:
        caller = await w.caller(bye(18.0))
        await caller.ended()

        assert ["no-answer"] == [event.reason for event in w.found(PersonMissed)]
        (ended,) = w.found(TransferEnded)
        assert ("returned", "declined") == (ended.outcome, ended.reason)
        anna, ben = (STORES[0].staff.presences()[name] for name in ("anna", "ben"))
        assert (Doing.FREE, 1) == (anna.doing, anna.misses)
        assert (Doing.FREE, 0) == (ben.doing, ben.misses)


@virtually
async def test_while_all_talk_the_caller_waits_is_told_how_long_and_is_next() -> None:
    staff, book = desk("anna"), STORES[0].staff
    book.change("anna", lambda state: state.offer("another", EPOCH))
    book.change("anna", lambda state: state.take("another", EPOCH))
    async with world(people={ANNA: TAKES.leaving(6.0)}, staff=staff, after="goodbye") as w:
        caller = await w.caller()
        queued = await w.journalled(CallerQueued)
        assert queued.wait == pytest.approx(97.0, abs=3.0)
        assert any("it takes about 2 minutes" in text for text in said(w))
        assert [Waits.ON_THE_LINE] == [one.kind for one in book.waiting()]

        book.change("anna", lambda state: state.finish("another", staff.now, wrap_up=5.0))
        anna = await w.carrier.rung(ANNA)
        await w.carrier.met(caller, anna)
        await caller.ended()

        asked = (caller.answered_at or 0.0) + 2.0
        assert caller.longest_silence(asked, anna.answered_at) < 1.5
        assert [CallEnded("transferred")] == w.found(CallEnded)


@virtually
async def test_who_comes_later_does_not_get_the_person_first() -> None:
    staff, book = desk("anna", patience=6.0), STORES[0].staff
    book.join(Waiting("earlier", "", EPOCH - 3.0))
    async with world(people={ANNA: TAKES}, staff=staff) as w:
        caller = await w.caller()
        await w.journalled(TransferEnded)
        await asyncio.sleep(1.0)
        caller.hang_up()

        assert "Nobody is there. Anything else?" in said(w)
        assert Doing.FREE is doing("anna")
        assert ["earlier"] == [one.call for one in book.waiting()]


@virtually
async def test_a_caller_who_no_longer_wants_a_person_leaves_the_line() -> None:
    staff, book = desk("anna"), STORES[0].staff
    book.change("anna", lambda state: state.offer("another", EPOCH))
    book.change("anna", lambda state: state.take("another", EPOCH))
    async with world(people={ANNA: TAKES}, words=["Never mind.", "Bye."], staff=staff) as w:
        caller = await w.caller(bye(14.0), bye(24.0))
        await w.journalled(CallerQueued)
        await caller.ended()

        (ended,) = w.found(TransferEnded)
        assert ("returned", "withdrawn") == (ended.outcome, ended.reason)
        assert [] == book.waiting()
        assert [CallEnded("resolved")] == w.found(CallEnded)


@virtually
async def test_where_nobody_is_there_the_caller_is_told_at_once() -> None:
    async with world(people={ANNA: TAKES}, staff=desk()) as w:
        caller = await w.caller()
        await w.journalled(TransferEnded)
        await asyncio.sleep(1.0)
        caller.hang_up()

        assert "Nobody is there. Anything else?" in said(w)
        assert [] == [call for call in w.carrier.calls if call.to == ANNA]


@virtually
async def test_of_two_offers_at_once_one_is_made() -> None:
    staff = desk("anna")

    offered = await asyncio.gather(*(staff.offer(ANNA, f"call{n}") for n in range(8)))

    assert 1 == sum(offered)
    winner = f"call{offered.index(True)}"
    assert await staff.offer(ANNA, winner)


@virtually
async def test_who_would_rather_be_called_back_keeps_their_place() -> None:
    staff, book = desk("anna"), STORES[0].staff
    book.change("anna", lambda state: state.offer("another", EPOCH))
    book.change("anna", lambda state: state.take("another", EPOCH))
    answers = {
        "Call me back.": [CallTool("request_call_back", {"phone": "2025550143"}, "k", True)],
        "tool ok": [Ask("My colleague calls you. Anything else?")],
    }
    async with world(
        people={ANNA: TAKES}, words=["Call me back.", "Bye."], answers=answers, staff=staff
    ) as w:
        caller = await w.caller(bye(14.0), bye(24.0))
        await w.journalled(CallerQueued)
        since = book.waiting()[0].since
        await caller.ended()

        (one,) = book.waiting()
        assert (Waits.FOR_A_CALL, "+12025550143", since) == (one.kind, one.number, one.since)
        assert "Nobody is there. Anything else?" not in said(w)
        assert [CallEnded("resolved")] == w.found(CallEnded)


@virtually
async def test_people_sign_in_and_out_from_their_telephone() -> None:
    def keys(digits: str) -> CallerLine:
        return CallerLine(digits=digits, when=AfterBot(quiet=0.4))

    number = "+15550100077"
    async with world(staff=desk()) as w:
        w.carrier.add_number(number, f"{PUBLIC}/twilio/staff")
        right = [keys("1234#"), keys("4711#"), keys("1"), keys("3"), keys("9")]
        call = await w.carrier.call(number, right, caller=ANNA)
        await call.ended()
        assert Doing.FREE is doing("anna")

        call = await w.carrier.call(number, [keys("4711#"), keys("2"), keys("9")], caller=ANNA)
        await call.ended()
        assert Doing.AWAY is doing("anna")

        stranger = await w.carrier.call(number, [keys("4711#"), keys("1")], caller=CALLER)
        await stranger.ended()
        guessing = [keys(f"000{n}#") for n in range(5)]
        guesser = await w.carrier.call(number, [*guessing, keys("4711#"), keys("1")], caller=ANNA)
        await guesser.ended()
        assert Doing.AWAY is doing("anna")
