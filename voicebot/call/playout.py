"""Playout: what was sent towards the caller, and what was really heard. Sans-I/O.

The trap this machine exists for: Twilio echoes a mark when the audio before it was played, and also
echoes all outstanding marks after a `clear` (Media Streams, "mark" and "clear" messages). Only the
former means "heard". A cleared segment leaves the epoch, so its late echo falls through.

A carrier that never echoes a mark must not hold the floor for ever: a segment counts as heard when
its time and `grace` have passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from voicebot.journal import SpeechCut, SpeechHeard
from voicebot.word_times import SpokenWord, estimated, heard_characters


@dataclass(slots=True)
class _Segment:
    name: str
    text: str
    seconds: float
    """Duration of its audio."""
    words: Sequence[SpokenWord]
    started: float | None = None
    """Call clock: when its first audio was due at the caller's ear, as far as known."""


@dataclass(slots=True)
class Playout:
    """Follows the segments of the bot's speech from the queue to the caller's ear."""

    grace: float = 2.0
    """Seconds to wait for an echo beyond the time that the audio needs."""
    _segments: list[_Segment] = field(default_factory=list)

    @property
    def speaking(self) -> bool:
        """Whether anything is queued or on its way that the caller has not heard yet."""
        return bool(self._segments)

    @property
    def deadline(self) -> float | None:
        """When to call `expire`, on the call clock."""
        if not self._segments or (first := self._segments[0]).started is None:
            return None
        return first.started + first.seconds + self.grace

    def queued(
        self, name: str, text: str, seconds: float, words: Sequence[SpokenWord] = ()
    ) -> None:
        """A segment was handed to the speaker.

        Args:
            name: Of its mark.
            text: What it says.
            seconds: Duration of its audio.
            words: When its words are spoken; estimated if the voice gave no times.
        """
        self._segments.append(_Segment(name, text, seconds, words or estimated(text, seconds)))

    def started(self, name: str, now: float) -> None:
        """The first audio of a segment was sent."""
        for segment in self._segments:
            if segment.name == name and segment.started is None:
                segment.started = now

    def sounding(self, now: float) -> tuple[str, float] | None:
        """Return the segment that the caller hears, and how many seconds of it were heard."""
        if not self._segments or (started := self._segments[0].started) is None:
            return None
        first = self._segments[0]
        return first.name, min(first.seconds, max(0.0, now - started))

    def mark_echoed(self, name: str, now: float) -> list[SpeechHeard]:
        """The carrier returned a mark; marks before it were played as well."""
        names = [segment.name for segment in self._segments]
        if name not in names:
            return []
        return self._heard(names.index(name) + 1, now)

    def expire(self, now: float) -> list[SpeechHeard]:
        """Take segments as heard whose echo is overdue."""
        heard: list[SpeechHeard] = []
        while (deadline := self.deadline) is not None and deadline <= now:
            heard += self._heard(1, now)
        return heard

    def cleared(self, now: float) -> list[SpeechCut]:
        """Everything outstanding was dropped; tell from elapsed time what was heard of it."""
        cuts = [_cut(segment, now) for segment in self._segments]
        self._segments.clear()
        return cuts

    def _heard(self, count: int, now: float) -> list[SpeechHeard]:
        played, self._segments = self._segments[:count], self._segments[count:]
        if self._segments and (following := self._segments[0]).started is not None:
            # Sent ahead: at the ear it begins only now, when the one before has ended.
            following.started = max(following.started, now)
        return [SpeechHeard(segment.name) for segment in played]


def _cut(segment: _Segment, now: float) -> SpeechCut:
    """Split a text after the last word whose end was played."""
    if segment.started is None or segment.seconds <= 0:
        return SpeechCut(segment.name, "", segment.text)
    position = now - segment.started
    if position >= segment.seconds:
        return SpeechCut(segment.name, segment.text, "")
    heard = segment.text[: heard_characters(segment.words, position)]
    return SpeechCut(segment.name, heard, segment.text[len(heard) :].lstrip())
