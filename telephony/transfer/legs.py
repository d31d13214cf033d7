"""Legs: the telephones of the people who were rung, and the orders that end them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from telephony.transfer.commands import Dismiss, Mark, Went
from telephony.transfer.facts import Order
from telephony.transfer.state import Leg, LegState, TransferPolicy

MOST_DISMISSALS = 6
"""Orders to end a leg before it is left to the carrier's own time limit."""


class Legs:
    """What is known of each leg. A leg that is not wanted is ended as soon as it is known."""

    def __init__(self, legs: Iterable[Leg], policy: TransferPolicy) -> None:
        self._legs = list(legs)
        self._policy = policy

    @property
    def all(self) -> tuple[Leg, ...]:
        """In the order in which they were rung."""
        return tuple(self._legs)

    @property
    def are_over(self) -> bool:
        """Whether none is open."""
        return all(leg.state is LegState.OVER for leg in self._legs)

    def add(self) -> None:
        """One more person is rung."""
        self._legs.append(Leg())

    def change(self, person: int, state: LegState) -> None:
        """A leg got on."""
        over = state is LegState.OVER
        self._change(person, state=state, **({"again_at": None} if over else {}))

    def took(self, person: int) -> None:
        """A person took the call."""
        self._change(person, taken=True)

    def fated(self, person: int, fate: Went | None) -> None:
        """It is known why a person does not take the call."""
        self._change(person, fate=fate)

    def marks(self, before: Sequence[Leg]) -> list[Mark]:
        """Return what is to be noted of people since their legs were as before."""
        marks = []
        for person, leg in enumerate(self._legs):
            was = before[person] if person < len(before) else Leg()
            if leg.taken and not was.taken:
                marks.append(Mark(person, Went.TAKEN))
            if leg.state is LegState.OVER and was.state is not LegState.OVER:
                # Only now: their telephone is free again.
                end = Went.FINISHED if leg.taken else leg.fate
                marks += [Mark(person, end)] if end else []
        return marks

    def named(self, person: int, sid: str, now: float) -> list[Dismiss]:
        """The carrier's name of a leg became known."""
        leg = self._legs[person]
        if leg.state in (LegState.ASKED, LegState.UNCLEAR):
            self._change(person, state=LegState.LIVE)
        if not sid or leg.sid:
            return []
        self._change(person, sid=sid)
        return [self._order(person, now)] if leg.unwanted else []

    def dismiss(self, person: int, now: float) -> list[Dismiss]:
        """A leg is not wanted any more."""
        leg = self._legs[person]
        if leg.state is LegState.OVER or leg.unwanted:
            return []
        # A leg without a name can ring no longer after this time.
        ring = self._policy.ring + 2 * self._policy.slack
        self._change(person, unwanted=True, again_at=now + ring)
        return [self._order(person, now)] if leg.sid else []

    def dismissed(self, person: int, order: Order, now: float) -> None:
        """An order to end a leg has had its result."""
        leg = self._legs[person]
        if not leg.unwanted:
            return
        if order in (Order.DONE, Order.GONE):
            self.change(person, LegState.OVER)
        else:
            pause = self._policy.again * min(max(leg.orders, 1), 5)
            self._change(person, again_at=now + pause)

    def expire(self, now: float) -> list[Dismiss]:
        """Order again what had no result, and give up on what cannot be ended."""
        orders = []
        for person, leg in enumerate(self._legs):
            if leg.again_at is None or leg.again_at > now:
                continue
            if leg.sid and leg.orders < MOST_DISMISSALS:
                orders.append(self._order(person, now))
            else:
                self.change(person, LegState.OVER)
        return orders

    def _order(self, person: int, now: float) -> Dismiss:
        leg = self._legs[person]
        self._change(person, orders=leg.orders + 1, again_at=now + self._policy.order)
        return Dismiss(person, leg.sid, leg.state is LegState.ANSWERED)

    def _change(self, person: int, **changes: Any) -> None:
        self._legs[person] = replace(self._legs[person], **changes)
