"""What simulated customers want, and what must be so in the end. A goal is one entry here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.dialogue.floor import (
    Find,
    moving,
    nobody,
    order_in,
    paid,
    saying,
    unknown_order,
)


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
        "size",
        saying(nobody, chest=("forty-two inches", "43 inches", "about 44 inches")),
        "size",
        agreed="connect you",
        words=("size",),
        told=("in large",),
        facts_wanted=("chest",),
    ),
    Goal(
        "stock",
        nobody,
        "stock",
        agreed="connect you",
        words=("jacket",),
        told=("out of the Aspen jacket",),
        facts_wanted=(),
    ),
    Goal(
        "price",
        nobody,
        "price",
        agreed="connect you",
        words=("kettle",),
        told=("39 dollars|39.95",),
        facts_wanted=(),
    ),
    Goal(
        "promotion",
        nobody,
        "promotion",
        agreed="connect you",
        words=("promotion", "discount"),
        told=("ten percent off",),
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
