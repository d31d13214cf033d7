"""Values that come before they are asked for: the new address, where the order number is asked.

People tell what they called for in their own order. What can be told from anything else, an address
with its number and street or an email address, is kept for when the task needs it.
"""

from __future__ import annotations

from dialogue.flows import Flow, Slot, SlotKind
from dialogue.reply import Reply
from dialogue.understanding.addresses import read_address
from dialogue.understanding.english_address import STREETS
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.values import read_value


def tells(reply: Reply, flow: Flow, text: str) -> bool:
    """Whether the turn tells a value that the task will ask for later."""
    return bool(_values(reply, flow, text))


def learn(reply: Reply, flow: Flow, text: str) -> None:
    """Keep what the turn tells of values that the task will ask for later."""
    for name, value in _values(reply, flow, text).items():
        reply.learn(name, value)


def _values(reply: Reply, flow: Flow, text: str) -> dict[str, str]:
    question = reply.state.question
    asked = question.slot if question is not None else ""
    names = [name for name in flow.slots() if name != asked and name not in reply.state.slots]
    told = {name: _told(reply, reply.domain.slots[name], text) for name in names}
    return {name: value for name, value in told.items() if value}


def _told(reply: Reply, slot: Slot, text: str) -> str:
    language = reply.domain.speech
    match slot.kind:
        case SlotKind.ADDRESS if language is ENGLISH:
            address = read_address(text)
            kind = address.street.split()[-1:]
            return str(address) if address.number and kind and kind[0].lower() in STREETS else ""
        case SlotKind.EMAIL:
            whole = read_value(slot, text, language=language).whole
            return whole[0].value if whole and slot.kind is SlotKind.EMAIL else ""
        case _:
            return ""
