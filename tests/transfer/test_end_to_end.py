"""Warm transfers from the caller's "a person please" to the end, with a carrier and its people.

Everything that can go wrong at every step is played by `python -m tests.transfer.matrix`.
"""

from __future__ import annotations

from telephony.calls import CallStatus
from telephony.simulator import At, CallerLine
from telephony.simulator.carrier import Person, RestFault
from tests.telephony.sounds import tone
from tests.transfer.world import ANNA, BEN, World, virtually, world
from voicebot.journal import CallEnded, PersonMissed, SpeechQueued, StreamStarted, TransferEnded

TAKES = Person.takes_calls(says=tone(1.0))


def bye(at: float) -> CallerLine:
    """Said so many seconds after the answer."""
    return CallerLine(tone(0.6), "bye", At(at))


def said(w: World) -> list[str]:
    return [event.text for event in w.found(SpeechQueued)]


@virtually
async def test_a_person_takes_the_call_and_hangs_up_and_the_bot_goes_on() -> None:
    async with world(people={ANNA: TAKES.leaving(6.0)}, words=["Bye."]) as w:
        caller = await w.caller(bye(14.0))
        anna = await w.carrier.rung(ANNA)
        met = await w.carrier.met(caller, anna)
        announced = next(
            entry.at
            for entry in w.service.journal.entries
            if getattr(entry.event, "source", "") == "prompt:connecting"
        )
        await caller.ended()

        (ended,) = w.found(TransferEnded)
        assert ("bridged", "talk-over", True) == (ended.outcome, ended.reason, ended.comes_back)
        # "I am connecting you now" takes 1.6 s; then both hear each other.
        assert announced + 1.6 < met - (caller.answered_at or 0) < announced + 1.6 + 1.5, w.story()
        assert "You are back. Anything else?" in said(w)
        assert [CallEnded("resolved")] == w.found(CallEnded)
        assert 2 == len(w.found(StreamStarted)) == len(caller.streams)
        assert "carrier" == caller.ended_by
        # Nobody but the caller's own words ended it, and the person heard no key twice.
        assert CallStatus.COMPLETED == anna.status


@virtually
async def test_who_declines_or_is_busy_is_followed_by_the_next_and_then_by_the_bot() -> None:
    people = {ANNA: Person.declines(), BEN: Person.busy()}
    async with world(people=people, words=["Bye."], others=(BEN,)) as w:
        caller = await w.caller(bye(9.0))
        await caller.ended()

        assert ["declined"] == [event.reason for event in w.found(PersonMissed)]
        (ended,) = w.found(TransferEnded)
        assert ("returned", "busy") == (ended.outcome, ended.reason)
        assert "I will try another colleague." in said(w)
        assert "Nobody is there. Anything else?" in said(w)
        assert [CallEnded("resolved")] == w.found(CallEnded)
        assert 1 == len(caller.streams)


@virtually
async def test_a_voicemail_presses_no_key_and_the_call_ends_after_the_talk() -> None:
    people = {ANNA: Person.voicemail(after=0.5, greeting=1.0), BEN: TAKES.leaving(5.0)}
    async with world(people=people, others=(BEN,), after="goodbye") as w:
        caller = await w.caller()
        ben = await w.carrier.rung(BEN)
        await w.carrier.met(caller, ben)
        await caller.ended()

        assert ["voicemail"] == [event.reason for event in w.found(PersonMissed)]
        assert [CallEnded("transferred")] == w.found(CallEnded)
        assert not w.carrier.together(caller, w.carrier.call_to(ANNA))


@virtually
async def test_a_caller_who_hangs_up_takes_the_person_off_the_line() -> None:
    async with world(people={ANNA: Person.takes_calls(presses="")}) as w:
        caller = await w.caller()
        anna = await w.carrier.rung(ANNA)
        await anna.answered()
        caller.hang_up()
        await anna.ended(5.0)

        assert "api" != caller.ended_by
        assert [CallEnded("caller_hung_up")] == w.found(CallEnded)


@virtually
async def test_a_person_who_leaves_at_once_leaves_nobody_alone() -> None:
    """They take the call, and hang up while the caller is told that they are connected."""
    async with world(people={ANNA: TAKES}, words=["Bye."]) as w:
        caller = await w.caller(bye(14.0))
        anna = await w.carrier.rung(ANNA)
        await w.announcing()
        anna.hang_up()
        await caller.ended()

        assert not w.carrier.together(caller, anna)
        assert "Nobody is there. Anything else?" in said(w)
        assert [CallEnded("resolved")] == w.found(CallEnded)


@virtually
async def test_a_move_without_an_answer_is_found_out_about() -> None:
    """The order is carried out, and nobody says so; the person and the caller talk all the same."""
    async with world(people={ANNA: TAKES.leaving(8.0)}, after="goodbye") as w:
        caller = await w.caller()
        anna = await w.carrier.rung(ANNA)
        w.carrier.faults.rest(RestFault.DONE_BUT_HANGS, path=f"/Calls/{caller.sid}")
        await w.carrier.met(caller, anna)
        await caller.ended()

        assert [CallEnded("transferred")] == w.found(CallEnded)


@virtually
async def test_no_silence_is_longer_than_two_seconds_however_long_it_rings() -> None:
    talks = Person.takes_calls(says=tone(20.0)).leaving(8.0)
    people = {ANNA: Person.never_answers(), BEN: talks}
    async with world(people=people, others=(BEN,), after="goodbye", ring=20) as w:
        caller = await w.caller()
        ben = await w.carrier.rung(BEN, timeout=60.0)
        await w.carrier.met(caller, ben)
        await ben.ended()

        asked = (caller.answered_at or 0.0) + 2.0
        assert (ben.ended_at or 0.0) - asked > 25.0
        assert caller.longest_silence(asked, ben.ended_at) < 1.2
