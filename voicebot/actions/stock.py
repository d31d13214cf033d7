"""What a new demo shop holds: customers, orders and items, the same on every machine.

Days are kept as offsets from today and turned into dates when they are asked for, so that order
44117 is due tomorrow on whichever day it is.
"""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass
from enum import StrEnum

_SEED = 20_260_101
VERSION = 2
"""Of the tables; a shop made by an earlier one is filled anew."""
CUSTOMERS = 200
ORDERS = 500


class OrderState(StrEnum):
    """Where an order stands."""

    PACKING = "packing"
    ON_ITS_WAY = "on_its_way"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURNED = "returned"


class Payment(StrEnum):
    """How an order was paid."""

    PAID = "paid"
    PENDING = "pending"
    """The bank has not answered yet."""
    DECLINED = "declined"
    CHARGED_TWICE = "charged_twice"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer who is the same in every demo shop."""

    id: int
    name: str
    email: str
    phone: str
    postcode: str
    tier: str
    points: int


KNOWN_CUSTOMERS = (
    # Rings from the number that simulated callers have.
    KnownCustomer(1, "Iris Clark", "iris.clark@example.com", "+15550100001", "02118", "gold", 1240),
    KnownCustomer(2, "Hugo Evans", "hugo.evans@example.com", "+15552340142", "97205", "", 0),
)


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that is the same in every demo shop."""

    number: str
    state: OrderState
    day: int
    """Days from today: when it is expected, or was delivered."""
    items: tuple[str, ...]
    customer: int = 1
    payment: Payment = Payment.PAID


KNOWN_ORDERS = (
    KnownOrder("44117", OrderState.ON_ITS_WAY, 1, ("a floor lamp",)),
    KnownOrder("44118", OrderState.PACKING, 3, ("a desk lamp", "two cushions")),
    KnownOrder("20305", OrderState.DELAYED, 6, ("an oak table",)),
    KnownOrder("55203", OrderState.DELIVERED, -5, ("a wool rug",)),
    KnownOrder("60718", OrderState.DELIVERED, -45, ("a mirror",)),
    KnownOrder("70421", OrderState.CANCELLED, -2, ("a bookshelf",), payment=Payment.REFUNDED),
    KnownOrder("81926", OrderState.RETURNED, -9, ("a kettle",), payment=Payment.REFUNDED),
    KnownOrder("31415", OrderState.DELIVERED, -3, ("an Aspen jacket",)),
    KnownOrder("27182", OrderState.PACKING, 4, ("a toaster",), payment=Payment.DECLINED),
    KnownOrder("16180", OrderState.DELIVERED, -8, ("four plates",), payment=Payment.CHARGED_TWICE),
    KnownOrder("90210", OrderState.PACKING, 2, ("an armchair",), customer=2),
    KnownOrder("33402", OrderState.DELIVERED, -6, ("a wall clock",), customer=2),
)
"""For the README, demos and tests."""

_GOODS = {
    "a floor lamp": 8900, "a desk lamp": 4950, "two cushions": 3800, "an oak table": 42000,
    "a wool rug": 15900, "a mirror": 6400, "a bookshelf": 12900, "a kettle": 3995,
    "four plates": 2800, "a throw blanket": 5500, "two curtains": 7200, "an armchair": 31000,
    "a toaster": 4400, "six glasses": 2100, "a wall clock": 3600, "a coat rack": 5900,
    "an Aspen jacket": 12900, "a Birch sweater": 6900, "a pair of Harbor boots": 9900,
}  # fmt: skip
"""What the shop sells, with prices in cents."""

_FIRST = (
    "Ada", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo", "Iris", "Jonas", "Karen",
)  # fmt: skip
_LAST = ("Adams", "Baker", "Clark", "Diaz", "Evans", "Foster", "Green", "Hall", "Ivers", "Jones")
_STREETS = ("Elm Street", "Oak Avenue", "Hill Road", "Lake Drive", "Mill Lane", "Park Street")
_CITIES = ("Boston", "Denver", "Portland", "Springfield", "Salem", "Dover", "Albany")

_TABLES = """
DROP TABLE IF EXISTS items;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS customers;
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL,
    postcode TEXT NOT NULL, tier TEXT NOT NULL, points INTEGER NOT NULL
);
CREATE TABLE orders (
    number TEXT PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers (id),
    state TEXT NOT NULL, day INTEGER NOT NULL, address TEXT NOT NULL, payment TEXT NOT NULL,
    state_before TEXT NOT NULL DEFAULT '', address_before TEXT NOT NULL DEFAULT ''
);
CREATE TABLE items (
    "order" TEXT NOT NULL REFERENCES orders (number), name TEXT NOT NULL, cents INTEGER NOT NULL
);
CREATE INDEX items_by_order ON items ("order")
"""


def fill(shelf: sqlite3.Connection) -> None:
    """Write the well-known customers and orders, and the generated ones."""
    for statement in _TABLES.split(";"):
        shelf.execute(statement)
    draw = random.Random(_SEED)
    for known in KNOWN_CUSTOMERS:
        _enrol(shelf, known)
    for number in range(len(KNOWN_CUSTOMERS) + 1, CUSTOMERS + 1):
        first, last = draw.choice(_FIRST), draw.choice(_LAST)
        email = f"{first}.{last}{number}@example.com".lower()
        # 555-01xx is set aside for fiction.
        phone = f"+1555{draw.randrange(200, 1000)}01{draw.randrange(100):02d}"
        tier = draw.choice(("", "", "silver", "gold"))
        points = draw.randrange(10, 3000) if tier else 0
        postcode = f"{draw.randrange(1001, 99_950):05d}"
        _enrol(
            shelf, KnownCustomer(number, f"{first} {last}", email, phone, postcode, tier, points)
        )
    for order in KNOWN_ORDERS:
        _place(shelf, draw, order)
    taken = {order.number for order in KNOWN_ORDERS}
    while len(taken) < ORDERS:
        order_number = f"{draw.randrange(10_000, 100_000)}"
        if order_number not in taken:
            taken.add(order_number)
            _place(shelf, draw, _drawn(draw, order_number))
    shelf.execute(f"PRAGMA user_version = {VERSION}")


def _drawn(draw: random.Random, number: str) -> KnownOrder:
    state = draw.choice(list(OrderState))
    ahead = state in (OrderState.PACKING, OrderState.ON_ITS_WAY, OrderState.DELAYED)
    day = draw.randrange(1, 7) if ahead else -draw.randrange(1, 60)
    items = tuple(draw.sample(sorted(_GOODS), draw.choice((1, 1, 2))))
    customer = draw.randint(len(KNOWN_CUSTOMERS) + 1, CUSTOMERS)
    back = state in (OrderState.CANCELLED, OrderState.RETURNED)
    payment = Payment.REFUNDED if back else draw.choice(tuple(Payment)[:4])
    return KnownOrder(number, state, day, items, customer, payment)


def _enrol(shelf: sqlite3.Connection, customer: KnownCustomer) -> None:
    shelf.execute(
        "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            customer.id,
            customer.name,
            customer.email,
            customer.phone,
            customer.postcode,
            customer.tier,
            customer.points,
        ),
    )


def _place(shelf: sqlite3.Connection, draw: random.Random, order: KnownOrder) -> None:
    address = f"{draw.randrange(1, 200)} {draw.choice(_STREETS)}, {draw.choice(_CITIES)}"
    shelf.execute(
        "INSERT INTO orders (number, customer, state, day, address, payment) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            order.number,
            order.customer,
            order.state.value,
            order.day,
            address,
            order.payment.value,
        ),
    )
    for name in order.items:
        shelf.execute("INSERT INTO items VALUES (?, ?, ?)", (order.number, name, _GOODS[name]))
