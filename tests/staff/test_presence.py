"""What a person is doing: every order of events, and no caller offered twice."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from voicebot.staff.presence import Doing, Presence

ANN = Presence("ann").sign_in(0.0)


def doing(state: Presence | None) -> Doing | None:
    return None if state is None else state.doing


def must(state: Presence | None) -> Presence:
    assert state is not None
    return state


def test_a_talk_from_the_offer_to_the_next_caller() -> None:
    offered = must(ANN.offer("c1", 10.0))
    talking = must(offered.take("c1", 15.0))
    writing = must(talking.finish("c1", 100.0, wrap_up=20.0))

    assert (Doing.RINGING, "c1") == (offered.doing, offered.call)
    assert (Doing.TALKING, "c1") == (talking.doing, talking.call)
    assert Doing.WRAP_UP is writing.at(119.0).doing
    assert Doing.FREE is writing.at(120.0).doing
    assert 120.0 == writing.at(200.0).since


def test_nobody_is_offered_two_callers() -> None:
    offered = must(ANN.offer("c1", 10.0))

    assert offered.offer("c2", 11.0) is None
    assert must(offered.take("c1", 12.0)).offer("c2", 13.0) is None
    assert offered.take("c2", 12.0) is None


def test_who_lets_it_ring_twice_is_away_until_they_come_back() -> None:
    once = must(must(ANN.offer("c1", 1.0)).miss("c1", 20.0, most=2))
    twice = must(must(once.offer("c2", 30.0)).miss("c2", 50.0, most=2))

    assert (Doing.FREE, Doing.AWAY) == (once.doing, twice.doing)
    assert twice.offer("c3", 60.0) is None
    assert Doing.RINGING is doing(twice.sign_in(70.0).offer("c3", 71.0))
    taken = must(must(once.offer("c2", 30.0)).take("c2", 31.0))
    assert 0 == taken.misses


def test_who_declines_stays_free() -> None:
    assert Doing.FREE is doing(must(ANN.offer("c1", 1.0)).decline("c1", 2.0))


def test_signing_out_waits_for_the_end_of_the_talk() -> None:
    talking = must(must(ANN.offer("c1", 1.0)).take("c1", 2.0)).sign_out(3.0)

    assert Doing.TALKING is talking.doing
    assert Doing.AWAY is doing(talking.finish("c1", 50.0, wrap_up=20.0))
    assert Doing.WRAP_UP is doing(talking.sign_in(4.0).finish("c1", 50.0, wrap_up=20.0))
    assert Doing.AWAY is ANN.sign_out(5.0).doing


def test_an_offer_or_a_talk_whose_end_nobody_told_is_over_some_time() -> None:
    offered = must(ANN.offer("c1", 1.0))

    assert Doing.FREE is offered.at(1_000.0).doing
    assert offered.take("c1", 1_000.0) is None
    assert Doing.FREE is must(offered.take("c1", 2.0)).at(100_000.0).doing


STEPS: dict[str, Callable[[Presence, float], Presence | None]] = {
    "in": lambda state, now: state.sign_in(now),
    "out": lambda state, now: state.sign_out(now),
    "offer": lambda state, now: state.offer("c1", now),
    "take": lambda state, now: state.take("c1", now),
    "miss": lambda state, now: state.miss("c1", now, most=2),
    "decline": lambda state, now: state.decline("c1", now),
    "finish": lambda state, now: state.finish("c1", now, wrap_up=20.0),
    "late": lambda state, now: state,
}


def test_every_order_of_six_events() -> None:
    """A caller is named while they are offered or talked to, and at no other time."""
    reached = {Presence("ann")}
    for _ in range(6):
        following = set()
        for state, (name, step) in itertools.product(reached, STEPS.items()):
            now = state.since + (100_000.0 if name == "late" else 1.0)
            after = step(state.at(now), now)
            if after is None:
                continue
            assert (after.doing in (Doing.RINGING, Doing.TALKING)) == bool(after.call)
            assert after.version >= state.version
            if after.doing is Doing.AWAY:
                assert not after.leaving
                assert after.until is None
            following.add(after)
        reached |= following
    assert set(Doing) == {state.doing for state in reached}
