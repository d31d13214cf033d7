"""What the demo shop holds, and which of it a simulated customer knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
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
