"""Warm transfers as stories: what happened, and what was asked for."""

from __future__ import annotations

import pytest

from bench.transfer.histories import tally
from telephony.calls import CallStatus
from telephony.transfer.commands import (
    Announce,
    BringBack,
    CheckRoom,
    Command,
    Connected,
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
    CallerReleased,
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
    Screened,
    StreamLost,
    Unavailable,
    Withdrawn,
)
from telephony.transfer.machine import WarmTransfer
from telephony.transfer.state import Stage, TransferPolicy, TransferState

LEG = "CA-anna"
POLICY = TransferPolicy()
TAKEN: list[Fact] = [
    Dialled(0, Order.DONE, LEG),
    LegChanged(0, CallStatus.RINGING, LEG),
    LegChanged(0, CallStatus.IN_PROGRESS, LEG),
    Screened(0, LEG),
    Chose(0, Key.ACCEPT, LEG),
]
"""The first person takes the call."""
THERE: list[Fact] = [*TAKEN, PersonJoined(0)]
MOVING: list[Fact] = [*THERE, Announced(), Moved(Order.DONE), RoomAsked()]
TALKING: list[Fact] = [*MOVING, CallerJoined(), RoomStarted(0)]


class Told:
    """A transfer, and what it asked for."""

    def __init__(self, facts: list[Fact], people: int = 2) -> None:
        self.now = 0.0
        self.marks: list[tuple[int, Went]] = []
        """What was noted of people."""
        self.transfer = WarmTransfer(TransferState(people), POLICY)
        self.asked: list[Command] = self.transfer.begin(self.now)
        self.tell(*facts)

    def tell(self, *facts: Fact) -> list[Command]:
        asked = []
        for fact in facts:
            self.now += 0.1
            asked += self._noted(self.transfer.handle(fact, self.now))
        self.asked += asked
        return asked

    def _noted(self, asked: list[Command]) -> list[Command]:
        self.marks += [(c.person, c.went) for c in asked if isinstance(c, Mark)]
        return [c for c in asked if not isinstance(c, Mark)]

    def wait(self) -> list[Command]:
        """Nothing happens until something is overdue."""
        assert self.transfer.deadline is not None
        self.now = self.transfer.deadline
        asked = self._noted(self.transfer.expire(self.now))
        self.asked += asked
        return asked


def test_a_person_takes_the_call_and_the_caller_comes_to_them() -> None:
    told = Told(TALKING)

    assert [Dial(0), Announce(), MoveCaller(), Connected()] == told.asked
    assert Stage.BRIDGED is told.transfer.state.stage


@pytest.mark.parametrize("person", [-1, 1, 7])
def test_only_who_is_rung_may_hear_the_brief_or_enter_the_room(person: int) -> None:
    """Whatever address is asked for."""
    told = Told(TALKING)

    assert told.transfer.is_wanted(0)
    assert not told.transfer.is_wanted(person)


def test_the_caller_is_not_moved_before_they_heard_that_they_are() -> None:
    told = Told(THERE)

    assert Announce() == told.asked[-1]
    assert [MoveCaller()] == told.tell(Announced())


def test_the_person_hangs_up_and_the_caller_is_asked_back() -> None:
    told = Told(TALKING)

    assert [] == told.tell(PersonLeft(0))
    assert [Settle(Outcome.BRIDGED, Reason.TALK_OVER)] == told.tell(CallerReleased())
    assert Stage.ENDED is told.transfer.state.stage


def test_the_caller_hangs_up_after_the_talk() -> None:
    told = Told(TALKING)

    assert Settle(Outcome.BRIDGED, Reason.HUNG_UP) == told.tell(CallerGone())[0]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([Dialled(0, Order.REFUSED)], Reason.FAILED),
        ([LegChanged(0, CallStatus.BUSY, LEG)], Reason.BUSY),
        ([LegChanged(0, CallStatus.NO_ANSWER, LEG)], Reason.NO_ANSWER),
        ([LegChanged(0, CallStatus.FAILED, LEG)], Reason.FAILED),
        ([Screened(0, LEG), Chose(0, Key.DECLINE, LEG)], Reason.DECLINED),
        ([Screened(0, LEG), Chose(0, Key.NONE, LEG)], Reason.VOICEMAIL),
        ([*TAKEN, LegChanged(0, CallStatus.COMPLETED, LEG)], Reason.LEFT),
        ([*THERE, PersonLeft(0)], Reason.LEFT),
    ],
)
def test_whoever_cannot_be_had_is_followed_by_the_next_and_then_by_the_bot(
    facts: list[Fact], reason: Reason
) -> None:
    told = Told(facts)

    assert [TellNext(reason), Dial(1)] == told.asked[-2:]
    assert MoveCaller() not in told.asked

    told.tell(LegChanged(1, CallStatus.BUSY))

    assert Settle(Outcome.RETURNED, Reason.BUSY) == told.asked[-1]
    assert Stage.ENDED is told.transfer.state.stage


def test_a_telephone_that_rings_for_too_long_is_hung_up_before_the_next_one_rings() -> None:
    told = Told([Dialled(0, Order.DONE, LEG)])

    assert [Dismiss(0, LEG, answered=False), TellNext(Reason.NO_ANSWER), Dial(1)] == told.wait()


def test_a_dial_without_an_answer_may_have_been_one() -> None:
    """The telephone rings after all: it is not rung a second time."""
    told = Told([Dialled(0, Order.UNCLEAR), LegChanged(0, CallStatus.RINGING, LEG)])
    told.tell(Screened(0, LEG), Chose(0, Key.ACCEPT, LEG), PersonJoined(0))

    assert [Dial(0), Announce()] == told.asked


def test_a_dial_without_an_answer_is_followed_up_when_it_turns_out_to_be_one_too_late() -> None:
    told = Told([Dialled(0, Order.UNCLEAR)])

    assert [TellNext(Reason.NO_ANSWER), Dial(1)] == told.wait()
    assert not told.transfer.is_wanted(0)
    assert [Dismiss(0, LEG, answered=False)] == told.tell(LegChanged(0, CallStatus.RINGING, LEG))


@pytest.mark.parametrize("so_far", range(len(THERE) + 1))
def test_a_caller_who_hangs_up_takes_the_ringing_with_them(so_far: int) -> None:
    told = Told(THERE[:so_far])
    asked = told.tell(CallerGone())

    assert Settle(Outcome.GONE, Reason.HUNG_UP) == asked[0]
    if so_far:
        assert [Dismiss(0, LEG, answered=so_far > 2)] == asked[1:]
    else:
        # The carrier has not named the leg yet.
        assert [Dismiss(0, LEG, answered=False)] == told.tell(Dialled(0, Order.DONE, LEG))


@pytest.mark.parametrize("so_far", range(len(THERE) + 1))
def test_a_caller_may_change_their_mind_until_they_are_moved(so_far: int) -> None:
    told = Told(THERE[:so_far])

    assert Settle(Outcome.RETURNED, Reason.WITHDRAWN) == told.tell(Withdrawn())[0]
    assert not told.transfer.is_room_open


def test_a_caller_whose_stream_breaks_off_meets_the_person_who_is_there() -> None:
    assert [MoveCaller()] == Told(THERE).tell(StreamLost())
    assert Settle(Outcome.MESSAGE, Reason.STREAM_LOST) == Told(TAKEN).tell(StreamLost())[0]


def test_a_person_who_leaves_as_the_caller_comes_does_not_leave_them_alone() -> None:
    told = Told(MOVING)

    assert [BringBack()] == told.tell(PersonLeft(0))
    assert [Settle(Outcome.RETURNED, Reason.LEFT)] == told.tell(CallerReleased())


def test_a_caller_who_is_not_yet_in_the_room_when_it_empties_never_sees_it() -> None:
    told = Told([*THERE, Announced()])

    assert [] == told.tell(PersonLeft(0))
    assert not told.transfer.is_room_open
    assert [Settle(Outcome.RETURNED, Reason.LEFT)] == told.tell(RoomAsked())


def test_a_caller_found_alone_is_brought_back() -> None:
    told = Told([*MOVING, CallerJoined()])

    assert [CheckRoom()] == told.wait()
    assert told.now <= POLICY.alone + 2
    assert [BringBack()] == told.tell(RoomSeen(person_there=False, caller_there=True))


def test_what_the_carrier_does_not_tell_is_asked_for() -> None:
    told = Told([*MOVING, CallerJoined()])

    assert [CheckRoom()] == told.wait()
    assert [Connected()] == told.tell(RoomSeen(person_there=True, caller_there=True))


def test_a_person_whose_entry_was_not_told_is_found_in_the_room() -> None:
    told = Told(TAKEN)

    assert [CheckRoom()] == told.wait()
    assert [Announce()] == told.tell(RoomSeen(person_there=True, caller_there=False))


def test_a_caller_who_could_not_be_moved_stays_with_the_bot() -> None:
    told = Told([*THERE, Announced()])

    assert [
        Settle(Outcome.RETURNED, Reason.FAILED),
        Dismiss(0, LEG, answered=True),
    ] == told.tell(Moved(Order.REFUSED))


def test_a_caller_who_hung_up_as_they_were_moved_is_gone() -> None:
    told = Told([*THERE, Announced()])

    assert Settle(Outcome.GONE, Reason.HUNG_UP) == told.tell(Moved(Order.GONE))[0]


def test_bringing_back_is_ordered_until_it_succeeds() -> None:
    told = Told([*MOVING, PersonLeft(0)])
    for order in (Order.UNCLEAR, Order.REFUSED, Order.UNCLEAR):
        assert [] == told.tell(BroughtBack(order))
        assert [BringBack()] == told.wait()

    assert [] == told.tell(BroughtBack(Order.DONE))
    assert [Settle(Outcome.MESSAGE, Reason.LEFT)] == told.tell(CallerReleased(bot=False))


def test_nobody_is_rung_once_the_caller_has_waited_long_enough() -> None:
    told = Told([Dialled(0, Order.DONE, LEG), Screened(0, LEG)], people=5)
    while told.now < POLICY.patience:
        told.tell(Screened(told.transfer.state.person, LEG))
        told.wait()

    assert Settle(Outcome.RETURNED, Reason.TOOK_TOO_LONG) in told.asked
    assert told.now <= POLICY.patience + 1
    assert Dial(4) not in told.asked


def test_a_state_of_another_version_is_refused() -> None:
    for data in ({}, {"people": 1, "stage": "flying", "reason": "", "outcome": None, "legs": []}):
        with pytest.raises(ValueError, match="not a transfer of this version"):
            TransferState.from_json(data)


def test_random_histories_with_faults_lose_nobody() -> None:
    """`python -m bench.transfer` plays ten thousand."""
    total = tally(range(1_500))

    assert [] == total.wrongs
    assert {outcome.value for outcome in Outcome} == set(total.outcomes)
    assert total.bridged > 150
    assert total.alone


def test_it_is_noted_who_took_it_who_missed_it_and_who_was_not_needed() -> None:
    talked = Told(TALKING)
    assert [(0, Went.TAKEN)] == talked.marks
    talked.tell(PersonLeft(0))
    assert [(0, Went.TAKEN), (0, Went.FINISHED)] == talked.marks

    tried = Told([Dialled(0, Order.DONE, LEG), Screened(0, LEG), Chose(0, Key.DECLINE, LEG)])
    tried.tell(Dialled(1, Order.DONE, "CA-ben"), LegChanged(1, CallStatus.NO_ANSWER, "CA-ben"))
    assert [(0, Went.DECLINED), (1, Went.MISSED)] == tried.marks

    withdrawn = Told([Dialled(0, Order.DONE, LEG), Withdrawn()])
    assert [] == withdrawn.marks
    withdrawn.tell(Dismissed(0, Order.DONE))
    assert [(0, Went.SPARED)] == withdrawn.marks


def test_who_is_offered_somebody_else_is_passed_over_and_the_caller_hears_nothing_of_it() -> None:
    told = Told([])

    assert [Dial(1)] == told.tell(Unavailable(0))
    assert [Settle(Outcome.RETURNED, Reason.BUSY)] == told.tell(Unavailable(1))
    assert [] == told.marks
    assert Stage.ENDED is told.transfer.state.stage
