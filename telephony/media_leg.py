"""MediaLeg: the port of one carrier media stream, and what can be heard of it.

A leg is a codec between one carrier's websocket messages and these events; whoever owns the socket
moves the messages. The pipeline sees only this module, so another carrier is another small codec.
What carriers cannot do alike is told by `LegCapabilities`, and whoever uses a leg goes by them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Codec(StrEnum):
    """How samples are coded on the wire."""

    ULAW = "audio/x-mulaw"
    ALAW = "audio/x-alaw"
    L16 = "audio/x-l16"


class Pacing(StrEnum):
    """Who keeps to real time when audio is sent towards the caller."""

    CARRIER = "carrier"
    """The carrier buffers whatever is sent, and plays it in real time."""
    SENDER = "sender"
    """The carrier plays what arrives when it arrives."""


class TransferKind(StrEnum):
    """A way in which the carrier can take a caller on to a person."""

    DIAL = "dial"
    """Rings a person once the stream is over; the caller hears it ring."""
    CONFERENCE = "conference"
    """Brings both into a room, so that the person may be asked first."""
    DIALPLAN = "dialplan"
    """The exchange asks how the call goes on, and does it by its own rules."""


@dataclass(frozen=True, slots=True)
class LegCapabilities:
    """What the carrier's side of a stream can do."""

    marks: bool
    """Names a point in the sent audio, and says when it was played; without it, the sender's
    clock has to tell what was heard."""
    clear: bool
    """Drops what was sent and not yet played."""
    dtmf_in: bool
    """Tells which keys the caller presses."""
    dtmf_out: bool
    """Presses keys towards the caller."""
    ordered: bool
    """Sends its messages in the order of their audio; where not, the leg puts them in order."""
    says_stop: bool
    """Ends a stream by a message; where not, it just closes the socket, in good order."""
    pacing: Pacing
    codec: Codec
    rate: int
    """Samples a second."""
    transfers: frozenset[TransferKind]


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """How the caller's audio is coded."""

    encoding: str
    rate: int
    """Samples a second."""
    channels: int


@dataclass(frozen=True, slots=True)
class Connected:
    """The carrier opened the socket; nothing is known of the call yet."""

    protocol: str
    version: str


@dataclass(frozen=True, slots=True)
class Started:
    """Audio is about to flow; the first message that names the call."""

    stream_sid: str
    call_sid: str
    account_sid: str
    custom_parameters: Mapping[str, str] = field(repr=False)
    """What our own TwiML gave the stream: among it the one-use token, so never log it."""
    media_format: MediaFormat


@dataclass(frozen=True, slots=True)
class MediaReceived:
    """A piece of the caller's audio, of any length."""

    payload: bytes = field(repr=False)
    """In the leg's codec; may be empty."""
    timestamp_ms: int
    """Milliseconds since the stream began."""
    chunk: int
    """Counts media messages from 1; a gap means that audio was lost."""
    sequence: int
    """Counts all messages, `start` being 1."""


@dataclass(frozen=True, slots=True)
class DtmfReceived:
    """The caller pressed a key."""

    digit: str = field(repr=False)
    """`0` to `9`, `*`, `#`, or `A` to `D`."""


@dataclass(frozen=True, slots=True)
class MarkEchoed:
    """The audio before a mark was played, or was dropped by `clear`."""

    name: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The carrier ends the stream: the caller hung up, or the call was redirected."""


LegEvent = Connected | Started | MediaReceived | DtmfReceived | MarkEchoed | Stopped

WireMessage = str | bytes
"""One websocket message: text, or binary."""


class MediaLeg(Protocol):
    """One media stream, as a codec without I/O."""

    @property
    def capabilities(self) -> LegCapabilities:
        """What the carrier can do on this stream."""
        ...

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message of the carrier; return what it tells, in order: mostly one event.

        Raises:
            ProtocolViolation: the message breaks the protocol.
        """
        ...

    def media(self, payload: bytes) -> WireMessage:
        """Return the message that plays audio, in the leg's codec and of any length.

        Raises:
            StreamNotStarted: the carrier has not named the stream yet.
        """
        ...

    def mark(self, name: str) -> WireMessage:
        """Return the message that asks for an echo once all audio sent so far was played.

        To be asked for only where the capabilities name marks.

        Raises:
            StreamNotStarted: the carrier has not named the stream yet.
        """
        ...

    def clear(self) -> WireMessage:
        """Return the message that drops all audio not yet played; its marks may be echoed too.

        Raises:
            StreamNotStarted: the carrier has not named the stream yet.
        """
        ...
