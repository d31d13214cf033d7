"""DialogueState: the dialogue's only memory. Frozen and made of plain data, so it can be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from dialogue.acts import Channel, Pace
from dialogue.errors import StateError
from dialogue.feelings import Feeling, Sign
from dialogue.plain import plain
from dialogue.question import Question, Topic, expectation_from


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
    resumes: Task | None = None
    """The task that goes on when this one, which finds a value for it, is done."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """Something that was changed, and what it takes to take it back."""

    flow: str
    slots: Mapping[str, str]
    """The values that the task had."""
    facts: Mapping[str, str]
    """What the tool said when it changed it."""
    promise: str = ""
    """What the customer was promised with it."""


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A tool whose result is awaited."""

    call_key: str
    tool: str
    arguments: Mapping[str, str]
    side_effect: bool
    failures: int = 0
    slot: str = ""
    """The slot whose readings are looked up; empty for a step of a flow."""
    outcome: str = ""
    """How the flow's own step turned out, where a look-up is to better it."""
    need: str = ""
    """The vague need that waits for what is known of the customer; empty for a step of a flow."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The article that is, or was last, told."""

    article: str
    next: int
    """Index of the part that comes next; the number of parts once all was told."""
    turn: int
    """The customer's turn that was last answered from it."""


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
class Later:
    """A need that was named together with another, and whose turn is still to come."""

    need: str
    slots: Mapping[str, str] = field(default_factory=dict)
    """The values that were named with it."""


_TUPLES = (
    "needs",
    "done",
    "words",
    "promised",
    "confirmed",
    "checked",
    "offered",
    "asked_about",
)
"""Fields of texts, which JSON turns into lists."""


@dataclass(frozen=True, slots=True)
class Composing:
    """An answer that is being written from articles."""

    question: str
    """As it was asked, without numbers and addresses."""
    articles: tuple[str, ...]
    otherwise: str
    """What is done if nothing comes of it; see `dialogue.composing.begin`."""
    said: int = 0
    """Sentences said so far."""


@dataclass(frozen=True, slots=True)
class ProductTopic:
    """The product that is talked about, and what was asked of it."""

    product: str
    """Its id; empty while it is not known yet."""
    asked: str
    specification: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    waits_for: str = ""
    """What was asked back: `product` or `measure`; empty for nothing."""
    turn: int = 0
    among: tuple[str, ...] = ()
    """The products that were named together with it, which "the other one" may be."""


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
    """The beginning of a dictated value, by slot."""
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What else a slot's value may have been, likeliest first, at most twelve."""
    mentioned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that codes had in this conversation, in the order of their mention, at most
    eight each; what "the other one" and "the first one" refer to."""
    named: Mapping[str, str] = field(default_factory=dict)
    """What such values are called: the things of an order that the customer may hear of."""
    earlier: Mapping[str, str] = field(default_factory=dict)
    """The last values of slots that are not kept, for "the same as before"."""
    ruled_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Values that a slot does not have: looked up in vain, or refused; at most 96."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What tools said, as text by name; the latest value wins."""
    verified: Mapping[str, str] = field(default_factory=dict)
    """By identification, the values that the customer proved to be theirs."""
    wrong_proofs: int = 0
    """How often a proof did not match, in the whole conversation."""
    undoable: tuple[Undoable, ...] = ()
    """What can be taken back, oldest first, at most four."""
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
    promised: tuple[str, ...] = ()
    """What the customer may now rely on, in the same words; at most twelve."""
    confirmed: tuple[str, ...] = ()
    """Slots whose value the customer said yes to."""
    checked: tuple[str, ...] = ()
    """Slots whose value our records know."""
    feelings: tuple[Sign, ...] = ()
    """What the customer's words showed of how they feel, oldest first, at most eight."""
    asked_about: tuple[str, ...] = ()
    """Tools that told what is known of the caller by their number."""
    asked: int = 0
    """How often the customer asked for a person."""
    failures: int = 0
    """What went wrong so far: turns not understood, values that did not hold, tools that failed."""
    offered: tuple[str, ...] = ()
    """Why a person was offered already: `anger`, `failures`, or the name of a rule."""
    now: str = ""
    """When the conversation takes place, ISO 8601 with an offset; empty where nobody told."""
    wait: float | None = None
    """Seconds until a person would answer, where somebody told."""
    staffed: bool = True
    """Whether anybody is there, as far as somebody told; the opening hours may say otherwise."""
    connecting: bool = False
    """A person is being rung while the conversation goes on."""
    composing: Composing | None = None
    """The answer that is being written."""
    words: tuple[str, ...] = ()
    """The customer's last turns, oldest first, at most four."""
    later: tuple[Later, ...] = ()
    """What was asked for together with the need at hand, or while it was under way; at most
    three."""
    early: Mapping[str, str] = field(default_factory=dict)
    """Values that were said before they were asked for, by slot; used once they are needed."""
    varied: Mapping[str, int] = field(default_factory=dict)
    """How often each prompt was used, so that the next use sounds different."""
    product: ProductTopic | None = None
    telling: Telling | None = None
    channel: Channel = Channel.PHONE
    """Decides between words for the ear and words for the eye."""
    ended: bool = False
    """Goodbye was said, or a person is on the way."""
    outbound: bool = False
    """The hotline called, not the customer."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Private facts that it called with, and what they are about; they wait until the customer
    is verified for it."""

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
                question["names"] = tuple(question.get("names", ()))
                question["expects"] = expectation_from(question["expects"])
                values["question"] = Question(**question)
            if task := values.get("task"):
                values["task"] = _task_from(task)
            if pending := values.get("pending"):
                values["pending"] = PendingCall(**pending)
            if product := values.get("product"):
                values["product"] = ProductTopic(
                    **{**product, "among": tuple(product.get("among", ()))}
                )
            if composing := values.get("composing"):
                articles = tuple(composing["articles"])
                values["composing"] = Composing(**{**composing, "articles": articles})
            if telling := values.get("telling"):
                values["telling"] = Telling(**telling)
            values["channel"] = Channel(values.get("channel", Channel.PHONE))
            values["spoken"] = tuple(Spoken(**spoken) for spoken in values["spoken"])
            undoable = values.get("undoable", ())
            values["undoable"] = tuple(Undoable(**change) for change in undoable)
            values["pace"] = Pace(values["pace"])
            for name in ("readings", "ruled_out", "mentioned"):
                kept = values.get(name, {})
                values[name] = {slot: tuple(texts) for slot, texts in kept.items()}
            for name in _TUPLES:
                values[name] = tuple(values.get(name, ()))
            values["later"] = tuple(Later(**later) for later in values.get("later", ()))
            values["feelings"] = tuple(
                Sign(**{**sign, "feeling": Feeling(sign["feeling"])})
                for sign in values.get("feelings", ())
            )
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"not a dialogue state of this version: {error}") from error


def _task_from(data: Mapping[str, Any]) -> Task:
    resumes = data.get("resumes")
    return Task(
        **{
            **data,
            "confirmed": tuple(data["confirmed"]),
            "resumes": _task_from(resumes) if resumes else None,
        }
    )
