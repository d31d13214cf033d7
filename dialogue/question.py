"""The question that is open: what it is about, and what it takes to ask it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dialogue.acts import Answer, Expectation


class Topic(StrEnum):
    """What the last question is about."""

    NEED = "need"
    """How can I help?"""
    MORE = "more"
    """Is there anything else?"""
    SLOT = "slot"
    """A value that a task needs."""
    CONFIRM = "confirm"
    """Shall I do it?"""
    CHOICE = "choice"
    """Which of these?"""
    PICK = "pick"
    """Which of these values?"""
    PERSON = "person"
    """Would you like to speak to a person?"""
    VALUE = "value"
    """Was that …?"""
    GO_ON = "go_on"
    """Shall I go on with the article?"""


OPEN = (Topic.NEED, Topic.MORE, Topic.GO_ON)
"""Questions after which anything may be asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question that is open, with what it takes to ask it again."""

    topic: Topic
    text: str
    rephrased: str = ""
    """Other words for the second try; empty: `text` again."""
    expects: Expectation = field(default_factory=Expectation)
    slot: str = ""
    options: tuple[str, ...] = ()
    """Intents to choose from; for `VALUE` what was understood, likeliest first; for `PICK` the
    values to choose from."""
    names: tuple[str, ...] = ()
    """For `PICK`: what each of the values is called."""
    source: str = ""
    interruptible: bool = True
    why: str = ""
    """For an offer: why a person is needed (`dialogue.brief.Why`)."""
    reason: str = ""
    """The same in one line."""


def expectation_from(data: Mapping[str, Any]) -> Expectation:
    """Rebuild an expectation from its plain data."""
    return Expectation(
        answer=Answer(data["answer"]),
        vocabulary=tuple(data["vocabulary"]),
        digits=data["digits"],
        patience=data.get("patience"),
    )
