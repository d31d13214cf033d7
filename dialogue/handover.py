"""When a person takes over and when people can be reached, as `handover.yaml` tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.brief import Priority
from dialogue.conditions import Condition
from dialogue.hours import Hours
from dialogue.spoken import Template
from dialogue.understanding import english_handover as english

FACTS: Mapping[str, str] = {
    "intent": "what the caller wanted last",
    "feeling": "calm, annoyed, angry or upset",
    "failures": "how often something went wrong in this conversation",
    "asked": "how often the caller asked for a person",
    "turns": "how often the caller has spoken",
}
"""What a rule may look at besides values and the facts of tools."""


class Anger(StrEnum):
    """What angry words lead to, apart from a word of regret."""

    OFFER = "offer"
    """A person is offered when the turn led nowhere, and comes at the second time."""
    TRANSFER = "transfer"
    """A person at once."""
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a hotline."""

    name: str
    when: Condition
    reason: str
    """For the person, in one line."""
    offer: bool = False
    """A person is offered, and not connected at once."""
    queue: str = ""
    priority: Priority = Priority.NORMAL
    say: str = ""
    """Said before the caller is connected."""


@dataclass(frozen=True, slots=True)
class Handover:
    """A hotline's rules of handing over."""

    asks: int = 1
    """At which request for a person the caller gets one; at those before, help is offered."""
    failures: int = 6
    """Failures in one conversation, of any kind, from which a person is offered."""
    anger: Anger = Anger.OFFER
    wait: float = 180.0
    """Seconds of waiting from which a call-back is offered first."""
    number: str = ""
    """Where people are rung (E.164); empty: where the server's settings say."""
    hours: Hours | None = None
    """When people are there; None: always."""
    rules: tuple[Rule, ...] = ()
    cheerful: tuple[str, ...] = ("prompt:welcome",)
    """Sources of words that a caller in a bad mood is spared."""
    say: Mapping[str, Template] = field(
        default_factory=lambda: {name: Template(text) for name, text in english.SAY.items()}
    )
    """What is said around it; see `dialogue.understanding.english_handover`."""
