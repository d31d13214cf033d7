"""Orders of the demo shop: where they stand, and what can still be changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from voicebot.actions.shelf import Shelf
from voicebot.actions.stock import OrderState, Payment

RETURN_DAYS = 30
"""Days after delivery in which an order can be returned or exchanged."""

_AHEAD = (OrderState.PACKING, OrderState.ON_ITS_WAY, OrderState.DELAYED)
_HERE = (OrderState.PACKING, OrderState.DELAYED)
"""States of what has not left the warehouse."""
_UNKNOWN = {"outcome": "unknown"}


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it is kept."""

    number: str
    state: OrderState
    day: int
    address: str
    payment: Payment
    state_before: str
    """Before it was cancelled or returned over this hotline; empty when it was not."""
    address_before: str


_MOST_CANDIDATES = 50
"""Numbers that are looked up at once."""


class Orders(Shelf):
    """The actions on orders. What changes something does so once, however often it is asked to."""

    def find_order(self, order: str) -> dict[str, Any]:
        """Return where an order stands: `outcome` is its state, or `unknown`."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return _UNKNOWN | {"today": self._day(0)}
            return {"outcome": kept.state.value} | self._told(shelf, kept)

    def which_orders(self, candidates: str) -> dict[str, Any]:
        """Return which of some numbers, with commas between them, are orders."""
        numbers = [number.strip() for number in candidates.split(",")][:_MOST_CANDIDATES]
        with self._transaction() as shelf:
            known = [number for number in numbers if read_order(shelf, number) is not None]
        return {"outcome": "found" if known else "unknown", "matches": ",".join(known)}

    def cancel_order(self, order: str) -> dict[str, Any]:
        """Cancel an order that has not left the warehouse; twice is as good as once."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return _UNKNOWN
            if kept.state is not OrderState.CANCELLED:
                if kept.state not in _HERE:
                    return {"outcome": "too_late"}
                _set_state(shelf, kept, OrderState.CANCELLED)
            return {"outcome": "cancelled", "refund_cents": total(shelf, order)}

    def restore_order(self, order: str) -> dict[str, Any]:
        """Take back a cancellation that was made over this hotline."""
        return self._take_back(order, OrderState.CANCELLED, _HERE)

    def change_address(self, order: str, address: str) -> dict[str, Any]:
        """Send an order elsewhere while it has not left the warehouse."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return _UNKNOWN
            if kept.state not in _HERE:
                return {"outcome": "too_late"}
            if kept.address != address:
                shelf.execute(
                    "UPDATE orders SET address = ?, address_before = ? WHERE number = ?",
                    (address, kept.address, order),
                )
            return {"outcome": "changed"}

    def restore_address(self, order: str) -> dict[str, Any]:
        """Send an order to where it was to go before the last change."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return _UNKNOWN
            if kept.state not in _HERE:
                return {"outcome": "too_late"}
            if kept.address_before:
                shelf.execute(
                    "UPDATE orders SET address = address_before, address_before = '' "
                    "WHERE number = ?",
                    (order,),
                )
            return {"outcome": "restored"}

    def start_return(self, order: str) -> dict[str, Any]:
        """Begin a return within the days that the shop allows."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return _UNKNOWN
            if kept.state is OrderState.RETURNED:
                return {"outcome": "already"}
            if kept.state is not OrderState.DELIVERED:
                return {"outcome": "not_delivered"}
            if -kept.day > RETURN_DAYS:
                return {"outcome": "too_late"}
            _set_state(shelf, kept, OrderState.RETURNED)
            return {"outcome": "started", "refund_cents": total(shelf, order)}

    def withdraw_return(self, order: str) -> dict[str, Any]:
        """Take back a return that was begun over this hotline."""
        return self._take_back(order, OrderState.RETURNED, (OrderState.DELIVERED,))

    def address_of(self, order: str) -> str:
        """Return where an order goes; empty when there is none."""
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
        return "" if kept is None else kept.address

    def _take_back(
        self, order: str, state: OrderState, before: Collection[OrderState]
    ) -> dict[str, Any]:
        with self._transaction() as shelf:
            kept = read_order(shelf, order)
            if kept is None:
                return _UNKNOWN
            if kept.state in before:
                return {"outcome": "restored"}
            if kept.state is not state or not kept.state_before:
                return {"outcome": "too_late"}
            _set_state(shelf, kept, OrderState(kept.state_before))
            return {"outcome": "restored"}

    def _told(self, shelf: sqlite3.Connection, kept: Order) -> dict[str, Any]:
        """Return what is known of an order, public and private."""
        names = shelf.execute(
            'SELECT name FROM items WHERE "order" = ? ORDER BY rowid', (kept.number,)
        )
        told: dict[str, Any] = {
            "today": self._day(0),
            "items": [name for (name,) in names],
            "total_cents": total(shelf, kept.number),
            "address": kept.address,
        }
        if kept.state in _AHEAD:
            told["expected"] = self._day(kept.day)
        elif kept.state is OrderState.DELIVERED:
            told |= {"delivered": self._day(kept.day), "days_since": -kept.day}
        return told


def read_order(shelf: sqlite3.Connection, number: str) -> Order | None:
    """Return an order as it is kept; None when there is none."""
    row = shelf.execute(
        "SELECT state, day, address, payment, state_before, address_before FROM orders "
        "WHERE number = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    state, day, address, payment, state_before, address_before = row
    return Order(
        number, OrderState(state), day, address, Payment(payment), state_before, address_before
    )


def total(shelf: sqlite3.Connection, number: str) -> int:
    """Return what an order's items cost together, in cents."""
    row = shelf.execute('SELECT sum(cents) FROM items WHERE "order" = ?', (number,)).fetchone()
    return int(row[0] or 0)


def _set_state(shelf: sqlite3.Connection, kept: Order, state: OrderState) -> None:
    shelf.execute(
        "UPDATE orders SET state = ?, state_before = ? WHERE number = ?",
        (state.value, kept.state.value, kept.number),
    )
