"""The words of turn-taking: who holds the floor, and what a turn-taker asks of its driver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Floor(StrEnum):
    """Who may speak."""

    IDLE = "idle"
    """Nobody speaks; the bot waits for the caller."""
    CALLER = "caller"
    PENDING = "pending"
    """The caller paused, and may be done."""
    OWED = "owed"
    """The caller's turn is over and the bot owes an answer it has not begun."""
    BOT = "bot"
    OVERLAP = "overlap"
    """The caller makes a sound while the bot speaks."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Request: put this stretch of the caller's audio into words; answered by `Transcribed`."""

    utterance: int
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class JudgeTurnEnd:
    """Request: does this stretch sound complete? Answered by `TurnEndJudged`."""

    utterance: int
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class Prepare:
    """Request: work out the answer to this text ahead; the turn is probably over."""

    text: str
    alternatives: tuple[tuple[str, float], ...] = ()
    """See `voicebot.journal.Transcribed`."""


@dataclass(frozen=True, slots=True)
class ShowListening:
    """Request: say "mm-hm" into a pause of a long dictation."""
