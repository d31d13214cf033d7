"""People to call in tests, and the hours of a clock that nobody waits for."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from voicebot.outbound.contacts import Contact, Terms
from voicebot.outbound.dialler import Dialler
from voicebot.outbound.pace import Limits
from voicebot.outbound.permission import AllowList

NEW_YORK = "+12125550143"
LOS_ANGELES = "+12135550143"
BERLIN = "+4930123456"
PREMIUM = "+19005550143"
LIST = "l1"
ALLOWED = AllowList(frozenset({"US", "DE"}))
TERMS = Terms("disputes")


def at(text: str, zone: str = "America/New_York") -> float:
    """Return a local time as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


MONDAY = at("2026-03-02 10:00")
"""A Monday at ten in New York: calling time there, and not yet in Los Angeles."""


def person(
    name: str = "a", number: str = NEW_YORK, *, consent: bool = True, zone: str = ""
) -> Contact:
    """Return somebody to call."""
    return Contact(name, LIST, number, consent, zone=zone)


def dialler(
    *people: Contact,
    limits: Limits | None = None,
    terms: Terms = TERMS,
    now: float = MONDAY,
    allowed: AllowList = ALLOWED,
) -> Dialler:
    """Return a dialler with one list."""
    made = Dialler(limits or Limits(), allowed)
    made.add_list(LIST, terms)
    for contact in people:
        made.add(contact, now)
    return made
