"""Decisions of the turn-taker, as the facts that they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallerTurnEnded:
    """Decision: the caller's turn is over and gets an answer."""

    turn: int
    text: str
    started: float
    """Call clock: first voiced sample of the turn (or first key)."""
    ended: float
    """Call clock: last voiced sample (or last key); voice-to-voice latency counts from here."""
    digits: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """Why now: `silence`, and what `voicebot.turntaking.endpointing.explanation` tells."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """What else may have been said; see `Transcribed.alternatives`."""

    def continues(self, before: CallerTurnEnded) -> bool:
        """Whether this is a turn that was taken for ended before; see `TurnRetracted`."""
        return self.started <= before.started

    def beyond(self, answered: CallerTurnEnded) -> str:
        """Return what was said after the beginning that was answered for good; all of it, where
        the words are others by now."""
        rest = self.text.removeprefix(answered.text.rstrip(" .,;:!?"))
        return self.text if rest == self.text else rest.lstrip(" .,;:!?") or self.text


@dataclass(frozen=True, slots=True)
class TurnRetracted:
    """Decision: the last turn was not over; its answer is undone, and its words come again."""


@dataclass(frozen=True, slots=True)
class OverlapNoticed:
    """Decision: the caller makes a sound while the bot speaks; the bot lowers its voice."""

    started: float
    """Call clock: the first sample of the sound."""


@dataclass(frozen=True, slots=True)
class OverlapIgnored:
    """Decision: the caller made a sound while the bot spoke and did not want the floor."""

    speech_seconds: float
    reason: str
    kind: str = ""
    """What it was taken for; see `voicebot.turntaking.overlap.OverlapKind`."""
    text: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BargedIn:
    """Decision: the caller takes the floor while the bot speaks."""

    speech_seconds: float
    """Caller speech at the decision; 0 for a key press."""
    reason: str
    """`speech` (it lasted), `words` (what was said), `resumed` (the caller went on after a pause
    that was taken for the end of the turn) or `digit`."""
    kind: str = "interruption"
    """What it was taken for; see `voicebot.turntaking.overlap.OverlapKind`."""
    text: str = ""
    """Words at the decision, as far as they were known."""
    evidence: Mapping[str, float] = field(default_factory=dict)
    """What spoke for it; see `voicebot.turntaking.overlap`."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """Decision: what cut the bot off was no interruption; it goes on from that very word."""

    reason: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class SoundIgnored:
    """Decision: a sound while nobody else spoke held no words and was too short to ask about."""

    speech_seconds: float


@dataclass(frozen=True, slots=True)
class NoInputNoticed:
    """Decision: the caller stayed silent after a prompt was heard."""

    count: int
