"""Terms and contacts as plain JSON data, for the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicebot.outbound.contacts import Contact, OnMachine, Result, Retry, Terms
from voicebot.outbound.hours import CallingHours


def terms_to_json(terms: Terms) -> dict[str, Any]:
    """Return terms as plain data."""
    return {
        "hotline": terms.hotline,
        "hours": terms.hours.written,
        "retries": {
            result.value: {"wait": retry.wait, "most": retry.most}
            for result, retry in terms.retries.items()
        },
        "attempts": terms.attempts,
        "on_machine": terms.on_machine.value,
        "ring": terms.ring,
    }


def terms_from_json(data: Mapping[str, Any]) -> Terms:
    """Rebuild terms.

    Raises:
        ValueError, KeyError, TypeError: the data is not what `terms_to_json` returns.
    """
    return Terms(
        hotline=data["hotline"],
        hours=CallingHours.parse(data["hours"]),
        retries={
            Result(name): Retry(float(retry["wait"]), int(retry["most"]))
            for name, retry in data["retries"].items()
        },
        attempts=int(data["attempts"]),
        on_machine=OnMachine(data["on_machine"]),
        ring=int(data["ring"]),
    )


def contact_to_json(contact: Contact) -> dict[str, Any]:
    """Return a contact as plain data, without its id and list."""
    return {
        "number": contact.number,
        "consent": contact.consent,
        "reference": contact.reference,
        "language": contact.language,
        "zone": contact.zone,
        "facts": dict(contact.facts),
    }


def contact_from_json(contact_id: str, list_id: str, data: Mapping[str, Any]) -> Contact:
    """Rebuild a contact.

    Raises:
        KeyError, TypeError: the data is not what `contact_to_json` returns.
    """
    return Contact(
        id=contact_id,
        list_id=list_id,
        number=data["number"],
        consent=data["consent"] is True,
        reference=data["reference"],
        language=data["language"],
        zone=data["zone"],
        facts=data["facts"],
    )
