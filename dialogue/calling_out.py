"""Begins a call that the hotline makes, and lets people out of all further ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dialogue import tasks
from dialogue.domain import Domain
from dialogue.flows import SlotKind
from dialogue.judgement import judge
from dialogue.outbound import Outbound
from dialogue.policy import Band
from dialogue.reply import Reply
from dialogue.state import DialogueState, Task
from dialogue.step import Step
from dialogue.understanding.answers import read_polarity
from dialogue.understanding.intents import Understanding
from dialogue.understanding.numbers import tokens

_WORDS = 7
"""A longer turn, where free words were asked for, is what was asked for."""


def begin(
    domain: Domain, outbound: Outbound, state: DialogueState, occasion: Mapping[str, str]
) -> Step:
    """Say who calls and why, and begin the task.

    Args:
        domain: The hotline.
        outbound: How it calls.
        state: Of a conversation that has just begun.
        occasion: What is known, by the names in outbound.yaml; other names are dropped.
    """
    known = {name: value for name, value in occasion.items() if name in outbound.fields and value}
    private = {name: value for name, value in known.items() if name in outbound.private}
    public = {name: value for name, value in known.items() if name not in private}
    state = replace(
        state,
        outbound=True,
        # With what they are about, so that they are told to nobody who proved something else.
        given=private | {name: public[name] for name in _subject(domain, outbound) & public.keys()},
        facts=public,
        slots={name: value for name, value in public.items() if name in domain.slots},
    )
    reply = Reply(domain, state)
    reply.decided("start")
    reply.say(outbound.opening.fill(reply.facts), "outbound:opening", interruptible=False)
    reply.need(domain.flows[outbound.flow].intent)
    reply.change(task=Task(outbound.flow))
    tasks.advance(reply)
    return reply.step()


def _subject(domain: Domain, outbound: Outbound) -> set[str]:
    one = domain.identifications.get(outbound.verify)
    return set(one.slots) if one else set()


def means_opt_out(reply: Reply, keys: str) -> bool:
    """Whether keys that fit nothing else say "never call me again"."""
    outbound = reply.domain.outbound
    return reply.state.outbound and outbound is not None and keys.strip("#") == outbound.key


def asks_opt_out(reply: Reply, understanding: Understanding, text: str) -> bool:
    """Whether words surely say "never call me again", whatever was asked."""
    question = reply.state.question
    slot = reply.domain.slots.get(question.slot) if question is not None else None
    said = tokens(text)
    if slot is not None and slot.kind is SlotKind.TEXT and len(said) > _WORDS:
        return False  # It may tell of somebody else's calls.
    rest = read_polarity(text, reply.domain.speech)[1]
    if not said or not rest:
        return False  # A bare yes or no.
    # "No, and don't call me again": by itself, or after what it begins with.
    decisions = [judge(reply.domain, understanding.read(words)) for words in (text, rest)]
    return any(d.band is Band.ACT and d.needs[:1] == (opt_out(reply),) for d in decisions)


def opt_out(reply: Reply) -> str:
    """Return the intent of whoever never wants to be called again."""
    return reply.domain.outbound.opt_out if reply.domain.outbound else ""
