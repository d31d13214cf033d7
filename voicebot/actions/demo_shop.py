"""A shop to try the hotline on: generated customers and orders in one SQLite file.

The data is the same on every machine (a fixed seed). Days are kept as offsets from today and turned
into dates when they are asked for, so that order 44117 is due tomorrow on whichever day it is.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

_SEED = 20_260_101
CUSTOMERS = 200
ORDERS = 500
RETURN_DAYS = 30
"""Days after delivery in which an order can be returned."""


class OrderState(StrEnum):
    """Where an order stands."""

    PACKING = "packing"
    ON_ITS_WAY = "on_its_way"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that is the same in every demo shop."""

    number: str
    state: OrderState
    day: int
    """Days from today: when it is expected, or was delivered."""
    items: tuple[str, ...]


KNOWN_ORDERS = (
    KnownOrder("44117", OrderState.ON_ITS_WAY, 1, ("a floor lamp",)),
    KnownOrder("44118", OrderState.PACKING, 3, ("a desk lamp", "two cushions")),
    KnownOrder("20305", OrderState.DELAYED, 6, ("an oak table",)),
    KnownOrder("55203", OrderState.DELIVERED, -5, ("a wool rug",)),
    KnownOrder("60718", OrderState.DELIVERED, -45, ("a mirror",)),
    KnownOrder("70421", OrderState.CANCELLED, -2, ("a bookshelf",)),
    KnownOrder("81926", OrderState.RETURNED, -9, ("a kettle",)),
)
"""For the README, demos and tests."""

_GOODS = {
    "a floor lamp": 8900, "a desk lamp": 4950, "two cushions": 3800, "an oak table": 42000,
    "a wool rug": 15900, "a mirror": 6400, "a bookshelf": 12900, "a kettle": 3995,
    "four plates": 2800, "a throw blanket": 5500, "two curtains": 7200, "an armchair": 31000,
    "a toaster": 4400, "six glasses": 2100, "a wall clock": 3600, "a coat rack": 5900,
}  # fmt: skip
"""What the shop sells, with prices in cents."""

_FIRST = (
    "Ada",
    "Ben",
    "Carla",
    "David",
    "Elena",
    "Frank",
    "Grace",
    "Hugo",
    "Iris",
    "Jonas",
    "Karen",
)
_LAST = ("Adams", "Baker", "Clark", "Diaz", "Evans", "Foster", "Green", "Hall", "Ivers", "Jones")
_STREETS = ("Elm Street", "Oak Avenue", "Hill Road", "Lake Drive", "Mill Lane", "Park Street")
_CITIES = ("Boston", "Denver", "Portland", "Springfield", "Salem", "Dover", "Albany")

_TABLES = """
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL
);
CREATE TABLE orders (
    number TEXT PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id),
    state TEXT NOT NULL, day INTEGER NOT NULL, address TEXT NOT NULL
);
CREATE TABLE items (
    "order" TEXT NOT NULL REFERENCES orders (number), name TEXT NOT NULL, cents INTEGER NOT NULL
);
CREATE INDEX items_by_order ON items ("order");
"""


_CALL_BACKS = """
CREATE TABLE IF NOT EXISTS call_backs (
    key TEXT PRIMARY KEY, day TEXT NOT NULL, phone TEXT NOT NULL, about TEXT NOT NULL
)
"""
"""Kept apart from the filled tables: a shop made before call-backs gets them when it is opened."""


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call that a colleague has to make."""

    day: str
    """ISO date on which it was asked for."""
    phone: str
    about: str
    """What the colleague must know."""


class DemoShop:
    """The shop's back office. Safe to share between threads: each action opens the file anew."""

    def __init__(self, path: Path, *, today: Callable[[], date] = date.today) -> None:
        self._path = path
        self._today = today

    @classmethod
    def open(cls, path: Path, *, today: Callable[[], date] = date.today) -> DemoShop:
        """Open a shop; make and fill it where there is none.

        Raises:
            OSError: the folder cannot be written to.
            sqlite3.Error: the file is something else.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        shop = cls(path, today=today)
        with shop._transaction() as shelf:
            if (
                shelf.execute("SELECT 1 FROM sqlite_master WHERE name = 'orders'").fetchone()
                is None
            ):
                _fill(shelf)
            shelf.execute(_CALL_BACKS)
        return shop

    def tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        """Return the actions that a hotline can call."""
        return {
            "find_order": self.find_order,
            "cancel_order": self.cancel_order,
            "change_address": self.change_address,
            "start_return": self.start_return,
            "request_call_back": self.request_call_back,
        }

    def find_order(self, order: str) -> dict[str, Any]:
        """Return where an order stands: `outcome` is its state, or `unknown`."""
        with self._transaction() as shelf:
            row = _order(shelf, order)
            if row is None:
                return {"outcome": "unknown", "today": self._today().isoformat()}
            names = [name for (name,) in shelf.execute(_NAMES, (order,))]
        state, day = OrderState(row[0]), self._day(row[1])
        found = {"outcome": state.value, "today": self._day(0), "items": " and ".join(names)}
        match state:
            case OrderState.DELIVERED:
                found["delivered"] = day
            case OrderState.PACKING | OrderState.ON_ITS_WAY | OrderState.DELAYED:
                found["expected"] = day
        return found

    def cancel_order(self, order: str) -> dict[str, Any]:
        """Cancel an order that has not left the warehouse; twice is as good as once."""
        with self._transaction() as shelf:
            row = _order(shelf, order)
            if row is None:
                return {"outcome": "unknown"}
            if row[0] not in (OrderState.PACKING, OrderState.DELAYED, OrderState.CANCELLED):
                return {"outcome": "too_late"}
            _set_state(shelf, order, OrderState.CANCELLED)
            return {"outcome": "cancelled", "refund_cents": _total(shelf, order)}

    def change_address(self, order: str, address: str) -> dict[str, Any]:
        """Send an order elsewhere while it has not left the warehouse."""
        with self._transaction() as shelf:
            row = _order(shelf, order)
            if row is None:
                return {"outcome": "unknown"}
            if row[0] not in (OrderState.PACKING, OrderState.DELAYED):
                return {"outcome": "too_late"}
            shelf.execute("UPDATE orders SET address = ? WHERE number = ?", (address, order))
            return {"outcome": "changed"}

    def start_return(self, order: str) -> dict[str, Any]:
        """Begin a return within the days that the shop allows."""
        with self._transaction() as shelf:
            row = _order(shelf, order)
            if row is None:
                return {"outcome": "unknown"}
            match OrderState(row[0]):
                case OrderState.RETURNED:
                    return {"outcome": "already"}
                case OrderState.DELIVERED if -row[1] <= RETURN_DAYS:
                    _set_state(shelf, order, OrderState.RETURNED)
                    return {"outcome": "started", "refund_cents": _total(shelf, order)}
                case OrderState.DELIVERED:
                    return {"outcome": "too_late"}
                case _:
                    return {"outcome": "not_delivered"}

    def request_call_back(self, phone: str, about: str, call_key: str) -> dict[str, Any]:
        """Note a call-back for the colleagues; one request never makes two."""
        with self._transaction() as shelf:
            noted = shelf.execute(
                "INSERT INTO call_backs VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
                (call_key, self._day(0), phone, about),
            )
            return {"outcome": "noted" if noted.rowcount else "already"}

    def call_backs(self) -> tuple[CallBack, ...]:
        """Return the calls that colleagues have to make, oldest first."""
        with self._transaction() as shelf:
            rows = shelf.execute("SELECT day, phone, about FROM call_backs ORDER BY rowid")
            return tuple(CallBack(day, phone, about) for day, phone, about in rows)

    def address_of(self, order: str) -> str:
        """Return where an order goes; empty when there is none."""
        with self._transaction() as shelf:
            row = _order(shelf, order)
        return "" if row is None else str(row[2])

    def _day(self, offset: int) -> str:
        return (self._today() + timedelta(days=offset)).isoformat()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        shelf = sqlite3.connect(self._path, timeout=2.0, isolation_level=None)
        try:
            # Reading and writing what was read must not be torn apart by another call.
            shelf.execute("BEGIN IMMEDIATE")
            yield shelf
            shelf.execute("COMMIT")
        except BaseException:
            if shelf.in_transaction:
                shelf.execute("ROLLBACK")
            raise
        finally:
            shelf.close()


_NAMES = 'SELECT name FROM items WHERE "order" = ? ORDER BY rowid'


def _order(shelf: sqlite3.Connection, number: str) -> tuple[str, int, str] | None:
    found: tuple[str, int, str] | None = shelf.execute(
        "SELECT state, day, address FROM orders WHERE number = ?", (number,)
    ).fetchone()
    return found


def _set_state(shelf: sqlite3.Connection, number: str, state: OrderState) -> None:
    shelf.execute("UPDATE orders SET state = ? WHERE number = ?", (state.value, number))


def _total(shelf: sqlite3.Connection, number: str) -> int:
    row = shelf.execute('SELECT sum(cents) FROM items WHERE "order" = ?', (number,)).fetchone()
    return int(row[0] or 0)


def _fill(shelf: sqlite3.Connection) -> None:
    """Write the well-known orders and the generated ones."""
    for statement in filter(None, map(str.strip, _TABLES.split(";"))):
        shelf.execute(statement)
    draw = random.Random(_SEED)
    for customer in range(1, CUSTOMERS + 1):
        first, last = draw.choice(_FIRST), draw.choice(_LAST)
        email = f"{first}.{last}{customer}@example.com".lower()
        # 555-01xx is set aside for fiction.
        phone = f"+1555{draw.randrange(200, 1000)}01{draw.randrange(100):02d}"
        shelf.execute(
            "INSERT INTO customers VALUES (?, ?, ?, ?)", (customer, f"{first} {last}", email, phone)
        )
    taken = {known.number for known in KNOWN_ORDERS}
    for known in KNOWN_ORDERS:
        _place(shelf, draw, known)
    while len(taken) < ORDERS:
        number = f"{draw.randrange(10_000, 100_000)}"
        if number in taken:
            continue
        taken.add(number)
        state = draw.choice(list(OrderState))
        ahead = state in (OrderState.PACKING, OrderState.ON_ITS_WAY, OrderState.DELAYED)
        day = draw.randrange(1, 7) if ahead else -draw.randrange(1, 60)
        items = tuple(draw.sample(sorted(_GOODS), draw.choice((1, 1, 2))))
        _place(shelf, draw, KnownOrder(number, state, day, items))


def _place(shelf: sqlite3.Connection, draw: random.Random, order: KnownOrder) -> None:
    address = f"{draw.randrange(1, 200)} {draw.choice(_STREETS)}, {draw.choice(_CITIES)}"
    shelf.execute(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?)",
        (order.number, draw.randint(1, CUSTOMERS), order.state.value, order.day, address),
    )
    for name in order.items:
        shelf.execute("INSERT INTO items VALUES (?, ?, ?)", (order.number, name, _GOODS[name]))
