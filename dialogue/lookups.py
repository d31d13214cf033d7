"""Chooses between readings of a value by asking a tool of the hotline which of them exist."""

from __future__ import annotations

from dialogue.flows import Slot
from dialogue.reply import Reply
from dialogue.state import PendingCall
from dialogue.tools import LOOKUP_ARGUMENT, LOOKUP_FACT, ToolResult
from dialogue.understanding.confusions import nearby
from dialogue.understanding.values import shape_of

BETWEEN = ","
_CANDIDATES = 48
"""Readings of a value that are looked up at once."""


def candidates(reply: Reply, slot: Slot, *, unknown: bool) -> list[str]:
    """Return what a slot's value may be: what was heard, and what that is easily confused with.

    Args:
        reply: The step being composed; the likeliest value has been learnt.
        slot: The slot.
        unknown: That value does not exist.
    """
    state, shape = reply.state, shape_of(slot)
    value = state.slots.get(slot.name, "")
    if not value:
        return []
    ways = [value, *state.readings.get(slot.name, ())]
    if shape is not None:
        ways += [near for near, _ in nearby(value, shape)]
    out = {*state.ruled_out.get(slot.name, ()), *([value] if unknown else [])}
    return [way for way in dict.fromkeys(ways) if way not in out][:_CANDIDATES]


def known(
    reply: Reply, slot: Slot, pending: PendingCall, read: ToolResult
) -> tuple[list[str], bool]:
    """Return which candidates exist, and whether that is exactly one of those that were heard."""
    value = reply.state.slots.get(slot.name, "")
    heard = (value, *reply.state.readings.get(slot.name, ()))
    tried = pending.arguments[LOOKUP_ARGUMENT].split(BETWEEN)
    found = [way for way in read.facts.get(LOOKUP_FACT, "").split(BETWEEN) if way in tried]
    reply.rule_out(slot.name, [way for way in tried if way not in found and way != value])
    return found, len(found) == 1 and found[0] in heard
