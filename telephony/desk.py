"""CallDesk: the port that the webhooks ask what to do with a call, and the words of that talk.

The webhooks know TwiML and decide nothing; the desk decides and knows no TwiML. Nothing here needs
a memory of its own: what an answer depends on (which stream it was, which key) comes in the
request, so any process may serve it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from telephony.calls import CallStatus, DialStatus


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Somebody rings."""

    call_sid: str
    caller: str = field(repr=False)
    """E.164, `anonymous`, or a SIP address; empty when withheld."""
    called: str
    account_sid: str = ""
    forwarded_from: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class StreamOver:
    """A media stream of a call ended, on whoever's wish."""

    call_sid: str
    status: CallStatus
    """`COMPLETED` when the caller has hung up; `IN_PROGRESS` when somebody still listens."""
    stream: int
    """Which stream of the call it was, from 1; a second one is a resumed one."""


@dataclass(frozen=True, slots=True)
class StreamReport:
    """The carrier's own view of a stream; the only place where a failed handshake is seen."""

    call_sid: str
    stream_sid: str
    event: str
    """`stream-started`, `stream-stopped` or `stream-error`."""
    error: str = ""


class MenuKey(StrEnum):
    """What a caller chose at the keypad."""

    PERSON = "1"
    MESSAGE = "2"
    OTHER = ""


@dataclass(frozen=True, slots=True)
class MenuChoice:
    """A caller answered the fallback menu."""

    call_sid: str
    key: MenuKey


@dataclass(frozen=True, slots=True)
class DialEnded:
    """A person was rung, and the conversation or the attempt is over."""

    call_sid: str
    status: DialStatus


@dataclass(frozen=True, slots=True)
class Message:
    """A caller left a message."""

    call_sid: str
    recording_sid: str
    recording_url: str = field(repr=False)
    seconds: int


@dataclass(frozen=True, slots=True)
class Accept:
    """Connect the caller to the bot."""

    parameters: Mapping[str, str] = field(repr=False)
    """Come back in the stream's `start`; among them the one-use token."""


@dataclass(frozen=True, slots=True)
class Busy:
    """All lines are taken; the caller hears the busy tone."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """This caller is not served."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Connect the caller to the bot once more, where they were cut off."""

    parameters: Mapping[str, str] = field(repr=False)
    say: str = ""


@dataclass(frozen=True, slots=True)
class TransferTo:
    """Ring a person."""

    number: str = field(repr=False)
    """E.164, from our own settings and never from what a caller said."""
    ring_seconds: int
    caller_id: str = field(default="", repr=False)
    say: str = ""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Wait for an order that is under way; if none comes, ask there how the call goes on."""

    url: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Voicemail:
    """Take a message."""


@dataclass(frozen=True, slots=True)
class FallbackMenu:
    """The bot is out of order: offer the keypad."""

    person: bool
    """Whether a person can be reached; otherwise only a message is offered."""
    say: str = ""
    """Said first; the usual apology when empty."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """End the call."""

    say: str = ""


NextStep = Resume | TransferTo | GoTo | Voicemail | FallbackMenu | Goodbye
"""How a call goes on without a media stream."""

CallAnswer = Accept | Busy | Blocked | TransferTo | Voicemail | FallbackMenu
"""What a ringing caller gets."""


class CallDesk(Protocol):
    """Decides on calls; each question may come twice, and then wants the same answer.

    The webhooks remember answers for a minute, so that a repeated request does not ask twice.
    A desk that raises, or takes too long, costs the caller the bot but not the call: they get the
    fallback menu or may leave a message.
    """

    async def answer(self, call: IncomingCall) -> CallAnswer:
        """Decide what to do with a ringing call."""
        ...

    async def stream_ended(self, over: StreamOver) -> NextStep:
        """Decide how a call goes on whose stream has ended."""
        ...

    async def stream_reported(self, report: StreamReport) -> None:
        """Take note of the carrier's view of a stream."""
        ...

    async def menu_answered(self, choice: MenuChoice) -> NextStep:
        """Decide how a call goes on after the fallback menu."""
        ...

    async def dial_ended(self, ended: DialEnded) -> NextStep:
        """Decide how a call goes on after a person was rung."""
        ...

    async def message_left(self, message: Message) -> None:
        """Take note of a message; the call ends."""
        ...
