"""What a warm transfer asks for.

None of them ends the caller's leg: a caller is moved into the room, or brought back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a transfer ended; exactly one of them, exactly once."""

    BRIDGED = "bridged"
    """The caller talked with a person; that talk is over."""
    RETURNED = "returned"
    """The caller is with the bot, and nobody took the call."""
    MESSAGE = "message"
    """Neither a person nor the bot can be had: the caller may leave a message."""
    GONE = "gone"
    """The caller hung up by their own will before a person was there."""


class Reason(StrEnum):
    """Why a person was not reached, or the transfer ended."""

    NONE = ""
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    VOICEMAIL = "voicemail"
    """Somebody or something answered, and pressed no key."""
    DECLINED = "declined"
    FAILED = "failed"
    """The carrier could not ring them, or move the caller."""
    LEFT = "left"
    """The person took the call, and left before the caller was there."""
    TOOK_TOO_LONG = "took-too-long"
    """The caller has waited long enough."""
    WITHDRAWN = "withdrawn"
    """The caller changed their mind."""
    STREAM_LOST = "stream-lost"
    HUNG_UP = "hung-up"
    """The caller hung up."""
    TALK_OVER = "talk-over"
    """The person hung up after the talk."""


class Went(StrEnum):
    """What became of an offer to a person."""

    TAKEN = "taken"
    """They took the call."""
    MISSED = "missed"
    """They did not answer, or let it go by."""
    DECLINED = "declined"
    SPARED = "spared"
    """They were not needed after all, or could not be rung."""
    FINISHED = "finished"
    """Their talk is over."""


@dataclass(frozen=True, slots=True)
class Dial:
    """Ring a person; answered by `Dialled`."""

    person: int


@dataclass(frozen=True, slots=True)
class Dismiss:
    """End a person's leg; answered by `Dismissed`."""

    person: int
    leg: str
    answered: bool
    """They are on the line, and may be told that the caller has left."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Note what became of an offer, for whoever offers callers to people; answered by `Marked`."""

    person: int
    went: Went


@dataclass(frozen=True, slots=True)
class TellNext:
    """Tell the caller that somebody else is tried, as the last person could not be reached."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell the caller that they are connected now; answered by `Announced`."""


@dataclass(frozen=True, slots=True)
class MoveCaller:
    """Take the caller from the bot into the room; answered by `Moved`."""


@dataclass(frozen=True, slots=True)
class CheckRoom:
    """Ask the carrier who is in the room; answered by `RoomSeen` or `RoomUnseen`."""


@dataclass(frozen=True, slots=True)
class BringBack:
    """Take the caller out of the room, back to the bot; answered by `BroughtBack`."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The caller and the person hear each other."""


@dataclass(frozen=True, slots=True)
class Settle:
    """The transfer has ended so. After it, only legs that are still open are dismissed."""

    outcome: Outcome
    reason: Reason


Command = (
    Dial
    | Dismiss
    | Mark
    | TellNext
    | Announce
    | MoveCaller
    | CheckRoom
    | BringBack
    | Connected
    | Settle
)
