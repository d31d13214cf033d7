"""What can be watched while a simulated call runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What happened; the comment says what `detail` holds."""

    RINGING = "ringing"
    """The call was placed; the carrier's name of it."""
    STREAM_STARTED = "stream_started"
    """The media socket is open; the stream's name."""
    STREAM_ENDED = "stream_ended"
    """The media socket is closed; close code and by whom."""
    LINE_STARTED = "line_started"
    """The caller's line began to be sent; its label."""
    LINE_ENDED = "line_ended"
    """The caller's line is over; its label."""
    KEY_PRESSED = "key_pressed"
    """Nothing: keys may be secret."""
    BOT_STARTED = "bot_started"
    """The bot is heard after a silence."""
    BOT_STOPPED = "bot_stopped"
    """The bot has fallen silent; `at` is when it did, not when that was certain."""
    CLEARED = "cleared"
    """The bot dropped what was not played; seconds dropped."""
    MARK_ECHOED = "mark_echoed"
    """The carrier told that a mark was reached or dropped; its name."""
    VERB = "verb"
    """The carrier carries out an instruction; its name and text."""
    WARNING = "warning"
    """The server did what a real carrier objects to; what."""
    ENDED = "ended"
    """The call is over; by whom."""


@dataclass(frozen=True, slots=True)
class CallerEvent:
    """One thing that happened in a simulated call."""

    at: float
    """Seconds since the first stream started; 0 for what came before."""
    kind: EventKind
    detail: str = ""


class EndedBy(StrEnum):
    """Who or what ended a simulated call."""

    CALLER = "caller"
    BOT = "bot"
    """The server's instructions ran out, or said to hang up."""
    REJECTED = "rejected"
    """The call was not taken."""
    TIME_LIMIT = "time_limit"
    """The simulation's own bound."""
    FAILED = "failed"
    """A webhook failed, or its answer could not be carried out."""
