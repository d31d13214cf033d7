"""Who comes next, and how long it takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogue.brief import Priority
from voicebot.staff.line import Waiting, Waits, candidates, estimated_wait, in_order, next_for
from voicebot.staff.presence import Presence
from voicebot.staff.roster import Person, Queue, Roster

ANN = Person("ann", "Ann", "+15550100011", ("service",), ("en", "de"))
RAJ = Person("raj", "Raj", "+15550100012", ("service", "billing"), ("en",))
ROSTER = Roster(
    {"ann": ANN, "raj": RAJ}, {"service": Queue("service"), "billing": Queue("billing")}
)


def free(person: str, since: float = 0.0) -> Presence:
    return Presence(person).sign_in(since)


def talking(person: str, since: float) -> Presence:
    offered = free(person).offer("cx", since)
    assert offered is not None
    taken = offered.take("cx", since)
    assert taken is not None
    return taken


def test_urgent_callers_come_first_but_nobody_waits_for_ever() -> None:
    early = Waiting("a", "service", 0.0)
    urgent = Waiting("b", "service", 500.0, priority=Priority.URGENT)
    late = Waiting("c", "service", 550.0, priority=Priority.HIGH)

    assert ["b", "a", "c"] == [w.call for w in in_order([early, late, urgent], 560.0)]
    later = Waiting("d", "service", 700.0, priority=Priority.URGENT)
    assert ["a", "d"] == [w.call for w in in_order([later, early], 700.0)]


def test_a_caller_who_is_called_back_keeps_their_place() -> None:
    back = Waiting("a", "service", 0.0, kind=Waits.FOR_A_CALL, number="+15550100001")
    line = Waiting("b", "service", 5.0)

    assert back is next_for(ANN, [line, back], 100.0)


def test_a_person_gets_only_whom_they_can_help() -> None:
    waiting = [Waiting("a", "billing", 0.0), Waiting("b", "service", 1.0, "de")]

    assert "b" == getattr(next_for(ANN, waiting, 10.0), "call", None)
    assert "a" == getattr(next_for(RAJ, waiting, 10.0), "call", None)
    assert next_for(RAJ, waiting[1:], 10.0) is None


def test_who_has_been_free_for_longest_is_asked_first() -> None:
    presences = {"ann": free("ann", 50.0), "raj": free("raj", 10.0)}

    assert [RAJ, ANN] == candidates(ROSTER, presences, "service", "", 100.0)
    assert [ANN] == candidates(ROSTER, presences, "service", "de", 100.0)
    presences["raj"] = talking("raj", 60.0)
    assert [] == candidates(ROSTER, presences, "billing", "", 100.0)


def wait(one: Waiting, others: list[Waiting], **presences: Presence) -> float | None:
    return estimated_wait(one, others, ROSTER, presences, 1_000.0, talk=300.0)


def test_the_wait_is_that_of_the_line_played_through() -> None:
    me = Waiting("me", "service", 990.0)
    first, second = Waiting("a", "service", 900.0), Waiting("b", "service", 950.0)

    assert 0.0 == wait(me, [], ann=free("ann"))
    assert 200.0 == wait(me, [], ann=talking("ann", 900.0))
    assert 200.0 == wait(me, [first], ann=talking("ann", 900.0), raj=talking("raj", 800.0))
    assert 400.0 == wait(me, [first, second], ann=talking("ann", 900.0), raj=talking("raj", 800.0))
    assert 300.0 == wait(me, [first, second, me], ann=free("ann"), raj=free("raj"))


def test_who_waits_for_somebody_else_does_not_hold_the_line_up() -> None:
    german = Waiting("a", "service", 0.0, "de")
    me = Waiting("me", "billing", 990.0)

    assert 0.0 == wait(me, [german], ann=talking("ann", 990.0), raj=free("raj"))


def test_nobody_there_is_no_wait_but_no_help() -> None:
    me = Waiting("me", "billing", 990.0)

    assert wait(me, []) is None
    assert wait(me, [], ann=free("ann")) is None
    assert wait(me, [], raj=talking("raj", 900.0).sign_out(950.0)) is None


@given(
    st.lists(st.tuples(st.sampled_from(list(Priority)), st.floats(0, 1_000)), max_size=12),
    st.floats(0, 300),
)
def test_nobody_who_comes_later_and_less_urgently_is_quicker(
    others: list[tuple[Priority, float]], ago: float
) -> None:
    waiting = [Waiting(str(i), "service", since, priority=p) for i, (p, since) in enumerate(others)]
    presences = {"ann": talking("ann", 1_000.0 - ago), "raj": free("raj")}
    ordered = in_order(waiting, 1_000.0)
    waits = [
        estimated_wait(one, waiting, ROSTER, presences, 1_000.0, talk=300.0) for one in ordered
    ]

    assert None not in waits
    assert sorted(w for w in waits if w is not None) == pytest.approx(waits)
