"""Who may be called: consent, opt-outs, and the numbers that are allowed at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicebot.outbound.contacts import Contact, Obstacle, Terms
from voicebot.outbound.numbers import facts_of


@dataclass(frozen=True, slots=True)
class AllowList:
    """Where calls may go. An empty list of prefixes allows all numbers of the countries."""

    countries: frozenset[str] = frozenset({"US"})
    """ISO 3166 codes."""
    prefixes: tuple[str, ...] = ()
    """Beginnings in E.164 form: `+1212`."""

    def obstacle(self, number: str) -> Obstacle | None:
        """Return why a number is not called; None if it may be."""
        facts = facts_of(number)
        if facts is None:
            return Obstacle.NOT_A_NUMBER
        if facts.country not in self.countries:
            return Obstacle.COUNTRY
        if self.prefixes and not number.startswith(self.prefixes):
            return Obstacle.PREFIX
        return None


class Permission:
    """Says whom the bot may call, whatever the hour."""

    def __init__(self, allowed: AllowList, opted_out: Iterable[str] = ()) -> None:
        """
        Args:
            allowed: Where calls may go.
            opted_out: Numbers (E.164) that must never be called again.
        """
        self._allowed = allowed
        self._opted_out = set(opted_out)

    def opt_out(self, number: str) -> None:
        """Never call a number again; nothing takes this back."""
        self._opted_out.add(number)

    def obstacle(self, contact: Contact, terms: Terms, now: float) -> Obstacle | None:
        """Return what forbids a call for good; None if nothing does."""
        if not contact.consent:
            return Obstacle.NO_CONSENT
        if contact.number in self._opted_out:
            return Obstacle.OPTED_OUT
        if (trouble := self._allowed.obstacle(contact.number)) is not None:
            return trouble
        zones = zones_of(contact)
        if not zones:
            return Obstacle.NO_ZONE
        if terms.hours.next_open(now, zones) is None:
            return Obstacle.NEVER_OPEN
        return None


def zones_of(contact: Contact) -> tuple[str, ...]:
    """Return the time zones in which a contact may be."""
    if contact.zone:
        return (contact.zone,)
    facts = facts_of(contact.number)
    return facts.zones if facts else ()
