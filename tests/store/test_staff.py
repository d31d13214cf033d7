"""What the people are doing, kept for every process, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from dialogue.brief import Priority
from voicebot.staff.line import Waiting, Waits
from voicebot.staff.presence import Doing, Presence
from voicebot.store import Store, open_store


def test_a_persons_state_is_there_when_the_store_is_opened_again(database_url: str) -> None:
    with open_store(database_url) as store:
        assert {} == store.staff.presences()
        store.staff.change("ann", lambda state: state.sign_in(10.0))
        store.staff.change("ann", lambda state: state.offer("c1", 20.0))
    with open_store(database_url) as store:
        ann = store.staff.presences()["ann"]
    assert (Doing.RINGING, "c1", 20.0) == (ann.doing, ann.call, ann.since)
    assert ann.until is not None


def test_what_does_not_fit_changes_nothing(store: Store) -> None:
    assert store.staff.change("ann", lambda state: state.offer("c1", 1.0)) is None
    assert {} == store.staff.presences()


def test_of_many_who_offer_a_caller_at_once_one_does(database_url: str) -> None:
    with open_store(database_url) as store:
        store.staff.change("ann", lambda state: state.sign_in(1.0))

    def offer(number: int) -> Presence | None:
        with open_store(database_url) as own:
            return own.staff.change("ann", lambda state: state.offer(f"c{number}", 2.0))

    with ThreadPoolExecutor(8) as pool:
        given = [state for state in pool.map(offer, range(8)) if state is not None]
    with open_store(database_url) as store:
        assert [given[0].call] == [state.call for state in store.staff.presences().values()]
    assert 1 == len(given)


def test_many_may_sign_the_same_person_in_at_once(database_url: str) -> None:
    with open_store(database_url):
        pass

    def sign_in(number: int) -> None:
        with open_store(database_url) as own:
            own.staff.change("ann", lambda state: state.sign_in(float(number)))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(sign_in, range(6)))
    with open_store(database_url) as store:
        assert Doing.FREE is store.staff.presences()["ann"].doing


def test_who_waits_keeps_the_place_when_they_choose_to_be_called(store: Store) -> None:
    first = Waiting("c1", "service", 10.0, "en", Priority.NORMAL)
    store.staff.join(first)
    store.staff.join(Waiting("c2", "service", 20.0))
    store.staff.join(
        Waiting("c1", "service", 99.0, "en", Priority.HIGH, Waits.FOR_A_CALL, "+15550100001")
    )

    back, other = store.staff.waiting()
    assert ("c1", 10.0, Waits.FOR_A_CALL, "+15550100001", Priority.HIGH) == (
        back.call,
        back.since,
        back.kind,
        back.number,
        back.priority,
    )
    assert "c2" == other.call
    assert store.staff.leave("c1")
    assert not store.staff.leave("c1")
    assert ["c2"] == [one.call for one in store.staff.waiting()]


def test_a_change_that_somebody_else_overtook_is_made_anew(store: Store) -> None:
    store.staff.change("ann", lambda state: state.sign_in(1.0))
    seen: list[Doing] = []

    def offer(state: Presence) -> Presence | None:
        seen.append(state.doing)
        if len(seen) == 1:
            store.staff.change("ann", lambda other: other.offer("c1", 2.0))
        return state.offer("c2", 2.0)

    assert store.staff.change("ann", offer) is None
    assert [Doing.FREE, Doing.RINGING] == seen
    assert "c1" == store.staff.presences()["ann"].call
