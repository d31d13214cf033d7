"""Events of the caller's side: sounds, keys, and what the models made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VoiceStarted:
    """Speech was detected."""

    started: float
    """Call clock, seconds: the first voiced sample; before the entry's `at`."""


@dataclass(frozen=True, slots=True)
class VoiceStopped:
    """A silence began that may or may not end the turn."""

    ended: float
    """Call clock, seconds: the last voiced sample."""


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key of the telephone."""

    digit: str


@dataclass(frozen=True, slots=True)
class DecodeStarted:
    """The recogniser was given the turn so far."""

    utterance: int
    """Counts decodes within the call; a later decode supersedes an earlier one."""
    audio_seconds: float


@dataclass(frozen=True, slots=True)
class Transcribed:
    """The recogniser answered."""

    utterance: int
    text: str
    avg_logprob: float
    audio_seconds: float
    decode_seconds: float
    """Time on the model, without queueing."""
    queued_seconds: float
    model: str
    fallback: bool = False
    """The short-context decode was poor and the full window was used."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """What else may have been said where a value was asked for, with its price in nats; see
    `dialogue.said.Alternative`."""


@dataclass(frozen=True, slots=True)
class TurnEndJudged:
    """The turn detector's opinion on whether the caller is done."""

    utterance: int
    probability: float
    """0 = in mid-thought, 1 = done."""


@dataclass(frozen=True, slots=True)
class SoundMeasured:
    """What the sound over the bot is like so far; evidence beside its words."""

    started: float
    """Call clock: the first sample of the sound; names the overlap it belongs to."""
    until: float
    """Call clock: the last sample that was measured."""
    level: float
    """dBFS (RMS) of its loud part."""
    snr: float
    """dB of its loud part above the noise of the line."""
    speech: float
    """Mean probability of speech, by Silero, 0..1."""
    voiced: float
    """Share of it that has a pitch, 0..1."""
    pitch: float
    """Median fundamental frequency in Hz; 0 where there is none."""
    pitch_range: float
    """Semitones between the 10th and the 90th percentile of the pitch."""
    echo: float
    """Likeness to what the bot has just said on this line, 0 (none) to 1 (its echo)."""
    echo_delay: float = 0.0
    """Seconds by which it lags the bot's speech, where it is like it."""


@dataclass(frozen=True, slots=True)
class Glimpsed:
    """The recogniser had a look at the first words of a sound over the bot; the sound may go on."""

    started: float
    """Call clock: the first sample of the sound; names the overlap it belongs to."""
    until: float
    """Call clock: the last sample that was looked at."""
    text: str
    """Empty when there were no words."""
    avg_logprob: float
    """Mean log-probability of the words; below about -1 they are a guess."""
    kinds: Mapping[str, float] = field(default_factory=dict)
    """Probability of each kind of sound (`interruption`, `backchannel`, `tic`, `noise`), 0..1."""
    decode_seconds: float = 0.0
    """Time on the model, without queueing."""
    queued_seconds: float = 0.0
