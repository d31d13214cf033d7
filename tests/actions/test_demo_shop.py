"""The demo shop: the same for everybody, honest about what it can still do."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, timedelta
from inspect import signature
from pathlib import Path

import pytest

from dialogue.loading import load_domain
from dialogue.tools import read_result
from voicebot.actions.demo_shop import DemoShop
from voicebot.actions.desk import CallBack
from voicebot.actions.stock import CUSTOMERS, KNOWN_ORDERS, ORDERS, OrderState

MONDAY = date(2026, 3, 2)


@pytest.fixture
def shop(tmp_path: Path) -> DemoShop:
    return DemoShop.open(tmp_path / "new" / "shop.sqlite3", today=lambda: MONDAY)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    shelf = sqlite3.connect(path)
    try:
        return shelf.execute(query).fetchall()
    finally:
        shelf.close()


def test_it_is_filled_once_and_the_same_everywhere(tmp_path: Path) -> None:
    one, two = tmp_path / "one.sqlite3", tmp_path / "two.sqlite3"
    DemoShop.open(one)
    DemoShop.open(one)
    DemoShop.open(two)
    everything = 'SELECT * FROM orders JOIN items ON number = items."order" ORDER BY number, name'
    assert rows(one, everything) == rows(two, everything)
    assert [(CUSTOMERS, ORDERS)] == rows(
        one, "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders)"
    )
    assert [] == rows(
        one, "SELECT number FROM orders WHERE number NOT GLOB '[0-9][0-9][0-9][0-9][0-9]'"
    )


def test_days_move_with_the_calendar(tmp_path: Path) -> None:
    days = [MONDAY, MONDAY + timedelta(days=100)]
    path = tmp_path / "shop.sqlite3"
    due = [DemoShop.open(path, today=lambda day=day: day).find_order("44117") for day in days]
    assert ["2026-03-03", "2026-06-11"] == [found["expected"] for found in due]


@pytest.mark.parametrize("known", KNOWN_ORDERS, ids=lambda known: known.number)
def test_the_well_known_orders_are_there(shop: DemoShop, known) -> None:
    found = shop.find_order(known.number)
    assert known.state.value == found["outcome"]
    assert list(known.items) == found["items"]


def test_every_result_is_one_that_the_hotline_describes(shop: DemoShop, tmp_path: Path) -> None:
    domain, path = load_domain("retail"), tmp_path / "new" / "shop.sqlite3"
    numbers = [str(number) for (number,) in rows(path, "SELECT number FROM orders LIMIT 120")]
    for number in [*numbers, "00000", "", "x'; DROP TABLE orders; --"]:
        for name, tool in shop.tools().items():
            given = {
                "order": number,
                "candidates": f"{number},44117",
                "address": "1 Elm Street",
                "phone": number,
                "about": "a lamp",
                "postcode": "02118",
                "name": "Iris Clark",
                "email": "iris.clark@example.com",
                "wish": "refund",
                "details": "a crack",
                "call_key": f"call/{number}",
            }
            value = tool(**{key: given[key] for key in signature(tool).parameters})
            assert read_result(domain.tools[name], value) is not None, (name, number, value)


def test_only_what_has_not_left_is_cancelled_and_twice_is_once(shop: DemoShop) -> None:
    cancelled = {"outcome": "cancelled", "refund_cents": 8750}
    assert [cancelled, cancelled] == [shop.cancel_order("44118"), shop.cancel_order("44118")]
    assert {"outcome": "too_late"} == shop.cancel_order("44117")
    assert {"outcome": "unknown"} == shop.cancel_order("00000")


def test_returns_keep_to_thirty_days(shop: DemoShop) -> None:
    assert {"outcome": "started", "refund_cents": 15900} == shop.start_return("55203")
    assert {"outcome": "already"} == shop.start_return("55203")
    assert {"outcome": "too_late"} == shop.start_return("60718")
    assert {"outcome": "not_delivered"} == shop.start_return("44117")


def test_a_call_back_is_noted_once_for_each_request(shop: DemoShop) -> None:
    wish = ("5552340142", "Order number: 44117.")
    assert ["noted", "already", "noted"] == [
        shop.request_call_back(*wish, call_key=key)["outcome"] for key in ("a/1", "a/1", "b/1")
    ]
    assert (CallBack("2026-03-02", *wish),) * 2 == shop.call_backs()


def test_a_shop_from_before_call_backs_takes_them(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite3"
    DemoShop.open(path)
    with closing(sqlite3.connect(path)) as shelf:
        shelf.execute("DROP TABLE call_backs")
    assert () == DemoShop.open(path).call_backs()


def test_an_address_changes_only_before_the_order_leaves(shop: DemoShop) -> None:
    before = shop.address_of("44117")
    assert {"outcome": "too_late"} == shop.change_address("44117", "1 Elm Street, Salem")
    assert {"outcome": "changed"} == shop.change_address("44118", "1 Elm Street, Salem")
    assert (before, "1 Elm Street, Salem") == (
        shop.address_of("44117"),
        shop.address_of("44118"),
    )


def test_many_calls_at_once_do_not_get_in_each_others_way(shop: DemoShop) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shop.start_return("55203")["outcome"], range(24)))
    assert 1 == found.count("started")
    assert 23 == found.count("already")


def test_a_file_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("my diary, and nothing that a shop could use" * 50, encoding="utf-8")
    with pytest.raises(sqlite3.DatabaseError):
        DemoShop.open(path)
    assert path.read_text(encoding="utf-8").startswith("my diary")


def test_states_match_what_the_hotline_knows() -> None:
    outcomes = set(load_domain("retail").tools["find_order"].outcomes)
    assert outcomes == {state.value for state in OrderState} | {"unknown"}
