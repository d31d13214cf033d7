"""The people who take a conversation over: how they are told, and how the customer reaches them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voicebot.journal import HandoffDecided
from voicebot.webchat.events import Event

_REFERENCE = 7
"""Characters of a conversation's name that people look it up by."""


@dataclass(frozen=True, slots=True)
class People:
    """Those of one hotline."""

    number: str = ""
    """Their telephone number (E.164), for the customer to ring; empty for none."""
    told: bool = False
    """Whether anybody gets to read the brief."""
    send: Callable[[str, Mapping[str, Any]], None] = lambda call, brief: None
    """Sends them a brief: the journal's name of the conversation, and what is in it."""

    def tell(self, call_id: str, handoff: HandoffDecided, message: str = "") -> None:
        """Send them the brief, with the message that the customer left, if any."""
        self.send(call_id, {**handoff.brief, "message": message} if message else handoff.brief)

    def event(self, call_id: str, handoff: HandoffDecided, route: str) -> Event:
        """Return what a page is told: nothing that only people read."""
        return {
            "type": "handoff",
            "queue": handoff.queue,
            "route": route,
            "number": self.number,
            "told": self.told,
            # It finds the conversation, and opens nothing.
            "reference": call_id[:_REFERENCE],
        }
