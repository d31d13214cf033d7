"""Customers of the demo shop: whether somebody is who they say, and what they have with us.

Nothing here tells a record that does not exist from a fact that does not match.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from voicebot.actions.orders import Orders, read_order

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
