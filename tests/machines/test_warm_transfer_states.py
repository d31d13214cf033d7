"""Every state that a warm transfer can reach within six events, and what holds in all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from telephony.calls import CallStatus
from telephony.transfer.commands import (
    Announce,
    BringBack,
    CheckRoom,
    Command,
    Dial,
    Dismiss,
    Mark,
    MoveCaller,
    Outcome,
    Reason,
    Settle,
    TellNext,
    Went,
)
from telephony.transfer.facts import (
    Announced,
    BroughtBack,
    CallerGone,
    CallerJoined,
    CallerLeft,
    CallerReleased,
    CallerResumed,
    Chose,
    Dialled,
    Dismissed,
    Fact,
    Key,
    LegChanged,
    Moved,
    Order,
    PersonJoined,
    PersonLeft,
    RoomAsked,
    RoomSeen,
    RoomStarted,
    RoomUnseen,
    Screened,
    StreamLost,
    Unavailable,
    Withdrawn,
)
from telephony.transfer.machine import WarmTransfer
from telephony.transfer.state import (
    OVER,
    WITH_BOT,
    LegState,
    Stage,
    TransferPolicy,
    TransferState,
)

PEOPLE = 2
DEPTH = 6
NOW = 1_000.0
POLICY = TransferPolicy(returns=3)


class Timer:
    """Nothing happens until the next deadline."""


def of_person(person: int) -> Iterator[Fact]:
    leg = f"leg{person}"
    for order in (Order.DONE, Order.REFUSED, Order.UNCLEAR):
        yield Dialled(person, order, leg if order is Order.DONE else "")
    yield Unavailable(person)
    yield LegChanged(person, CallStatus.RINGING, leg)
    yield LegChanged(person, CallStatus.IN_PROGRESS, leg)
    yield LegChanged(person, CallStatus.BUSY, leg)
    yield LegChanged(person, CallStatus.COMPLETED, leg)
    yield Screened(person, leg)
    for key in Key:
        yield Chose(person, key, leg)
    yield PersonJoined(person)
    yield PersonLeft(person)
    yield Dismissed(person, Order.DONE)
    yield Dismissed(person, Order.UNCLEAR)
    yield RoomStarted(person)


ALPHABET: tuple[Fact | Timer, ...] = (
    *(fact for person in range(PEOPLE) for fact in of_person(person)),
    Announced(),
    Withdrawn(),
    StreamLost(),
    CallerGone(),
    *(Moved(order) for order in Order),
    RoomAsked(),
    CallerJoined(),
    CallerLeft(),
    CallerReleased(bot=True),
    CallerReleased(bot=False),
    *(BroughtBack(order) for order in Order),
    CallerResumed(),
    *(RoomSeen(person, caller) for person in (True, False) for caller in (True, False)),
    RoomUnseen(),
    Timer(),
)

Step = tuple[TransferState, Fact | Timer, TransferState, list[Command]]


def since(state: TransferState, now: float) -> TransferState:
    """Return the state as it is at `NOW`, so that equal ones can be told."""

    def shifted(at: float | None) -> float | None:
        return None if at is None else at - now + NOW

    legs = tuple(replace(leg, again_at=shifted(leg.again_at)) for leg in state.legs)
    return replace(state, step_at=shifted(state.step_at), cap_at=shifted(state.cap_at), legs=legs)


def advance(state: TransferState, event: Fact | Timer) -> tuple[TransferState, list[Command]]:
    machine = WarmTransfer(state, POLICY)
    if isinstance(event, Timer):
        now = machine.deadline or NOW
        done = machine.expire(now)
        return since(machine.state, now), done
    done = machine.handle(event, NOW)
    return machine.state, done


@cache
def explored() -> tuple[frozenset[TransferState], list[Step]]:
    """Return all states that six events can lead to, and each step between them."""
    first = WarmTransfer(TransferState(PEOPLE), POLICY)
    first.begin(NOW)
    found = {first.state}
    steps: list[Step] = []
    edge = [first.state]
    for _ in range(DEPTH):
        following: list[TransferState] = []
        for state in edge:
            for event in ALPHABET:
                if getattr(event, "person", 0) not in range(len(state.legs)):
                    continue
                after, commands = advance(state, event)
                steps.append((state, event, after, commands))
                if after not in found:
                    found.add(after)
                    following.append(after)
        edge = following
    return frozenset(found), steps


def changed(state: TransferState, event: Fact | Timer) -> str:
    return f"{event} in {state}"


def test_all_stages_are_reached() -> None:
    states, steps = explored()

    assert set(Stage) == {state.stage for state in states}
    assert set(Outcome) == {state.outcome for state in states if state.outcome}
    assert len(states) > 5_000
    assert len(steps) > 50_000


def test_a_transfer_that_goes_on_always_knows_when_it_has_lasted_too_long() -> None:
    states, _ = explored()

    for state in states:
        assert (WarmTransfer(state).deadline is None) is (state.stage is Stage.ENDED), state


def test_it_ends_once_and_asks_for_nothing_afterwards() -> None:
    for before, event, after, commands in explored()[1]:
        settled = [command for command in commands if isinstance(command, Settle)]
        assert len(settled) == (before.outcome is None and after.outcome is not None), changed(
            before, event
        )
        if before.stage in OVER:
            assert after.stage in OVER
            assert all(isinstance(command, Dismiss | Mark) for command in commands)
        if before.stage is Stage.ENDED:
            assert (before, []) == (after, commands)


def test_never_are_two_people_rung_or_one_of_them_twice() -> None:
    for before, event, after, commands in explored()[1]:
        dialled = [command.person for command in commands if isinstance(command, Dial)]
        assert list(range(len(before.legs), len(after.legs))) == dialled, changed(before, event)
        wanted = [leg for leg in after.legs if not leg.unwanted and leg.state is not LegState.OVER]
        assert len(wanted) <= 1
        assert all(after.legs[-1] is leg for leg in wanted)


def test_what_became_of_each_offer_is_noted_once() -> None:
    """Nobody is free again before their leg is over, and whose leg is over is free again."""
    for before, event, after, commands in explored()[1]:
        for person, leg in enumerate(after.legs):
            was = before.legs[person] if person < len(before.legs) else None
            noted = [c.went for c in commands if isinstance(c, Mark) and c.person == person]
            is_over = leg.state is LegState.OVER and was and was.state is not LegState.OVER
            ends = [went for went in noted if went is not Went.TAKEN]
            offered = leg.fate is not None
            assert len(ends) == bool(is_over and offered), changed(before, event)
            assert (Went.TAKEN in noted) is bool(leg.taken and not (was and was.taken))
            assert (Went.FINISHED in ends) is bool(is_over and leg.taken)
            if leg.taken:
                assert offered, changed(before, event)


def test_whoever_is_not_free_is_passed_over_without_a_word() -> None:
    for before, event, after, commands in explored()[1]:
        if isinstance(event, Unavailable) and WarmTransfer(before).is_wanted(event.person):
            assert not any(isinstance(command, TellNext) for command in commands)
            if before.legs[-1].state in (LegState.ASKED, LegState.UNCLEAR):
                assert after.legs[event.person].state is LegState.OVER


def test_the_caller_is_moved_once_and_only_to_somebody() -> None:
    for before, event, after, commands in explored()[1]:
        if any(isinstance(command, MoveCaller) for command in commands):
            assert before.stage is Stage.ANNOUNCING, changed(before, event)
            assert WarmTransfer(after).is_room_open
        # What was left once is never entered again.
        if before.stage not in WITH_BOT:
            assert after.stage not in WITH_BOT
        if any(isinstance(command, Announce) for command in commands):
            assert after.stage is Stage.ANNOUNCING


def test_a_caller_who_may_be_alone_is_soon_looked_after() -> None:
    """In the room without a person: brought back, looked for, or about to be."""
    soon = NOW + max(POLICY.alone, POLICY.check, POLICY.order)

    for state in explored()[0]:
        if state.stage in (Stage.MOVING, Stage.RETURNING):
            deadline = WarmTransfer(state).deadline
            assert deadline is not None
            assert deadline <= soon, state


def test_a_caller_who_entered_an_empty_room_is_brought_back_at_once() -> None:
    for before, event, after, commands in explored()[1]:
        if (
            isinstance(event, PersonLeft)
            and WarmTransfer(before).is_wanted(event.person)
            and before.stage is Stage.MOVING
            and before.roomed
            and not before.joined
        ):
            assert BringBack() in commands, changed(before, event)
            assert after.stage is Stage.RETURNING


def test_a_repeated_fact_asks_for_nothing_again() -> None:
    once = (Dial, Mark, Announce, MoveCaller, BringBack, Settle)

    for _, event, after, _ in explored()[1]:
        if not isinstance(event, Timer):
            _, again = advance(after, event)
            assert not [command for command in again if isinstance(command, once)], changed(
                after, event
            )


def test_every_transfer_ends_although_nobody_ever_says_anything_again() -> None:
    """Callbacks lost, orders without an answer: time alone ends it from every state."""
    ended: set[TransferState] = set()
    for state in explored()[0]:
        path: list[TransferState] = []
        while state not in ended and state.stage is not Stage.ENDED:
            path.append(state)
            assert len(path) < 300, state
            state, commands = advance(state, Timer())
            assert not any(isinstance(command, CheckRoom) for command in commands) or (
                state.stage in (Stage.MOVING, Stage.JOINING)
            )
        ended.update(path)


def test_a_state_survives_being_stored() -> None:
    for state in explored()[0]:
        assert state == TransferState.from_json(json.loads(json.dumps(state.to_json())))


def test_nobody_to_ring_leaves_the_caller_with_the_bot() -> None:
    transfer = WarmTransfer(TransferState(people=0))

    assert [Settle(Outcome.RETURNED, Reason.FAILED)] == transfer.begin(NOW)
    assert Stage.ENDED is transfer.state.stage


def test_facts_of_people_who_were_not_rung_are_ignored() -> None:
    transfer = WarmTransfer(TransferState(PEOPLE))
    transfer.begin(NOW)
    before = transfer.state

    for person in (-1, 1, 7):
        for fact in of_person(person):
            assert [] == transfer.handle(fact, NOW)
    assert before == transfer.state
