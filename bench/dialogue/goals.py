"""What simulated customers want, and what must be so in the end. A goal is one entry here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

Facts = dict[str, str]
Find = Callable[["Floor", Random], Facts | None]
"""Chooses what a customer knows; None where the shop has nothing that fits."""


class Floor:
    """What the demo shop holds, as customers know it from their papers."""

    def __init__(self, path: Path) -> None:
        """Read a filled shop."""
        shop = sqlite3.connect(path)
        shop.row_factory = sqlite3.Row
        try:
            self.orders = [dict(row) for row in shop.execute("SELECT * FROM orders")]
            self.customers = {
                row["id"]: dict(row) for row in shop.execute("SELECT * FROM customers")
            }
        finally:
            shop.close()

    def facts(self, order: Mapping[str, object]) -> Facts:
        """Return what the owner of an order knows."""
        owner = self.customers[order["customer"]]
        known = {"order": order["number"], **owner, "address_on_file": order["address"]}
        facts = {name: str(value) for name, value in known.items()}
        # People leave the country's code out.
        return facts | {"phone": facts["phone"][-10:]}


def order_in(*states: str, days: tuple[int, int] = (-10_000, 10_000)) -> Find:
    """Return what chooses an order in one of these states, so many days from today."""

    def find(floor: Floor, random: Random) -> Facts | None:
        fitting = [
            order
            for order in floor.orders
            if order["state"] in states and days[0] <= int(order["day"]) <= days[1]
        ]
        return floor.facts(random.choice(fitting)) if fitting else None

    return find


def nobody(floor: Floor, random: Random) -> Facts | None:
    """A caller whose order does not matter."""
    return {"phone": f"202555{random.randrange(10_000):04}"}


def unknown_order(floor: Floor, random: Random) -> Facts | None:
    """An order that the shop does not have."""
    taken = {order["number"] for order in floor.orders}
    while (number := f"{random.randrange(10_000, 100_000)}") in taken:
        pass
    return {"order": number, "phone": "2025550143"}


def moving(find: Find) -> Find:
    """Return what also gives the customer a new address."""

    def with_address(floor: Floor, random: Random) -> Facts | None:
        facts = find(floor, random)
        if facts is None:
            return None
        number = random.randrange(2, 99)
        street = random.choice(("Birch Lane", "Castle Street", "Forest Avenue", "Station Road"))
        city = random.choice(("Boston", "Denver", "Salem", "Albany"))
        return facts | {"address": f"{number} {street}, {city}"}

    return with_address


def paid(how: str) -> Find:
    """Return what chooses an order whose payment stands so."""

    def find(floor: Floor, random: Random) -> Facts | None:
        fitting = [order for order in floor.orders if order["payment"] == how]
        return floor.facts(random.choice(fitting)) if fitting else None

    return find


def saying(find: Find, **texts: tuple[str, ...]) -> Find:
    """Return what also gives the customer something to say in their own words."""

    def with_words(floor: Floor, random: Random) -> Facts | None:
        facts = find(floor, random)
        chosen = {name: random.choice(said) for name, said in texts.items()}
        return None if facts is None else facts | chosen

    return with_words


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing to get done."""

    name: str
    find: Find
    need: str
    """How it is asked for: a key of `needs` in phrases.yaml."""
    told: tuple[str, ...] = ()
    """Patterns that must all be found in what the bot says."""
    calls: tuple[tuple[str, Mapping[str, str], str], ...] = ()
    """(tool, argument: the fact that it must be, outcome) of everything that may be changed."""
    agrees: bool = True
    """Whether the customer says yes when asked whether to do it."""
    agreed: str = ""
    """Pattern of what "shall I …?" must name for the customer to mean it; empty for anything."""
    pick: str = ""
    """Which option it is in a spoken choice: a key of `pick`."""
    words: tuple[str, ...] = ()
    """Words that name it in "do you want to …, or …"."""
    handed_over: bool = False
    """Whether a person must take over."""
    takes_person: bool = False
    """Whether the customer says yes when a person is offered."""
    then: str = ""
    """A goal of the same customer that follows."""
    weight: int = 1
    facts_wanted: tuple[str, ...] = field(default=("order",))
    """Facts that must have been understood, where any tool was called with them."""


_TRACKED = {
    "packing": "packed", "on_its_way": "on its way", "delayed": "late", "delivered": "delivered",
    "cancelled": "cancelled", "returned": "returned",
}  # fmt: skip


def _status(state: str) -> Goal:
    return Goal(
        f"status_{state}",
        order_in(state),
        "order_status",
        told=(_TRACKED[state],),
        agreed="track",
        pick="track",
        words=("track",),
    )


GOALS: tuple[Goal, ...] = (
    *map(_status, _TRACKED),
    Goal(
        "cancel",
        order_in("packing", "delayed"),
        "cancel_order",
        agreed="cancel",
        pick="cancel",
        words=("cancel",),
        told=("cancelled",),
        calls=(("cancel_order", {"order": "order"}, "cancelled"),),
        weight=3,
    ),
    Goal(
        "cancel_too_late",
        order_in("on_its_way"),
        "cancel_order",
        agreed="cancel",
        pick="cancel",
        words=("cancel",),
        told=("can't cancel",),
    ),
    Goal(
        "changes_mind",
        order_in("packing"),
        "cancel_order",
        agreed="cancel",
        pick="cancel",
        words=("cancel",),
        told=("left it as it is",),
        agrees=False,
    ),
    Goal(
        "change_address",
        moving(order_in("packing", "delayed")),
        "change_address",
        facts_wanted=("order", "address"),
        agreed="address",
        words=("address",),
        told=("new address",),
        calls=(("change_address", {"order": "order", "address": "address"}, "changed"),),
        weight=3,
    ),
    Goal(
        "return",
        order_in("delivered", days=(-28, -1)),
        "return_item",
        agreed="return",
        pick="return",
        words=("return an order",),
        told=("label",),
        calls=(("start_return", {"order": "order"}, "started"),),
        weight=3,
    ),
    Goal(
        "return_too_late",
        order_in("delivered", days=(-59, -32)),
        "return_item",
        agreed="return",
        pick="return",
        words=("return an order",),
        told=("thirty days",),
        handed_over=True,
        takes_person=True,
    ),
    Goal(
        "call_back",
        nobody,
        "call_back",
        agreed="call you",
        words=("called back",),
        told=("call you back",),
        calls=(("request_call_back", {"phone": "phone"}, "noted"),),
        weight=2,
        facts_wanted=("phone",),
    ),
    Goal(
        "exchange",
        saying(
            order_in("delivered", days=(-28, -1)),
            wish=("the same in a size larger", "a green one", "a smaller one, if there is any"),
        ),
        "exchange",
        agreed="exchange",
        words=("exchange",),
        told=("as soon as the old one",),
        calls=(("request_exchange", {"order": "order", "wish": "wish"}, "noted"),),
        facts_wanted=("order", "wish"),
        weight=2,
    ),
    Goal(
        "damaged",
        saying(
            order_in("delivered", days=(-28, -1)),
            details=(
                "one leg is cracked",
                "there is a deep scratch across the top",
                "half of it was not in the box",
            ),
        ),
        "damaged",
        agreed="new one",
        words=("damaged",),
        told=("new one leaves",),
        calls=(("settle_damage", {"order": "order", "details": "details"}, "replacement"),),
        facts_wanted=("order", "details"),
        weight=2,
    ),
    Goal(
        "invoice",
        order_in("delivered", "on_its_way"),
        "invoice",
        agreed="invoice",
        words=("invoice",),
        told=("mailbox",),
        calls=(("send_invoice", {"order": "order"}, "sent"),),
        weight=2,
    ),
    Goal(
        "charged_twice",
        paid("charged_twice"),
        "charged_twice",
        agreed="second payment",
        words=("payment",),
        told=("charged twice",),
        calls=(("refund_double_charge", {"order": "order"}, "refunded"),),
    ),
    Goal(
        "complaint",
        saying(
            nobody,
            complaint=(
                "your driver was rude to my mother and just left the box in the rain",
                "nobody ever answers my letters and I'm fed up with it",
            ),
        ),
        "complaint",
        agreed="pass it on",
        words=("complaint",),
        told=("within two days",),
        calls=(("file_complaint", {"details": "complaint"}, "noted"),),
        facts_wanted=("complaint",),
    ),
    Goal(
        "account",
        order_in("delivered", "packing"),
        "account",
        agreed="link",
        words=("account",),
        told=("link is on its way",),
        calls=(("send_reset_link", {"email": "email"}, "sent"),),
        facts_wanted=("email",),
    ),
    Goal(
        "membership",
        order_in("delivered", "packing"),
        "membership",
        agreed="membership",
        words=("membership",),
        told=("member",),
        facts_wanted=("email",),
    ),
    Goal(
        "person",
        nobody,
        "person",
        agreed="connect you",
        handed_over=True,
        takes_person=True,
        facts_wanted=(),
    ),
    Goal(
        "unknown_order",
        unknown_order,
        "order_status",
        agreed="track",
        pick="track",
        words=("track",),
        told=("can't find",),
        handed_over=True,
        takes_person=True,
        facts_wanted=(),
    ),
    Goal(
        "opening_hours",
        nobody,
        "opening_hours",
        agreed="connect you",
        words=("hours",),
        told=("nine",),
        facts_wanted=(),
    ),
    Goal(
        "delivery_cost",
        nobody,
        "delivery_cost",
        agreed="connect you",
        words=("delivery",),
        told=("free|dollar",),
        facts_wanted=(),
    ),
    Goal(
        "warranty",
        nobody,
        "warranty",
        agreed="connect you",
        words=("warranty",),
        told=("two year",),
        facts_wanted=(),
    ),
    Goal(
        "payment",
        nobody,
        "payment",
        agreed="connect you",
        words=("pay",),
        told=("card|PayPal",),
        facts_wanted=(),
    ),
    Goal(
        "hours_then_status",
        order_in("on_its_way"),
        "opening_hours",
        agreed="connect you",
        words=("hours",),
        told=("nine",),
        then="status_on_its_way",
    ),
    Goal(
        "status_then_cancel",
        order_in("packing"),
        "order_status",
        agreed="track",
        pick="track",
        words=("track",),
        told=("packed",),
        then="cancel",
        weight=2,
    ),
    Goal(
        "nonsense",
        nobody,
        "nonsense",
        agreed="connect you",
        told=("can't help|don't know|not something|didn't get|missed that",),
        facts_wanted=(),
    ),
)
"""Everything that customers want, with what must come of it."""

BY_NAME = {goal.name: goal for goal in GOALS}
