"""A shop to try the hotline on: generated customers and orders in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from voicebot.actions.desk import TABLES, Desk
from voicebot.actions.stock import VERSION, fill

_ACTIONS = (
    "find_order", "which_orders", "verify_order", "cancel_order", "restore_order", "change_address",
    "restore_address", "start_return", "withdraw_return", "request_exchange", "settle_damage",
    "withdraw_job", "send_invoice", "check_payment", "send_payment_link", "refund_double_charge",
    "verify_account", "find_membership", "send_reset_link", "file_complaint", "request_call_back",
    "verify_owner", "orders_of", "orders_by_email", "caller_orders",
)  # fmt: skip


class DemoShop(Desk):
    """The shop's back office. Safe to share between threads: each action opens the file anew."""

    @classmethod
    def open(cls, path: Path, *, today: Callable[[], date] = date.today) -> DemoShop:
        """Open a shop; make and fill it where there is none, or one of an earlier version.

        Raises:
            OSError: the folder cannot be written to.
            sqlite3.Error: the file is something else; it is left alone.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        shop = cls(path, today=today)
        with shop._transaction() as shelf:
            if shelf.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                _check_ours(shelf, path)
                fill(shelf)
            for table in TABLES:
                shelf.execute(table)
        return shop

    def tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        """Return the actions that a hotline can call."""
        return {name: getattr(self, name) for name in _ACTIONS}


def _check_ours(shelf: sqlite3.Connection, path: Path) -> None:
    """What is filled anew must be empty, or a demo shop of an earlier version."""
    tables = {name for (name,) in shelf.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return
    emails: list[tuple[str]] = []
    if "customers" in tables and "items_by_order" in tables:
        emails = shelf.execute("SELECT email FROM customers").fetchall()
    if not emails or not all(email.endswith("@example.com") for (email,) in emails):
        raise sqlite3.DatabaseError(
            f"{path} holds something else than a demo shop; set VOICEBOT_SHOP_PATH to another file"
        )
