"""Lists, attempts and opt-outs on both databases: nothing is forgotten, nobody is called twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from voicebot.outbound.contacts import Attempt, Contact, OnMachine, Result, Terms
from voicebot.outbound.hours import CallingHours
from voicebot.store import CallList, OutboundBook, Store, open_store

NUMBER = "+12125550143"
TERMS = Terms("disputes", CallingHours.parse("mon 9:00-17:00"), attempts=2, ring=20)
LIST = CallList("l1", "january.csv", TERMS, 1000.0)
CONTACT = Contact(
    "l1-1", "l1", NUMBER, True, "case 7", "en", "America/New_York", {"person": "Ms. Léa \u202e"}
)
ATTEMPT = Attempt("l1-1.1", "l1-1", NUMBER, 1001.0)


def filled(store: Store) -> OutboundBook:
    book = store.outbound
    book.add_list(LIST, [CONTACT, Contact("l1-2", "l1", "+12125550144", False)])
    return book


def test_a_list_comes_back_as_it_was_stored(store: Store, database_url: str) -> None:
    filled(store)
    with open_store(database_url) as again:
        assert [LIST] == again.outbound.lists()
        first, second = again.outbound.records("l1")
    assert (CONTACT, ()) == (first.contact, first.attempts)
    assert not second.contact.consent
    assert first.contact.facts == CONTACT.facts


def test_terms_come_back_whole(store: Store) -> None:
    filled(store)
    found = store.outbound.contact("l1-1")
    assert found == (CONTACT, TERMS)
    assert found[1].retries == TERMS.retries
    assert found[1].on_machine is OnMachine.HANG_UP
    assert store.outbound.contact("l1-9") is None


def test_an_attempt_is_made_once(store: Store, database_url: str) -> None:
    book = filled(store)
    assert book.begin(ATTEMPT)
    assert not book.begin(ATTEMPT), "by whichever process"
    with open_store(database_url) as other:
        assert not other.outbound.begin(ATTEMPT)
        (kept,) = other.outbound.records("l1")[0].attempts
    assert ATTEMPT == kept


def test_of_many_who_try_at_once_one_makes_it(store: Store) -> None:
    book = filled(store)
    with ThreadPoolExecutor(8) as pool:
        assert 1 == sum(pool.map(lambda _: book.begin(ATTEMPT), range(8)))


def test_who_has_opted_out_is_not_called_however_late_it_came(
    store: Store, database_url: str
) -> None:
    book = filled(store)
    with open_store(database_url) as other:
        other.outbound.opt_out(NUMBER, 1000.5, "voice")
    assert not book.begin(ATTEMPT)
    book.opt_out(NUMBER, 2000.0, "key")
    assert frozenset({NUMBER}) == book.opted_out()


def test_what_came_of_it_is_kept(store: Store) -> None:
    book = filled(store)
    book.begin(ATTEMPT)
    ended = Attempt("l1-1.1", "l1-1", NUMBER, 1001.0, "CA1", Result.BUSY, 1010.0)
    book.save(ended)
    assert (ended,) == book.records("l1")[0].attempts
    assert book.noted("l1-1.1") is None
    book.note("l1-1.1", Result.OPTED_OUT)
    book.note("l1-1.1", Result.REACHED)
    assert book.noted("l1-1.1") is Result.OPTED_OUT


def test_a_stop_outlives_the_process(store: Store, database_url: str) -> None:
    book = filled(store)
    assert book.stop("l1", 5.0)
    assert not book.stop("nowhere", 5.0)
    book.stop("", 6.0)
    with open_store(database_url) as again:
        assert again.outbound.killed()
        assert [True] == [one.stopped for one in again.outbound.lists()]
        again.outbound.resume("")
        again.outbound.resume("l1")
    assert not book.killed()
    assert [False] == [one.stopped for one in book.lists()]


def test_one_process_dials_until_it_is_silent(store: Store) -> None:
    book = store.outbound
    assert not book.is_leased(0.0)
    assert book.lease("a", 0.0, 20.0)
    assert not book.lease("b", 10.0, 30.0)
    assert book.lease("a", 10.0, 30.0), "it renews its own"
    assert book.is_leased(29.0)
    assert book.lease("b", 30.0, 50.0), "it took over"
    assert not book.lease("a", 31.0, 51.0)
    book.release("b")
    assert book.lease("a", 32.0, 52.0)
