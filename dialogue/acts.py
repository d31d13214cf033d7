"""The words between a channel and the dialogue manager.

A channel (phone, microphone, chat) turns what happened into a `DialogueInput`; the manager answers
with a `dialogue.step.Step` of `Act`s. Nothing here knows audio, time or telephones, so the same
manager serves every channel. All values are frozen and made of plain data, so that a step can be
written to the journal, compared with a golden one and computed speculatively and thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from dialogue.brief import Brief
from dialogue.plain import plain
from dialogue.said import Alternative


class Channel(StrEnum):
    """The way a customer reached us; decides between words for the ear and words for the eye."""

    PHONE = "phone"
    MICROPHONE = "microphone"
    CHAT = "chat"


class Answer(StrEnum):
    """The kind of answer that the last question leaves open."""

    OPEN = "open"
    """Anything: a need, a question, a remark."""
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One of a few options that were just named."""
    CODE = "code"
    """Digits or letters: an order number, a postcode. Callers pause inside them."""
    TEXT = "text"
    """Free words that belong together, such as an address. Callers pause inside them."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the question just asked makes likely; guides recognition and the end of turn."""

    answer: Answer = Answer.OPEN
    vocabulary: tuple[str, ...] = ()
    """Words worth expecting now, most likely first; given to the recogniser as previous text."""
    digits: int | None = None
    """Key presses that complete the answer, where keys can give it."""
    patience: float | None = None
    """Seconds of silence before a re-prompt, where not the usual ones: the customer asked the bot
    to hold on."""


@dataclass(frozen=True, slots=True)
class UserTurn:
    """The customer's turn is over: what was said, or which keys were pressed."""

    text: str
    """As recognised; empty when there was speech but no words came of it (a no-match)."""
    digits: str = ""
    """Keys pressed in this turn, in order ("0".."9", "*", "#")."""
    alternatives: tuple[Alternative, ...] = ()
    """Where a value was asked for: what else may have been said."""


@dataclass(frozen=True, slots=True)
class NoInput:
    """The customer stayed silent after a prompt."""


@dataclass(frozen=True, slots=True)
class ToolReturned:
    """A tool that a `CallTool` act asked for is done."""

    call_key: str
    """The `CallTool.call_key` that this answers."""
    ok: bool
    value: Mapping[str, Any] = field(default_factory=dict)
    """The typed result as plain JSON data; empty when not `ok`."""
    error: str = ""
    """For the journal, never spoken."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The customer cut the bot off; asks for no answer, only to be remembered."""

    heard: str
    unheard: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the dialogue must know of the world around it; asks for no answer."""

    now: str = ""
    """ISO 8601 with an offset; empty where it is not known, and people are taken to be there."""
    wait: float | None = None
    """Seconds until a person would answer, as far as somebody can tell."""
    staffed: bool = True
    """Whether anybody is there to answer; the opening hours may say otherwise."""


class Connection(StrEnum):
    """How the customer is connected: to a person who is being reached, or with us once more."""

    CALLING = "calling"
    """They are rung."""
    MISSED = "missed"
    """Nobody could be had; the customer is still here."""
    BOOKED = "booked"
    """The customer is still here, and is called back instead."""
    TALKED = "talked"
    """The customer has talked with a person, and is here again."""
    CUT_OFF = "cut_off"
    """The line broke off, and the customer is here again."""


@dataclass(frozen=True, slots=True)
class Connecting:
    """What became of the customer's connection while the conversation goes on."""

    connection: Connection


DialogueInput = UserTurn | NoInput | ToolReturned | Interrupted | Circumstances | Connecting


class Pace(StrEnum):
    """How fast to speak."""

    NORMAL = "normal"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Say:
    """Say something that leaves no question open."""

    text: str
    """For the ear: short, spoken forms ("4 4 1 1"), no markup."""
    source: str = ""
    """Where the words come from, for the journal: `prompt:greeting`, `article:returns`, …"""
    interruptible: bool = True
    pace: Pace = Pace.NORMAL
    chat_text: str = ""
    """For the eye, where it differs (links, lists); empty means `text`."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say something and leave the floor to the customer."""

    text: str
    expects: Expectation = field(default_factory=Expectation)
    source: str = ""
    interruptible: bool = True
    pace: Pace = Pace.NORMAL
    chat_text: str = ""


@dataclass(frozen=True, slots=True)
class CallTool:
    """Run a business action; its result comes back as `ToolReturned`.

    An act with `side_effect` is never run while the turn is only speculated to be over.
    """

    tool: str
    arguments: Mapping[str, Any]
    call_key: str
    """Idempotency key: the same key never takes effect twice."""
    side_effect: bool
    filler: str = ""
    """What to say if the tool takes long; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person is needed."""

    queue: str
    reason: str
    """One line for the person who takes over."""
    summary: tuple[str, ...]
    """What the person must know so that nobody repeats themselves; the brief in a few sentences."""
    brief: Brief | None = None
    """All of it. None only in stories told without a manager."""


@dataclass(frozen=True, slots=True)
class CancelHandoff:
    """The customer no longer wants the person who is being rung."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """The conversation is over once everything said before has been heard."""

    disposition: str
    """`resolved`, `abandoned` or `failed` (see README, glossary)."""


Act = Say | Ask | CallTool | Handoff | CancelHandoff | EndCall

_KINDS: Mapping[type, str] = {
    Say: "say",
    Ask: "ask",
    CallTool: "call_tool",
    Handoff: "handoff",
    CancelHandoff: "cancel_handoff",
    EndCall: "end_call",
}


def act_to_dict(act: Act) -> dict[str, Any]:
    """Return an act as plain data, with its `kind` (`say`, `ask`, `call_tool`, …) first."""
    data: dict[str, Any] = plain(asdict(act))
    return {"kind": _KINDS[type(act)], **data}
