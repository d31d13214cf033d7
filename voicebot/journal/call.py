"""Events of the call as a whole: its streams, its end, who takes over, and what failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

CallId = NewType("CallId", str)


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The call began; always the first entry."""

    call_id: str
    channel: str
    """`phone`, `microphone` or `chat`."""
    domain: str
    answered_at: float
    """Wall time, seconds since the epoch (UTC)."""
    carrier_call_id: str = ""
    """The carrier's own name of the call (Twilio: `CA…`)."""
    caller: str = ""
    """E.164 where the carrier gave one."""
    called: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What ran: voicebot, recogniser model, voice, domain."""


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """Audio flows; a call may have several streams in turn."""

    stream_id: str


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """Audio stopped flowing; the call may go on."""

    reason: str
    """`stop` (the carrier said so), `closed`, `dropped`, `error:…`."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over; always the last entry. A journal without it ended abnormally."""

    disposition: str
    """`resolved`, `transferred`, `abandoned`, `caller_hung_up` or `failed`."""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class HandoffDecided:
    """The dialogue wants a person to take over."""

    queue: str
    reason: str
    summary: tuple[str, ...]
    brief: Mapping[str, Any] = field(default_factory=dict)
    """What the person must know (`dialogue.brief.Brief.to_json`); empty in journals of builds that
    made none."""


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """A model failed or missed its deadline; the caller hears an apology, never dead air."""

    engine: str
    """`recogniser`, `synthesiser`, `turn_detector`, `speech_detector` or `dialogue`."""
    error: str
    """The kind of error; never the caller's words."""
