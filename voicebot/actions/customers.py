"""Customers of the demo shop: whether somebody is who they say, and what they have with us.

Nothing here tells a record that does not exist from a fact that does not match.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from voicebot.actions.orders import Orders, read_order

_MOST_ORDERS = 10
_LOCAL_NUMBER = 10
"""Digits of a phone number without its country's code."""
_SIGNS = {"at": "@", "dot": ".", "dash": "-", "underscore": "_"}


class Customers(Orders):
    """The actions on customers."""

    def verify_order(
        self, order: str, phone: str = "", postcode: str = "", name: str = ""
    ) -> dict[str, Any]:
        """Compare facts with those of the customer whose order it is.

        Returns:
            `verified`, with what the customer may then hear of the order, or `unverified`.
        """
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            row = shelf.execute(
                "SELECT phone, postcode, name, email FROM customers "
                "JOIN orders ON customer = id WHERE number = ?",
                (order,),
            ).fetchone()
            if kept is None or not _match(row, phone=phone, postcode=postcode, name=name):
                return {"outcome": "unverified"}
            return {"outcome": "verified"} | self._told(shelf, kept)

    def verify_account(self, email: str, phone: str = "", postcode: str = "") -> dict[str, Any]:
        """Compare facts with those of the customer who has an email address."""
        with self._transaction() as shelf:
            row = _by_email(shelf, email)
        matches = row is not None and _match(row, phone=phone, postcode=postcode)
        return {"outcome": "verified" if matches else "unverified"}

    def verify_owner(self, phone: str, postcode: str = "") -> dict[str, Any]:
        """Compare a zip code with that of the customer who has a phone number."""
        with self._transaction() as shelf:
            row = _by_phone(shelf, phone)
        matches = row is not None and _match(row[1:], postcode=postcode)
        return {"outcome": "verified" if matches else "unverified"}

    def orders_of(self, phone: str) -> dict[str, Any]:
        """Return the orders of the customer who has a phone number, those under way first, then
        the newest; at most ten, with what is in each."""
        with self._transaction() as shelf:
            return self._orders_told(shelf, _by_phone(shelf, phone))

    def orders_by_email(self, email: str) -> dict[str, Any]:
        """Return the same for the customer who has an email address."""
        with self._transaction() as shelf:
            row = shelf.execute(
                "SELECT id FROM customers WHERE email = ?", (written(email),)
            ).fetchone()
            return self._orders_told(shelf, row)

    def _orders_told(
        self, shelf: sqlite3.Connection, row: tuple[Any, ...] | None
    ) -> dict[str, Any]:
        numbers = _orders_of(shelf, row[0]) if row else []
        told = [self._told(shelf, kept) for n in numbers if (kept := read_order(shelf, n))]
        if not told:
            return {"outcome": "none"}
        things = [" and ".join(one["items"]) for one in told]
        return {"outcome": "found", "orders": numbers, "things": things}

    def caller_orders(self, phone: str) -> dict[str, Any]:
        """Return how the newest order of whoever calls from a number stands."""
        with self._transaction() as shelf:
            row = _by_phone(shelf, phone)
            numbers = _orders_of(shelf, row[0]) if row else []
            kept = read_order(shelf, numbers[0]) if numbers else None
        if kept is None:
            return {"outcome": "unknown"}
        return {"outcome": "known", "newest": kept.state.value}

    def find_membership(self, email: str) -> dict[str, Any]:
        """Return a customer's membership; `none` also where there is no such customer."""
        with self._transaction() as shelf:
            row = _by_email(shelf, email)
        if row is None or not row[4]:
            return {"outcome": "none"}
        return {"outcome": "member", "tier": row[4], "points": row[5]}


def _by_email(shelf: sqlite3.Connection, email: str) -> tuple[Any, ...] | None:
    found: tuple[Any, ...] | None = shelf.execute(
        "SELECT phone, postcode, name, email, tier, points FROM customers WHERE email = ?",
        (written(email),),
    ).fetchone()
    return found


def _by_phone(shelf: sqlite3.Connection, phone: str) -> tuple[Any, ...] | None:
    """Return (id, phone, postcode, name) of the customer with a number, however it is written."""
    rows = shelf.execute("SELECT id, phone, postcode, name FROM customers ORDER BY id").fetchall()
    return next((row for row in rows if _same("phone", phone, row[1])), None)


def _orders_of(shelf: sqlite3.Connection, customer: int) -> list[str]:
    """Return the numbers of a customer's orders: under way, soonest first; then the newest."""
    rows = shelf.execute(
        "SELECT number FROM orders WHERE customer = ? ORDER BY day < 0, abs(day), number LIMIT ?",
        (customer, _MOST_ORDERS),
    ).fetchall()
    return [number for (number,) in rows]


def written(email: str) -> str:
    """Return an email address as it is written, from how it was said."""
    said = email.lower()
    for word, sign in _SIGNS.items():
        said = re.sub(rf"\s+{word}\s+", sign, said)
    words = (word.strip(".,!?") for word in said.split())
    return next((word for word in words if "@" in word), said)


def _match(row: tuple[Any, ...], **given: str) -> bool:
    """Whether something was given, and all of it is on file."""
    on_file: Mapping[str, str] = dict(
        zip(("phone", "postcode", "name"), map(str, row), strict=False)
    )
    said = {kind: value for kind, value in given.items() if value}
    return bool(said) and all(_same(kind, said[kind], on_file[kind]) for kind in said)


def _same(kind: str, said: str, kept: str) -> bool:
    match kind:
        case "phone":
            digits = re.sub(r"\D", "", said)[-_LOCAL_NUMBER:]
            return (
                len(digits) == _LOCAL_NUMBER and digits == re.sub(r"\D", "", kept)[-_LOCAL_NUMBER:]
            )
        case "postcode":
            return re.sub(r"\W", "", said).lower() == re.sub(r"\W", "", kept).lower()
        case _:
            return said.lower().split()[-1:] == kept.lower().split()[-1:]
