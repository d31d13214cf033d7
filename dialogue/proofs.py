"""What a customer has proved to be theirs, and what that covers."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue.identification import BETWEEN, Identification
from dialogue.reply import Reply


def subject(reply: Reply, one: Identification) -> str:
    """Return the values that the customer has to be verified for."""
    return BETWEEN.join(reply.state.slots.get(slot, "") for slot in one.slots)


def is_verified(reply: Reply, name: str) -> bool:
    """Whether the customer proved that the values at hand are theirs."""
    one = reply.domain.identifications[name]
    return reply.state.verified.get(name, "") == subject(reply, one) != ""


def covers(reply: Reply, name: str, arguments: Mapping[str, str]) -> bool:
    """Whether a tool's arguments are among what the customer was verified for."""
    one = reply.domain.identifications[name]
    proved = reply.state.verified.get(name, "").split(BETWEEN) if is_verified(reply, name) else []
    return bool(proved) and all(
        arguments[argument] in proved for argument in one.arguments if argument in arguments
    )
