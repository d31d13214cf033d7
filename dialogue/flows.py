"""Tasks as declarative flows: slots to collect, tools to call, what to confirm, what to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dialogue.conditions import Condition
from dialogue.spoken import Template
from dialogue.understanding.dates import Tense

CONSTANT = "="
"""Before a word that is an argument as it is written: `wish: =refund`."""


class SlotKind(StrEnum):
    """How a value is dictated."""

    CODE = "code"
    """Digits of a known count, or digits and letters that match a pattern."""
    PHONE = "phone"
    """A telephone number; its value is the national digits."""
    POSTCODE = "postcode"
    DATE = "date"
    """A day; its value is written `2026-03-04`."""
    AMOUNT = "amount"
    """Money; its value is in cents."""
    NUMBER = "number"
    """A count."""
    EMAIL = "email"
    NAME = "name"
    """A person's name, said or spelled."""
    CHOICE = "choice"
    """One of a few values."""
    ADDRESS = "address"
    """A postal address; its value is written as on an envelope."""
    TEXT = "text"
    """Free words."""


DICTATED = (SlotKind.CODE, SlotKind.PHONE, SlotKind.POSTCODE)
"""Kinds that are said character by character."""

FREE = (SlotKind.TEXT, SlotKind.ADDRESS)
"""Kinds that are said in free words."""


class AskBack(StrEnum):
    """When a value is asked back ("Was that …?") before it is used."""

    UNSURE = "unsure"
    """Where another reading is nearly as likely."""
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that tasks need; once given it is kept for the rest of the conversation."""

    name: str
    label: str
    """Its spoken name: `order number`."""
    kind: SlotKind
    digits: int
    """How many, for a code or a telephone number; with a pattern, those that keys can give."""
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
    pattern: str = ""
    """A regular expression for codes with letters: `MS-\\d{5}`."""
    check: str = ""
    """The check digit that values have, by the name in `understanding.checks`."""
    country: str = "us"
    """Whose postcodes."""
    tense: Tense = Tense.ANY
    """Where a day lies that could be several."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a choice: each value with the words that pick it."""
    lookup: str = ""
    """The tool that tells which of several readings are known."""
    ask_back: AskBack = AskBack.UNSURE
    otherwise: str = ""
    """The flow that finds the value where the customer does not have it."""
    other_way: str = ""
    """Offers it: `I can also find it by your phone number. Shall I?`"""
    named_by: str = ""
    """The fact that tells what a value stands for: the items of an order."""
    unsure: tuple[Template, ...] = ()
    """Asks whether the value was understood."""
    called: tuple[str, ...] = ()
    """What callers call it who say it unasked: "my zip is …"."""
    story: bool = False
    """Of a text: callers tell it with what they call about, so that it need not be asked; the task
    reads it back before it is used."""

    @property
    def is_code(self) -> bool:
        """Whether its value is recognised when it comes unasked, and can be keyed."""
        return self.kind in (SlotKind.CODE, SlotKind.PHONE)


class Then(StrEnum):
    """What follows an outcome."""

    NEXT = "next"
    DONE = "done"
    ASK_AGAIN = "ask_again"
    """The value did not hold: ask for the slot again, and for a person after that."""
    PERSON = "person"
    GOODBYE = "goodbye"
    """The conversation ends with it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What to say and do when something turned out in one way."""

    say: tuple[Template, ...]
    """Variants; empty for silence."""
    then: Then
    slot: str = ""
    """For `ask_again`: the slot to ask for."""
    note: str = ""
    """For the person who may take over, with places: `order {order} was cancelled`."""
    promise: str = ""
    """What the customer may now rely on, for the same person: `a call-back on {phone}`."""
    interruptible: bool = True
    to: int | None = None
    """For `next`: index of the step to go on with; None: the one that follows."""
    undoable: bool = False
    """Whether something was changed that the flow's `undo` steps can take back."""
    undone: bool = False
    """In those steps: whether it was taken back."""


@dataclass(frozen=True, slots=True)
class Collect:
    """Make sure that a slot has a value."""

    slot: str


@dataclass(frozen=True, slots=True)
class Call:
    """Call a tool and go on by its outcome."""

    tool: str
    arguments: Mapping[str, str]
    """Tool argument to the slot or fact that fills it, or to a constant."""
    outcomes: Mapping[str, Outcome]
    """By the tool's outcomes; `failed`, where it is given, for a tool that does not answer."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask yes or no; only yes goes on."""

    question: Template
    refused: tuple[Template, ...]
    """Said after a no that ends the task."""
    slot: str = ""
    """After a no, this slot is collected again instead."""
    interruptible: bool = True
    to: int | None = None
    """After a no, the step to go on with instead."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something, and perhaps end the task with it."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Verify:
    """Make sure that the customer is who the values at hand belong to."""

    identification: str


@dataclass(frozen=True, slots=True)
class Branch:
    """Go on with the step `to`, unless the condition holds."""

    to: int
    unless: Condition | None = None


@dataclass(frozen=True, slots=True)
class Choose:
    """Let the customer pick a slot's value among those that a tool told."""

    slot: str
    values: str
    """The fact that lists them."""
    names: str
    """The fact that lists what each is called, in the same order."""
    question: Template
    """With a place `{names}`."""


FlowStep = Choose | Collect | Call | Confirm | Tell | Verify | Branch
"""Steps stand in one list; those inside others are laid out in it, with branches around them."""


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
    finds: str = ""
    """The slot whose value it finds, for another task or for none."""
    undo_at: int | None = None
    """Index of the first of the steps that take it back, where it can be taken back."""

    def slots(self) -> tuple[str, ...]:
        """Return the slots it collects, in order."""
        found = (step.slot for step in self.steps if isinstance(step, Collect))
        return tuple(dict.fromkeys(found))

    def collects(self, slot: str, before: int) -> int:
        """Return the index of the step that collects a slot, the nearest before another."""
        return max(i for i, step in enumerate(self.steps[:before]) if step == Collect(slot))

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
                case Tell(outcome=outcome):
                    yield from outcome.say
                case Choose(question=question):
                    yield question
                case Collect() | Verify() | Branch():
                    pass
