"""Tasks as declarative flows: slots to collect, tools to call, what to confirm, what to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dialogue.spoken import Template


class SlotKind(StrEnum):
    """How a value is dictated."""

    CODE = "code"
    """Digits of a known count."""
    TEXT = "text"
    """Free words, such as an address."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that tasks need; once given it is kept for the rest of the conversation."""

    name: str
    label: str
    """Its spoken name: `order number`."""
    kind: SlotKind
    digits: int
    """How many, for a code; 0 for a text."""
    ask: tuple[str, ...]
    """The question, in variants."""
    rephrase: str
    """The question on the second try."""
    heard: tuple[Template, ...]
    """Read-back of a value just given."""
    kept: tuple[Template, ...]
    """Read-back of a value given earlier."""
    partial: Template
    """Said when only the beginning of a code came."""
    vocabulary: tuple[str, ...]
    keep: bool
    """Whether a later task may use the value without asking again."""
    caller_id: bool = False
    """Whether the number that the customer calls from is the value, until they give another."""


class Then(StrEnum):
    """What follows an outcome."""

    NEXT = "next"
    DONE = "done"
    ASK_AGAIN = "ask_again"
    """The value did not hold: ask for the slot again, and for a person after that."""
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to say and do when a tool turned out in one way."""

    say: tuple[Template, ...]
    """Variants; empty for silence."""
    then: Then
    slot: str = ""
    """For `ask_again`: the slot to ask for."""
    note: str = ""
    """For the person who may take over, with places: `order {order} was cancelled`."""
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Collect:
    """Make sure that a slot has a value."""

    slot: str


@dataclass(frozen=True, slots=True)
class Call:
    """Call a tool and go on by its outcome."""

    tool: str
    arguments: Mapping[str, str]
    """Tool argument to the slot or fact that fills it."""
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask yes or no; only yes goes on."""

    question: Template
    refused: tuple[Template, ...]
    """Said after a no that ends the task."""
    slot: str = ""
    """After a no, this slot is collected again instead."""
    interruptible: bool = True


FlowStep = Collect | Call | Confirm


@dataclass(frozen=True, slots=True)
class Flow:
    """One task of a hotline."""

    name: str
    intent: str
    title: str
    """Completes "Do you want to …": `cancel an order`."""
    summary: str
    """For the person who may take over: `wants to cancel an order`."""
    steps: tuple[FlowStep, ...]

    def slots(self) -> tuple[str, ...]:
        """Return the slots it collects, in order."""
        return tuple(step.slot for step in self.steps if isinstance(step, Collect))

    def templates(self) -> Iterator[Template]:
        """Yield everything it can say."""
        for step in self.steps:
            match step:
                case Call(outcomes=outcomes):
                    for outcome in outcomes.values():
                        yield from outcome.say
                case Confirm(question=question, refused=refused):
                    yield question
                    yield from refused
                case Collect():
                    pass
