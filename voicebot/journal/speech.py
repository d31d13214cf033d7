"""Events of the bot's voice, on its way to the caller's ear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlayoutStarted:
    """The bot took the floor: the first segment of what it has to say was handed to the speaker."""


@dataclass(frozen=True, slots=True)
class PlayoutFinished:
    """The bot gave the floor back: all it had to say was heard, or was cut."""


@dataclass(frozen=True, slots=True)
class SpeechQueued:
    """A segment (clause) was handed to the speaker."""

    segment: str
    """Unique in the call; also the name of its mark."""
    text: str
    turn: int
    """The caller turn it answers; 0 for the greeting."""
    source: str = ""
    interruptible: bool = True
    """False: only a command ("stop", "agent") or a key cuts it off."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The segment's first audio was sent towards the caller."""

    segment: str
    cached: bool = False
    """Rendered ahead, so synthesis cost nothing."""


@dataclass(frozen=True, slots=True)
class SpeechHeard:
    """The carrier says that the segment was played to its end (mark of the current epoch)."""

    segment: str


@dataclass(frozen=True, slots=True)
class SpeechCut:
    """The segment was stopped before its end, or never began."""

    segment: str
    heard: str
    """Estimated from elapsed playing time (Piper gives no word times)."""
    unheard: str


@dataclass(frozen=True, slots=True)
class SpeechSilenced:
    """`clear` was sent: what the carrier still held is not heard."""
