"""Codes that come unasked: an order number in the middle of a sentence, or of another task."""

from __future__ import annotations

from collections.abc import Mapping

from dialogue import choices, tasks
from dialogue.codes_said import main_code
from dialogue.domain import Domain
from dialogue.flows import Flow, Slot, SlotKind
from dialogue.policy import Band, Decision
from dialogue.question import Topic
from dialogue.reply import Reply
from dialogue.understanding.edits import parts
from dialogue.understanding.numbers import read_code
from dialogue.understanding.symbols import tokens_of
from dialogue.understanding.values import put_right, read_unasked, read_value, shape_of

_ALIKE = 0.5
"""Share of its characters that a value keeps when it is put right."""


def code_in(domain: Domain, text: str, known: Mapping[str, str]) -> tuple[str, str] | None:
    """Return (slot, value) of a complete code in the turn, or of a known one put right by it.

    Args:
        domain: The hotline.
        text: The turn.
        known: Values by slot.
    """
    # A code with letters may hold one of digits: "MS-44117".
    slots = sorted(domain.slots.items(), key=lambda item: not item[1].pattern)
    for name, slot in slots:
        if not slot.is_code:
            continue
        if name in known and (value := put_right(slot, text, known[name], domain.speech)):
            return name, value
        if slot.pattern and (value := read_unasked(slot, text, domain.speech)):
            return name, value
    return main_code(domain, text)


def amended(reply: Reply, flow: Flow, asked: Slot, text: str) -> tuple[str, str] | None:
    """Return (slot, value) of an earlier code that the turn puts right instead of answering.

    "No sorry, it's 3 6 2 2 0 4", where the year of birth was asked for, is the number before it:
    it cannot be a year, or it is said to put something right and is nearly what was said before.
    """
    shape = shape_of(asked)
    repairs = any(part.repairs or part.restarts for part in parts(tokens_of(text)))
    for name in flow.slots():
        slot, known = reply.domain.slots[name], reply.state.slots.get(name)
        if name == asked.name or known is None or not slot.is_code or not shape_of(slot):
            continue
        value = read_unasked(slot, text, reply.domain.speech)
        if not value and (code := read_code(text, slot.digits, expected=False)):
            value = code.digits
        if not value or value == known:
            continue
        fits = shape is None or shape.begins(value)
        alike = _alike(value, known)
        if (alike or not fits) if repairs else (alike and not fits):
            return name, value
    return None


def _alike(value: str, known: str) -> bool:
    same = sum(one == other for one, other in zip(value, known, strict=False))
    return same >= _ALIKE * max(len(value), len(known))


def number_for(domain: Domain, flow: Flow, text: str) -> tuple[str, str] | None:
    """Return (slot, value) of a whole telephone number in the turn that a task would ask for."""
    for name in flow.slots():
        slot = domain.slots[name]
        if slot.kind is SlotKind.PHONE and (whole := read_value(slot, text).whole):
            return name, whole[0].value
    return None


def take(reply: Reply, decision: Decision, name: str, digits: str) -> bool:
    """Take a code that came unasked; True when the turn is thereby answered."""
    state = reply.state
    known = state.slots.get(name)
    task = state.task.flow if state.task else state.last_task
    flow = reply.domain.flows.get(task)
    needs = decision.needs
    new_task = (
        decision.band is Band.ACT
        and reply.domain.flow_for(needs[0]) is not None
        and (flow is None or needs[0] != flow.intent)
    )
    again = known != digits or state.task is not None
    if flow is not None and name in flow.slots() and again and not new_task:
        correct(reply, flow, name, digits)
        return True
    reply.learn(name, digits)
    intent = reply.domain.intents.get(needs[0]) if decision.band is Band.ACT else None
    of_goods = intent is not None and intent.catalogue is not None
    if decision.band is Band.ACT and needs[0] not in ("yes", "no", "out_of_scope") and not of_goods:
        return False
    question = reply.state.question
    options = question.options if question is not None and question.topic is Topic.CHOICE else ()
    flows = [reply.domain.flow_for(option) for option in options]
    if question is not None and flows and all(one and name in one.slots() for one in flows):
        # What was asked is still to be answered, now with the value at hand.
        reply.decided("code_alone")
        read_back(reply, name)
        reply.ask(question)
        return True
    choice = choices.choice_for(reply.domain, name)
    if choice is None:
        return False
    reply.decided("code_alone")
    read_back(reply, name)
    choices.ask(reply, choice, "choice:code_alone")
    return True


def correct(reply: Reply, flow: Flow, name: str, digits: str) -> None:
    """The customer put a value right: the task begins again with it."""
    reply.forget(name)
    reply.learn(name, digits)
    reply.decided("corrected", intent=flow.intent)
    reply.change(question=None)
    tasks.begin(reply, flow, given=name)


def same_again(reply: Reply, need: str) -> bool:
    """Begin the last task again for another thing ("what about the other one?")."""
    state = reply.state
    flow = reply.domain.flows.get(state.task.flow if state.task else state.last_task)
    codes = set(reply.domain.keyed)
    if flow is None or not codes.intersection(flow.slots()) or reply.domain.flow_for(need):
        return False
    reply.decided("another", intent=flow.intent)
    reply.need(flow.intent)
    reply.change(question=None)
    tasks.begin(reply, flow)
    return True


def read_back(reply: Reply, name: str) -> None:
    """Say a value that came unasked."""
    heard = reply.domain.slots[name].heard
    reply.say(reply.template(f"{name}:heard", heard), f"slot:{name}")
