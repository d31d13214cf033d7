"""What a conversation expects to hear next, as a grammar."""

from __future__ import annotations

from dialogue.domain import Domain
from dialogue.question import Topic
from dialogue.said import Grammar
from dialogue.state import DialogueState
from dialogue.understanding.grammars import grammar_of


def grammar_for(domain: Domain, state: DialogueState) -> Grammar | None:
    """Return how the value is said that was asked for; None where none was."""
    question = state.question
    if question is None or question.topic is not Topic.SLOT:
        return None
    slot = domain.slots[question.slot]
    return grammar_of(slot, state.partial.get(slot.name, ""), domain.speech)
