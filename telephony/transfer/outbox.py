"""Outbox: what a transfer has ordered and not heard of yet, and what its caller's side is told.

It is stored together with the state, in one step: whoever made the step carries its orders out, and
if they die before it is known what became of one, somebody else finds it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from telephony.transfer import commands
from telephony.transfer.commands import Command, Outcome, Reason, Went

Order = (
    commands.Dial
    | commands.Dismiss
    | commands.Mark
    | commands.MoveCaller
    | commands.CheckRoom
    | commands.BringBack
)
"""What the carrier, and who offers callers to people, are asked for."""
News = commands.TellNext | commands.Announce | commands.Connected | commands.Settle
"""What the caller's side is told of a transfer."""

CHECK_SECONDS = 2.0
"""After which an order without a result is looked at: does its holder live?"""

_ORDERS: Mapping[str, type[Order]] = {
    "dial": commands.Dial,
    "dismiss": commands.Dismiss,
    "mark": commands.Mark,
    "move-caller": commands.MoveCaller,
    "check-room": commands.CheckRoom,
    "bring-back": commands.BringBack,
}
_NEWS: Mapping[str, type[News]] = {
    "tell-next": commands.TellNext,
    "announce": commands.Announce,
    "connected": commands.Connected,
    "settle": commands.Settle,
}


@dataclass(frozen=True, slots=True)
class PendingOrder:
    """An order whose result is not known yet."""

    number: int
    """Counts the orders of the transfer."""
    order: Order
    holder: str
    """The process that carries it out."""
    asked_at: float
    check_at: float
    tries: int = 1
    """Above 1: somebody died over it, so it may have been carried out."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Orders under way, and all news from the first one on."""

    orders: tuple[PendingOrder, ...] = ()
    news: tuple[News, ...] = ()
    """As many as people were rung, twice, and the end: they are never removed, so that each
    listener knows by their count what it has not heard."""
    given: int = 0
    """How many orders there were."""

    @property
    def due_at(self) -> float | None:
        """When to look at the orders."""
        return min((pending.check_at for pending in self.orders), default=None)

    def with_commands(self, asked: Sequence[Command], holder: str, now: float) -> Outbox:
        """Return it with what a step asked for; the orders are the holder's to carry out."""
        orders, news = list(self.orders), list(self.news)
        given = self.given
        for command in asked:
            if isinstance(command, News):
                news.append(command)
            else:
                given += 1
                orders.append(PendingOrder(given, command, holder, now, now + CHECK_SECONDS))
        return Outbox(tuple(orders), tuple(news), given)

    def without(self, number: int | None) -> Outbox:
        """Return it without an order whose result is known."""
        left = tuple(pending for pending in self.orders if pending.number != number)
        return replace(self, orders=left)

    def checked(self, lives: Mapping[int, bool], holder: str, now: float) -> Outbox:
        """Return it after a look at orders: those nobody carries out are the holder's now.

        Args:
            lives: Whether each of the orders that were looked at, by number, is in hands.
            holder: Who looked.
            now: Seconds.
        """
        orders = []
        for pending in self.orders:
            lived = lives.get(pending.number)
            if lived is not None:
                pending = replace(pending, check_at=now + CHECK_SECONDS)
            if lived is False:
                pending = replace(pending, holder=holder, tries=pending.tries + 1)
            orders.append(pending)
        return replace(self, orders=tuple(orders))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        orders = [
            {
                **{f.name: getattr(pending, f.name) for f in fields(pending) if f.name != "order"},
                "order": _plain(pending.order, _ORDERS),
            }
            for pending in self.orders
        ]
        news = [_plain(told, _NEWS) for told in self.news]
        return {"orders": orders, "news": news, "given": self.given}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Outbox:
        """Rebuild it from `to_json`.

        Raises:
            KeyError, TypeError, ValueError: the data is not an outbox.
        """
        orders = tuple(
            PendingOrder(**{**pending, "order": _order(pending["order"])})
            for pending in data["orders"]
        )
        return cls(orders, tuple(_news(told) for told in data["news"]), int(data["given"]))


def _plain(command: Command, names: Mapping[str, type[Any]]) -> dict[str, Any]:
    (name,) = (name for name, kind in names.items() if kind is type(command))
    return {"is": name, **asdict(command)}


def _order(data: Mapping[str, Any]) -> Order:
    values = dict(data)
    if "went" in values:
        values["went"] = Went(values["went"])
    return _ORDERS[values.pop("is")](**values)


def _news(data: Mapping[str, Any]) -> News:
    values = dict(data)
    kind = _NEWS[values.pop("is")]
    if "outcome" in values:
        values["outcome"] = Outcome(values["outcome"])
    if "reason" in values:
        values["reason"] = Reason(values["reason"])
    return kind(**values)
