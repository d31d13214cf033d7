"""What the demo shop and clinic hold, and which of it a simulated customer knows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from voicebot.actions.demo_clinic import DemoClinic, Patient

Facts = dict[str, str]
Find = Callable[["Floor", Random], Facts | None]
"""Chooses what a customer knows; None where the shop has nothing that fits."""


class Floor:
    """What the called house holds, as its customers know it from their papers."""

    def __init__(
        self,
        orders: Sequence[Mapping[str, object]] = (),
        customers: Mapping[object, Mapping[str, object]] | None = None,
        patients: Sequence[Patient] = (),
    ) -> None:
        self.orders = orders
        self.customers = customers or {}
        self.patients = patients

    @classmethod
    def shop(cls, path: Path) -> Floor:
        """Read a filled shop."""
        shop = sqlite3.connect(path)
        shop.row_factory = sqlite3.Row
        try:
            orders = [dict(row) for row in shop.execute("SELECT * FROM orders")]
            rows = shop.execute("SELECT * FROM customers")
            return cls(orders, {row["id"]: dict(row) for row in rows})
        finally:
            shop.close()

    @classmethod
    def clinic(cls) -> Floor:
        """Read the demo clinic's book."""
        return cls(patients=DemoClinic().patients())

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
            if order["state"] in states and days[0] <= int(str(order["day"])) <= days[1]
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


def patient(fits: Callable[[Patient], bool]) -> Find:
    """Return what chooses a patient of whom this is so."""

    def find(floor: Floor, random: Random) -> Facts | None:
        fitting = [known for known in floor.patients if fits(known)]
        if not fitting:
            return None
        chosen = random.choice(fitting)
        facts = {"patient": chosen.number, "birth_year": chosen.birth_year}
        return facts | {"phone": f"202555{random.randrange(10_000):04}"}

    return find


def unknown_patient(floor: Floor, random: Random) -> Facts | None:
    """A patient whom the clinic does not know."""
    taken = {known.number for known in floor.patients}
    while (number := f"{random.randrange(100_000, 1_000_000)}") in taken:
        pass
    return {
        "patient": number,
        "birth_year": str(random.randrange(1940, 2006)),
        "phone": "2025550143",
    }


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
