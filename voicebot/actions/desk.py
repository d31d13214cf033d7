"""The demo shop's desk: what colleagues have to do, and letters that go out.

Everything is noted under the key of its request, so that one request never makes two.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from voicebot.actions.customers import Customers, written
from voicebot.actions.orders import RETURN_DAYS, read_order, total
from voicebot.actions.stock import OrderState, Payment

TABLES = (
    "CREATE TABLE IF NOT EXISTS call_backs "
    "(key TEXT PRIMARY KEY, day TEXT NOT NULL, phone TEXT NOT NULL, about TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS jobs (key TEXT PRIMARY KEY, day TEXT NOT NULL, "
    'kind TEXT NOT NULL, "order" TEXT NOT NULL, details TEXT NOT NULL)',
)
"""Kept apart from the filled tables: a shop made before there was a desk gets one."""
_FIRST_REFERENCE = 700


@dataclass(frozen=True, slots=True)
class CallBack:
    """A call that a colleague has to make."""

    day: str
    """ISO date on which it was asked for."""
    phone: str
    about: str
    """What the colleague must know."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that a colleague or the mail room has to do."""

    kind: str
    """`exchange`, `replacement`, `refund`, `invoice`, `payment_link`, `reset_link`, `complaint`."""
    order: str
    """Order number or email address that it is about; empty for none."""
    details: str


class Desk(Customers):
    """The actions that end with somebody else."""

    def request_exchange(self, order: str, wish: str, call_key: str) -> dict[str, Any]:
        """Exchange what is in an order for something else, within the days for returns."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return {"outcome": "unknown"}
            if kept.state is not OrderState.DELIVERED:
                return {"outcome": "not_delivered"}
            if -kept.day > RETURN_DAYS:
                return {"outcome": "too_late"}
            _note(shelf, call_key, self._day(0), "exchange", order, wish)
            return {"outcome": "noted"}

    def settle_damage(self, order: str, wish: str, details: str, call_key: str) -> dict[str, Any]:
        """Send something anew, or give the money for it back.

        Args:
            order: The order that it came with, or should have.
            wish: `replacement` or `refund`.
            details: What is wrong with it.
            call_key: Of the request.
        """
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return {"outcome": "unknown"}
            if kept.state is not OrderState.DELIVERED:
                return {"outcome": "not_delivered"}
            kind = "refund" if wish == "refund" else "replacement"
            _note(shelf, call_key, self._day(0), kind, order, details)
            return {"outcome": kind, "refund_cents": total(shelf, order)}

    def withdraw_job(self, order: str) -> dict[str, Any]:
        """Take back the last exchange, replacement or refund of an order."""
        with self._transaction() as shelf:
            if read_order(shelf, order) is None:
                return {"outcome": "unknown"}
            shelf.execute(
                'DELETE FROM jobs WHERE rowid = (SELECT max(rowid) FROM jobs WHERE "order" = ? '
                "AND kind IN ('exchange', 'replacement', 'refund'))",
                (order,),
            )
            return {"outcome": "restored"}

    def send_invoice(self, order: str, call_key: str) -> dict[str, Any]:
        """Mail an order's invoice to the address on file."""
        return self._mail(order, "invoice", call_key)

    def check_payment(self, order: str) -> dict[str, Any]:
        """Return how an order was paid."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return {"outcome": "unknown"}
            return {"outcome": kept.payment.value, "total_cents": total(shelf, order)}

    def send_payment_link(self, order: str, call_key: str) -> dict[str, Any]:
        """Mail a link to pay an order that is not paid yet."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
        if kept is not None and kept.payment not in (Payment.DECLINED, Payment.PENDING):
            return {"outcome": "not_needed"}
        return self._mail(order, "payment_link", call_key)

    def refund_double_charge(self, order: str, call_key: str) -> dict[str, Any]:
        """Give back what was charged a second time."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return {"outcome": "unknown"}
            if kept.payment is not Payment.CHARGED_TWICE and not _noted(shelf, call_key):
                return {"outcome": "not_needed"}
            shelf.execute(
                "UPDATE orders SET payment = ? WHERE number = ?", (Payment.PAID.value, order)
            )
            _note(shelf, call_key, self._day(0), "refund", order, "charged twice")
            return {"outcome": "refunded", "refund_cents": total(shelf, order)}

    def send_reset_link(self, email: str, call_key: str) -> dict[str, Any]:
        """Mail a link for a new password, if there is such an account; the answer is the same."""
        with self._transaction() as shelf:
            known = shelf.execute("SELECT 1 FROM customers WHERE email = ?", (written(email),))
            if known.fetchone() is not None:
                _note(shelf, call_key, self._day(0), "reset_link", written(email), "")
        return {"outcome": "sent"}

    def file_complaint(self, details: str, about: str, call_key: str) -> dict[str, Any]:
        """Note a complaint for a colleague, under a number that the customer can refer to."""
        with self._transaction() as shelf:
            row = _note(shelf, call_key, self._day(0), "complaint", "", f"{details}\n{about}")
        return {"outcome": "noted", "reference": str(_FIRST_REFERENCE + row)}

    def request_call_back(self, phone: str, about: str, call_key: str) -> dict[str, Any]:
        """Note a call-back for the colleagues."""
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

    def jobs(self) -> tuple[Job, ...]:
        """Return what else is to be done, oldest first."""
        with self._transaction() as shelf:
            rows = shelf.execute('SELECT kind, "order", details FROM jobs ORDER BY rowid')
            return tuple(Job(kind, order, details) for kind, order, details in rows)

    def _mail(self, order: str, kind: str, call_key: str) -> dict[str, Any]:
        with self._transaction() as shelf:
            if read_order(shelf, order) is None:
                return {"outcome": "unknown"}
            _note(shelf, call_key, self._day(0), kind, order, "")
            return {"outcome": "sent"}


def _noted(shelf: sqlite3.Connection, key: str) -> bool:
    return shelf.execute("SELECT 1 FROM jobs WHERE key = ?", (key,)).fetchone() is not None


def _note(
    shelf: sqlite3.Connection, key: str, day: str, kind: str, order: str, details: str
) -> int:
    """Note a job once; return the number of its row."""
    shelf.execute(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (key, day, kind, order, details),
    )
    return int(shelf.execute("SELECT rowid FROM jobs WHERE key = ?", (key,)).fetchone()[0])
