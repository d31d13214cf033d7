"""DialogueState: the dialogue's only memory. Frozen and made of plain data, so it can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from dialogue.acts import Answer, Expectation, Pace, plain
from dialogue.errors import StateError


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
    PERSON = "person"
    """Would you like to speak to a person?"""


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
    """Intents to choose from."""
    source: str = ""
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """Where a flow stands."""

    flow: str
    step: int = 0
    """Index of the step that is due or being waited for."""
    attempts: Mapping[str, int] = field(default_factory=dict)
    """How often a slot had to be asked for again because its value did not hold."""
    confirmed: tuple[str, ...] = ()
    """Slots that the customer confirmed in this task."""


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A tool whose result is awaited."""

    call_key: str
    tool: str
    arguments: Mapping[str, str]
    side_effect: bool
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said last, for "could you repeat that?" and after an interruption."""

    text: str
    chat_text: str = ""
    source: str = ""
    interruptible: bool = True
    manners: bool = False
    """It leads to something else ("As I was saying"), and is never said again."""


@dataclass(frozen=True, slots=True)
class DialogueState:
    """Everything the manager remembers of one conversation."""

    domain: str
    call_id: str = ""
    """Makes tool call keys unique across calls."""
    turn: int = 0
    """Customer turns so far."""
    calls: int = 0
    """Tool calls so far."""
    question: Question | None = None
    task: Task | None = None
    last_task: str = ""
    """The flow that was finished or left last; what a late correction refers to."""
    pending: PendingCall | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    partial: Mapping[str, str] = field(default_factory=dict)
    """The beginning of a dictated code, by slot."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What tools said, as text by name; the latest value wins."""
    spoken: tuple[Spoken, ...] = ()
    """The bot's last words, in order."""
    unheard: str = ""
    """The part of them that an interruption kept from the customer."""
    patience: float | None = None
    """Seconds of silence that are left alone: the customer asked the bot to hold on."""
    keys: str = ""
    """Keys pressed before the question that they answer."""
    caller: str = ""
    """The digits of the number that the customer calls from, where the channel knows it."""
    pace: Pace = Pace.NORMAL
    no_input: int = 0
    """Silences in a row."""
    no_match: int = 0
    """Turns in a row that were not understood."""
    needs: tuple[str, ...] = ()
    """Intents the customer had, oldest first, at most twelve."""
    done: tuple[str, ...] = ()
    """What was done or told, in words for a person who takes over; at most twelve."""
    words: tuple[str, ...] = ()
    """The customer's last turns, oldest first, at most four."""
    varied: Mapping[str, int] = field(default_factory=dict)
    """How often each prompt was used, so that the next use sounds different."""
    ended: bool = False
    """Goodbye was said, or a person is on the way."""

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain JSON data."""
        data: dict[str, Any] = plain(asdict(self))
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DialogueState:
        """Rebuild a state from `to_json`, also after a round trip through JSON text.

        Raises:
            StateError: the data is not a state of this version.
        """
        try:
            values = dict(data)
            if question := values.get("question"):
                question = dict(question)
                question["topic"] = Topic(question["topic"])
                question["options"] = tuple(question["options"])
                question["expects"] = expectation_from(question["expects"])
                values["question"] = Question(**question)
            if task := values.get("task"):
                values["task"] = Task(**{**task, "confirmed": tuple(task["confirmed"])})
            if pending := values.get("pending"):
                values["pending"] = PendingCall(**pending)
            values["spoken"] = tuple(Spoken(**spoken) for spoken in values["spoken"])
            values["pace"] = Pace(values["pace"])
            for name in ("needs", "done", "words"):
                values[name] = tuple(values[name])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"not a dialogue state of this version: {error}") from error


def expectation_from(data: Mapping[str, Any]) -> Expectation:
    """Rebuild an expectation from its plain data."""
    return Expectation(
        answer=Answer(data["answer"]),
        vocabulary=tuple(data["vocabulary"]),
        digits=data["digits"],
        patience=data.get("patience"),
    )
