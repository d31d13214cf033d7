"""Who is called when, told as a list's day; time is only a number here."""

from __future__ import annotations

import pytest

from telephony.calls import CallStatus
from tests.outbound.people import (
    BERLIN,
    LIST,
    LOS_ANGELES,
    MONDAY,
    NEW_YORK,
    PREMIUM,
    TERMS,
    at,
    dialler,
    person,
)
from voicebot.outbound.attempts import (
    LOOK_AFTER,
    MachineAnswered,
    Noted,
    NotFound,
    Ordered,
    OrderFailed,
    StatusSeen,
)
from voicebot.outbound.contacts import HOUR, Attempt, Obstacle, Result
from voicebot.outbound.dialler import Closed, Dialler, Look, Place
from voicebot.outbound.pace import Limits
from voicebot.outbound.permission import AllowList


def places(machine: Dialler, now: float) -> list[str]:
    """Return the attempts that are placed now."""
    return [d.attempt.id for d in machine.expire(now) if isinstance(d, Place)]


def over(machine: Dialler, attempt: str, status: CallStatus, now: float) -> Closed:
    """End a call; return what is decided."""
    (closed,) = machine.handle(StatusSeen(attempt, status, "CA1"), now)
    assert isinstance(closed, Closed)
    return closed


def obstacles(machine: Dialler, now: float) -> list[Obstacle | None]:
    """Return why each is not called now."""
    return [prospect.obstacle for prospect in machine.prospects(now)]


def test_who_did_not_agree_or_may_not_be_called_never_is() -> None:
    machine = dialler(
        person("silent", consent=False),
        person("premium", PREMIUM),
        person("abroad", BERLIN),
        person("out", "+12125550199"),
        person("fine", "+12125550144"),
        allowed=AllowList(frozenset({"US"}), ("+1212",)),
    )
    machine.opt_out("+12125550199")
    wanted = [
        Obstacle.NO_CONSENT,
        Obstacle.NOT_A_NUMBER,
        Obstacle.COUNTRY,
        Obstacle.OPTED_OUT,
        None,
    ]
    assert wanted == obstacles(machine, MONDAY)
    assert ["fine.1"] == places(machine, MONDAY)
    assert machine.deadline is not None
    assert [] == places(machine, MONDAY + 100 * HOUR)


def test_a_prefix_that_is_not_listed_is_not_called() -> None:
    machine = dialler(person("a", LOS_ANGELES), allowed=AllowList(frozenset({"US"}), ("+1212",)))
    assert [Obstacle.PREFIX] == obstacles(machine, MONDAY)


def test_everybody_is_called_in_their_own_hours() -> None:
    machine = dialler(person("east"), person("west", LOS_ANGELES))
    assert ["east.1"] == places(machine, MONDAY)
    assert [] == places(machine, MONDAY + 1)
    opening = at("2026-03-02 09:00", "America/Los_Angeles")
    assert [opening] == [p.at for p in machine.prospects(MONDAY + 1) if p.contact.id == "west"]
    assert opening == machine.deadline or machine.deadline == MONDAY + 30 + LOOK_AFTER
    assert ["west.1"] == places(machine, opening)


def test_a_row_may_say_where_somebody_is() -> None:
    machine = dialler(person("a", NEW_YORK, zone="Asia/Tokyo"))
    assert [Obstacle.HOURS] == obstacles(machine, MONDAY)


def test_a_number_is_called_by_one_contact_at_a_time() -> None:
    machine = dialler(person("a"), person("b"))
    assert ["a.1"] == places(machine, MONDAY)
    assert [] == places(machine, MONDAY + 5)
    assert [None, Obstacle.LINE] == obstacles(machine, MONDAY + 5)
    over(machine, "a.1", CallStatus.COMPLETED, MONDAY + 60)
    assert ["b.1"] == places(machine, MONDAY + 60)


def test_calls_keep_the_rate_and_the_most_at_once() -> None:
    people = [person(f"p{n}", f"+121255501{n:02}") for n in range(10)]
    machine = dialler(*people, limits=Limits(per_second=2, at_once=3))
    assert ["p0.1"] == places(machine, MONDAY)
    assert machine.deadline == MONDAY + 0.5
    assert [] == places(machine, MONDAY + 0.4)
    assert ["p1.1"] == places(machine, MONDAY + 0.5)
    assert ["p2.1"] == places(machine, MONDAY + 1)
    assert [] == places(machine, MONDAY + 20), "three at once"
    over(machine, "p1.1", CallStatus.BUSY, MONDAY + 21)
    assert ["p3.1"] == places(machine, MONDAY + 21)


def test_a_day_has_a_most_of_calls_and_a_number_too() -> None:
    machine = dialler(person("a"), person("b", "+12125550144"), limits=Limits(a_day=1))
    assert ["a.1"] == places(machine, MONDAY)
    over(machine, "a.1", CallStatus.COMPLETED, MONDAY + 60)
    assert [] == places(machine, MONDAY + 23 * HOUR)
    assert ["b.1"] == places(machine, MONDAY + 24 * HOUR)

    machine = dialler(person("a"), person("b"), limits=Limits(number_a_day=1))
    assert ["a.1"] == places(machine, MONDAY)
    over(machine, "a.1", CallStatus.COMPLETED, MONDAY + 60)
    assert [] == places(machine, MONDAY + 60)
    assert [Obstacle.DONE, Obstacle.NUMBER_CAP] == obstacles(machine, MONDAY + 61)
    assert ["b.1"] == places(machine, MONDAY + 24 * HOUR)


def test_results_decide_about_another_attempt() -> None:
    machine = dialler(person())
    places(machine, MONDAY)
    closed = over(machine, "a.1", CallStatus.BUSY, MONDAY + 10)
    assert (Result.BUSY, MONDAY + 10 + HOUR / 2) == (closed.attempt.result, closed.again_at)
    assert [Obstacle.RETRY] == obstacles(machine, MONDAY + 11)
    assert ["a.2"] == places(machine, MONDAY + 10 + HOUR / 2)
    closed = over(machine, "a.2", CallStatus.COMPLETED, MONDAY + 3 * HOUR)
    assert (Result.HUNG_UP, None) == (closed.attempt.result, closed.again_at)
    assert [Obstacle.DONE] == obstacles(machine, MONDAY + 100 * HOUR)


def test_a_busy_line_is_not_tried_for_ever() -> None:
    machine = dialler(person(), limits=Limits(number_a_day=50))
    now, tried = MONDAY, 0
    while found := places(machine, now):
        tried += 1
        over(machine, found[0], CallStatus.BUSY, now + 10)
        now += 10 + HOUR / 2
    assert TERMS.attempts == tried


def test_what_was_settled_in_words_counts_whatever_the_order_of_the_news() -> None:
    news = [
        Ordered("a.1", "CA1"),
        StatusSeen("a.1", CallStatus.IN_PROGRESS, "CA1"),
        Noted("a.1", Result.NOT_HERE),
        Noted("a.1", Result.REACHED),
        StatusSeen("a.1", CallStatus.COMPLETED, "CA1"),
    ]
    for order in (news, news[::-1], [*news, *news]):
        machine = dialler(person())
        places(machine, MONDAY)
        decided = [d for n in order for d in machine.handle(n, MONDAY + 30)]
        (last,) = [d for d in decided if isinstance(d, Closed)][-1:]
        assert (Result.REACHED, None, "CA1") == (
            last.attempt.result,
            last.again_at,
            last.attempt.call_sid,
        )
        assert 0 == machine.live


def test_a_machine_is_tried_once_more_the_next_day() -> None:
    machine = dialler(person())
    places(machine, MONDAY)
    machine.handle(MachineAnswered("a.1", message_left=False), MONDAY + 5)
    closed = over(machine, "a.1", CallStatus.COMPLETED, MONDAY + 6)
    assert (Result.MACHINE, MONDAY + 6 + 20 * HOUR) == (closed.attempt.result, closed.again_at)


def test_an_opt_out_holds_for_all_lists_and_after_the_call() -> None:
    machine = dialler(person("a"), person("b"))
    places(machine, MONDAY)
    over(machine, "a.1", CallStatus.COMPLETED, MONDAY + 20)
    # It may come after the carrier's last word.
    (put_right,) = machine.handle(Noted("a.1", Result.OPTED_OUT), MONDAY + 21)
    assert isinstance(put_right, Closed)
    assert put_right.attempt.result is Result.OPTED_OUT
    assert [Obstacle.DONE, Obstacle.OPTED_OUT] == obstacles(machine, MONDAY + 22)
    assert [] == places(machine, MONDAY + 22)


def test_the_kill_switch_and_a_stopped_list_place_nothing() -> None:
    machine = dialler(person("a"), person("b", "+12125550144"))
    machine.stop(LIST)
    assert [] == places(machine, MONDAY)
    assert [Obstacle.STOPPED] * 2 == obstacles(machine, MONDAY)
    machine.resume(LIST, MONDAY + 10)
    assert ["a.1"] == places(machine, MONDAY + 10)
    machine.stop()
    assert [] == places(machine, MONDAY + 60)
    machine.resume(LIST, MONDAY + 60)
    assert [] == places(machine, MONDAY + 60), "the kill switch is for good"


def test_the_carrier_is_asked_about_a_call_of_which_nothing_is_heard() -> None:
    machine = dialler(person())
    places(machine, MONDAY)
    machine.handle(OrderFailed("a.1", certain=False), MONDAY + 10)
    (look,) = machine.expire(MONDAY + 10 + LOOK_AFTER / 4)
    assert isinstance(look, Look)
    # It does not know the call: nothing was placed, and it may be tried again.
    (closed,) = machine.handle(NotFound("a.1"), MONDAY + 60)
    assert isinstance(closed, Closed)
    assert closed.attempt.result is Result.LOST
    assert closed.again_at == MONDAY + 60 + HOUR


def test_a_refused_order_is_no_call() -> None:
    machine = dialler(person())
    places(machine, MONDAY)
    (closed,) = machine.handle(OrderFailed("a.1", certain=True), MONDAY + 1)
    assert isinstance(closed, Closed)
    assert (Result.REFUSED, 0) == (closed.attempt.result, machine.live)


def test_what_another_process_left_under_way_is_asked_about_and_not_called_again() -> None:
    machine = dialler()
    machine.add(person(), MONDAY, [Attempt("a.1", "a", NEW_YORK, MONDAY - 60)])
    (look,) = machine.expire(MONDAY)
    assert isinstance(look, Look)
    assert [] == places(machine, MONDAY + 1)
    machine.handle(StatusSeen("a.1", CallStatus.NO_ANSWER, "CA9"), MONDAY + 2)
    assert ["a.2"] == places(machine, MONDAY + 2 + 4 * HOUR)


def test_what_is_over_stays_over_after_a_restart() -> None:
    machine = dialler()
    done = Attempt("a.1", "a", NEW_YORK, MONDAY - 900, "CA1", Result.REACHED, MONDAY - 800)
    busy = Attempt("b.1", "b", LOS_ANGELES, MONDAY - 900, "CA2", Result.BUSY, MONDAY)
    machine.add(person("a"), MONDAY, [done])
    machine.add(person("b", LOS_ANGELES, zone="America/New_York"), MONDAY, [busy])
    assert [] == places(machine, MONDAY)
    assert ["b.2"] == places(machine, MONDAY + HOUR / 2)


@pytest.mark.parametrize("wrong", ["", "a", "a.2", "zz.1"])
def test_news_of_calls_that_nobody_placed_changes_nothing(wrong: str) -> None:
    machine = dialler(person())
    assert [] == machine.handle(StatusSeen(wrong, CallStatus.COMPLETED), MONDAY)
    assert ["a.1"] == places(machine, MONDAY)
