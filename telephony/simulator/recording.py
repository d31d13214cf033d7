"""What remains of a simulated call: both tracks, what happened, and how quick the bot was."""

from __future__ import annotations

import sys
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE, ulaw_to_pcm16
from telephony.simulator.events import CallerEvent, EndedBy
from telephony.simulator.loudness import Span, audible_spans
from telephony.simulator.player import Spoken

YIELD_GAP = 0.4
"""Silence, in seconds, from which a bot that was spoken over counts as having stopped.

Longer than its pauses between clauses, shorter than it needs to answer an interruption."""

_NEVER = sys.maxsize


@dataclass(frozen=True, slots=True)
class TurnMeasure:
    """How the bot took one line of the caller. Seconds on the call clock, exact to 10 ms."""

    label: str
    spoke_from: float
    """The caller's first audible sample."""
    spoke_to: float
    """The end of the caller's last audible sample, or the last key."""
    answered_at: float | None
    """First audible bot sample after that; None if there was none before the caller's next line.

    Where the bot was cut off by this line, what is left of its old speech is no answer."""
    yielded_at: float | None = None
    """For a line begun while the bot spoke: when it fell silent; None if not before the next line.

    A bot that goes on to its own end "yields" there, so look at `yield_seconds` too."""
    overlapped: bool = False
    """Whether the caller began while the bot spoke, or paused for less than `YIELD_GAP`."""
    talked_over_at: float | None = None
    """When the bot began to speak into the caller's line, if it did."""

    @property
    def response_seconds(self) -> float | None:
        """Voice to voice: from the caller's last sound to the bot's first."""
        return None if self.answered_at is None else self.answered_at - self.spoke_to

    @property
    def yield_seconds(self) -> float | None:
        """From the caller's first sound over the bot to the bot's silence."""
        return None if self.yielded_at is None else self.yielded_at - self.spoke_from


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One media stream of the call."""

    stream_sid: str
    started: float
    ended: float
    close_code: int
    """Of the websocket; 1006 when it broke."""
    closed_by: str
    """`server`, `caller` or `fault`."""


@dataclass(frozen=True, slots=True)
class TwimlDocument:
    """One answer of the server's webhooks."""

    path: str
    status: int
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallRecording:
    """A simulated call, over."""

    call_sid: str
    caller_track: bytes = field(repr=False)
    """Mu-law, from the start of the first stream."""
    ear_track: bytes = field(repr=False)
    """What the caller heard of the bot; same clock."""
    events: tuple[CallerEvent, ...] = field(repr=False)
    turns: tuple[TurnMeasure, ...]
    ended_by: EndedBy
    streams: tuple[StreamRecord, ...]
    twiml_log: tuple[TwimlDocument, ...]

    @property
    def greeted_at(self) -> float | None:
        """When the bot was first heard, in seconds since the first stream started."""
        spans = audible_spans(self.ear_track)
        return spans[0][0] / SAMPLE_RATE if spans else None

    @property
    def seconds(self) -> float:
        """Length of the longer track."""
        return max(len(self.caller_track), len(self.ear_track)) / SAMPLE_RATE

    def save_wav(self, path: str | Path) -> None:
        """Write a stereo WAV, 8,000 Hz, 16 bit: the caller on the left, the bot on the right.

        Raises:
            OSError: the file cannot be written.
        """
        save_stereo(path, self.caller_track, self.ear_track)


def save_stereo(path: str | Path, left: bytes, right: bytes) -> None:
    """Write two mu-law tracks as a stereo WAV, 8,000 Hz, 16 bit.

    Raises:
        OSError: the file cannot be written.
    """
    samples = max(len(left), len(right))
    stereo = bytearray(4 * samples)
    for offset, track in ((0, left), (2, right)):
        pcm = ulaw_to_pcm16(track.ljust(samples, ULAW_SILENCE))
        stereo[offset::4] = pcm[0::2]
        stereo[offset + 1 :: 4] = pcm[1::2]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(stereo)


def measure_turns(said: Sequence[Spoken], ear_track: bytes) -> tuple[TurnMeasure, ...]:
    """Return how the bot took each line."""
    heard = audible_spans(ear_track)
    utterances = _joined(heard)
    starts = [spoken.audible_from for spoken in said[1:]]
    return tuple(
        _measure(spoken, until, heard, utterances)
        for spoken, until in zip(said, [*starts, _NEVER], strict=False)
    )


def _measure(
    spoken: Spoken, until: int, heard: Sequence[Span], utterances: Sequence[Span]
) -> TurnMeasure:
    begin, end = spoken.audible_from, spoken.audible_to
    over = next((last for first, last in utterances if first <= begin < last), None)
    yielded = over if over is not None and over < until else None
    answered = None
    if over is None or yielded is not None:
        answered = _first_after(max(end, yielded or 0), until, heard)
    into = None
    if over is None:
        into = next((first for first, _ in utterances if begin < first < end), None)
    return TurnMeasure(
        label=spoken.line.label,
        spoke_from=begin / SAMPLE_RATE,
        spoke_to=end / SAMPLE_RATE,
        answered_at=_seconds(answered),
        yielded_at=_seconds(yielded),
        overlapped=over is not None,
        talked_over_at=_seconds(into),
    )


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return whole utterances: audible stretches with the pauses inside them."""
    utterances: list[Span] = []
    for first, last in spans:
        if utterances and first - utterances[-1][1] < YIELD_GAP * SAMPLE_RATE:
            utterances[-1] = (utterances[-1][0], last)
        else:
            utterances.append((first, last))
    return utterances


def _first_after(sample: int, until: int, spans: Sequence[Span]) -> int | None:
    for first, last in spans:
        if last > sample:
            heard = max(first, sample)
            return heard if heard < until else None
    return None


def _seconds(sample: int | None) -> float | None:
    return None if sample is None else sample / SAMPLE_RATE
