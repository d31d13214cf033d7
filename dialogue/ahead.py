"""Values that come before they are asked for: the new address where the order number is asked, the
zip code in the first breath.

People tell what they called for in their own order. What can be told from anything else, because
of its form or because it is called by its name, is kept and used once the task needs it. It is read
back then as if it had just been given, and counts as unconfirmed until the customer says yes.
"""

from __future__ import annotations

from collections.abc import Callable

from dialogue.codes_said import codes_in, main_code
from dialogue.flows import Flow, Slot, SlotKind
from dialogue.reply import Reply
from dialogue.understanding.addresses import told_address
from dialogue.understanding.answers import is_question, read_polarity
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.names import introduced
from dialogue.understanding.numbers import tokens
from dialogue.understanding.values import read_value
from dialogue.understanding.wishes import told_parts, wishes

_WORDS_OF_A_STORY = 8
"""Words from which what a customer tells is enough for a text that would be asked for."""
_WORDS_OF_A_PART = 4
_WORDS_OF_A_VALUE = 9
"""A longer part of a turn says more than a value."""
_MAIL_SIGNS = frozenset(("at", "dot"))
_OF_A_TASK = (SlotKind.DATE, SlotKind.AMOUNT, SlotKind.NUMBER, SlotKind.CHOICE)
"""Kinds that only mean something within the task that takes them."""


def told(reply: Reply, text: str) -> dict[str, str]:
    """Return the values by slot that a turn tells unasked, whatever is under way.

    What is asked for just now is left out, as is the code that the turn is about: that is taken by
    `dialogue.unasked`.
    """
    domain, question = reply.domain, reply.state.question
    asked = question.slot if question is not None else ""
    found: dict[str, str] = {}
    main = main_code(domain, text)
    for name, value in codes_in(domain, text):
        if (name, value) == main:
            continue
        # The number of a phone may be asked for under more than one name.
        alike = [n for n, s in domain.slots.items() if s.caller_id and s.digits == len(value)]
        for one in alike if name in alike else (name,):
            if one != asked:
                found[one] = value
    for name, slot in domain.slots.items():
        if name != asked and (value := _formed(reply, slot, text)):
            found[name] = value
    return found


def notice(reply: Reply, text: str) -> None:
    """Keep what a turn tells unasked; a value that is given again replaces the one before."""
    for name, value in told(reply, text).items():
        if reply.state.slots.get(name) != value:
            reply.change(early={**reply.state.early, name: value})


def without_values(reply: Reply, text: str) -> str:
    """Return a turn without the parts that only tell values: "my email is …" asks for nothing about
    email. All of it, where nothing else is left."""
    language = reply.domain.speech
    parts = told_parts(text, language)
    kept = [
        part
        for part in parts
        if wishes(part, language)
        or len(tokens(part)) > _WORDS_OF_A_VALUE
        or not (codes_in(reply.domain, part) or _tells_form(reply, part))
    ]
    rest = ", ".join(kept)
    return rest if len(kept) < len(parts) and len(tokens(rest)) >= _WORDS_OF_A_PART else text


def _tells_form(reply: Reply, part: str) -> bool:
    return any(_formed(reply, slot, part) for slot in reply.domain.slots.values())


def learn(reply: Reply, flow: Flow, text: str, is_about: Callable[[str], bool]) -> None:
    """Keep what a turn that began a task tells of the values which it will ask for.

    Args:
        reply: The step being composed.
        flow: The task.
        text: The turn.
        is_about: Whether a part of the turn alone is understood as wanting this task: the rest is
            rambling.
    """
    for name in flow.slots():
        slot = reply.domain.slots[name]
        if name in reply.state.slots or name in reply.state.early:
            continue
        value = ""
        if slot.kind in _OF_A_TASK:
            whole = read_value(slot, text, today=reply.today, language=reply.domain.speech).whole
            value = whole[0].value if len(whole) == 1 else ""
        elif slot.story:
            value = _story(reply, text, is_about)
        if value:
            reply.change(early={**reply.state.early, name: value})


def take(reply: Reply, slot: Slot) -> bool:
    """Use the value of a slot that came early; False where there is none."""
    value = reply.state.early.get(slot.name, "")
    if not value or value in reply.state.ruled_out.get(slot.name, ()):
        return False
    reply.learn(slot.name, value)
    reply.say(reply.template(f"{slot.name}:heard", slot.heard), f"slot:{slot.name}")
    return True


def _formed(reply: Reply, slot: Slot, text: str) -> str:
    """Return a value that is told by its form alone."""
    language = reply.domain.speech
    match slot.kind:
        case SlotKind.ADDRESS if language is ENGLISH:
            return told_address(text)
        case SlotKind.EMAIL if "@" in text or _MAIL_SIGNS <= set(tokens(text)):
            whole = read_value(slot, text, language=language).whole
            return whole[0].value if whole else ""
        case SlotKind.NAME if language is ENGLISH:
            return introduced(text)
        case _:
            return ""


def _story(reply: Reply, text: str, is_about: Callable[[str], bool]) -> str:
    """Return what a turn tells besides what it asks for, where that is enough."""
    language = reply.domain.speech
    kept = [
        part
        for part in told_parts(text, language)
        if len(tokens(part)) >= _WORDS_OF_A_PART
        and not wishes(part, language)
        and not is_question(part, language)
        and read_polarity(part, language)[0].value not in ("yes", "no")
        and not codes_in(reply.domain, part)
        and is_about(part)
    ]
    words = sum(len(tokens(part)) for part in kept)
    return ", ".join(kept) if words >= _WORDS_OF_A_STORY else ""
