"""What a sound is like: its level above the line's noise, and whether it has a pitch.

Pitch is the peak of the autocorrelation, corrected for the window (Boersma 1993), since a telephone
band lacks the fundamental but keeps its period. Levels are dBFS of the RMS; full scale is 32,768.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from voicebot.ports import SAMPLE_RATE

SILENCE = -96.0
"""dBFS; no level is taken to be lower."""

_Floats = npt.NDArray[np.float32]

_FRAME = SAMPLE_RATE // 50
"""Samples over which a level is taken, and by which the pitch window moves (20 ms)."""
_WINDOW = 2 * _FRAME
"""Samples in which a pitch is sought: two periods and more of the lowest."""
_FFT = 512
_SHORTEST = SAMPLE_RATE // 400
"""Samples of the period of the highest pitch, 400 Hz."""
_LONGEST = SAMPLE_RATE // 60
"""The same of the lowest, 60 Hz."""
_LOUD = 10 ** (-20 / 10)
"""Power, relative to the loudest frame, from which a frame is of the loud part."""
_PERIODIC = 0.5
"""Autocorrelation from which a frame has a pitch; noise in a telephone band stays below 0.4."""
_FIRST = 0.87
"""The first peak that is this high, relative to the highest, is the period: its multiples are as
high, and sampling takes some of a narrow peak."""

_HANN = np.hanning(_WINDOW).astype(np.float32)


def _autocorrelation(frames: _Floats) -> _Floats:
    """Return the autocorrelation of each row, relative to its power, from `_SHORTEST` - 1 on."""
    spectrum = np.fft.rfft(frames * _HANN, _FFT)
    power = spectrum.real**2 + spectrum.imag**2
    raw = np.fft.irfft(power, _FFT)
    wanted = raw[:, _SHORTEST - 1 : _LONGEST + 2] / np.maximum(raw[:, :1], 1e-3)
    return wanted.astype(np.float32)


_BIAS = _autocorrelation(np.ones((1, _WINDOW), np.float32))
"""The window's own, which that of a windowed sound is relative to."""


@dataclass(frozen=True, slots=True)
class Acoustics:
    """What a stretch of sound is like."""

    level: float = SILENCE
    """dBFS of its loud part: the 20 ms frames within 20 dB of the loudest."""
    snr: float = 0.0
    """dB of the loud part above the noise of the line; not below 0."""
    voiced: float = 0.0
    """Share of the loud part that has a pitch, 0..1."""
    pitch: float = 0.0
    """Median in Hz, 60..400; 0 where there is none."""
    pitch_range: float = 0.0
    """Semitones between the 10th and the 90th percentile of the pitch."""


def acoustics(pcm: bytes, noise: float = SILENCE) -> Acoustics:
    """Describe a sound; a second of it takes about half a millisecond.

    Args:
        pcm: PCM16 at 8 kHz, 0.04 s or more; a shorter one has no pitch.
        noise: Level of the line without the sound, dBFS.
    """
    samples = np.frombuffer(pcm[: len(pcm) & ~1], "<i2").astype(np.float32)
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = np.einsum("ij,ij->i", frames, frames) / _FRAME
    if not power.size or power.max() <= 0:
        return Acoustics()
    loud = power >= _LOUD * power.max()
    level = decibels(float(power[loud].mean()))
    pitches, sought = _pitches(frames, loud)
    low, middle, high = (
        (pitches[int(share * (len(pitches) - 1) + 0.5)] for share in (0.1, 0.5, 0.9))
        if len(pitches)
        else (0.0, 0.0, 0.0)
    )
    return Acoustics(
        level=level,
        snr=max(0.0, level - noise),
        voiced=len(pitches) / sought if sought else 0.0,
        pitch=float(middle),
        pitch_range=12 * math.log2(high / low) if low else 0.0,
    )


def _pitches(frames: _Floats, loud: npt.NDArray[np.bool_]) -> tuple[_Floats, int]:
    """Return the pitches that were found, in order of height, and how many were sought."""
    (first,) = np.nonzero(loud[:-1] & loud[1:])
    if not first.size:
        return np.zeros(0, np.float32), 0
    windows = np.concatenate((frames[first], frames[first + 1]), axis=1)
    likeness = _autocorrelation(windows) / _BIAS
    inner = likeness[:, 1:-1]
    peaks = (inner >= likeness[:, :-2]) & (inner >= likeness[:, 2:])
    highest = np.where(peaks, inner, 0.0).max(axis=1)
    (rows,) = np.nonzero(highest >= _PERIODIC)
    best = (peaks[rows] & (inner[rows] >= _FIRST * highest[rows, np.newaxis])).argmax(axis=1)
    # The period between samples: the vertex of the parabola through the peak and its neighbours.
    before, at, after = (likeness[rows, best + shift] for shift in range(3))
    bend = np.minimum(before - 2 * at + after, -1e-6)
    period = best + _SHORTEST + np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    return np.sort((SAMPLE_RATE / period).astype(np.float32)), len(first)


class NoiseFloor:
    """The level of one line when nobody speaks: a low percentile of what was heard lately.

    Costs some microseconds a piece of 40 ms. Steady noise is told within a dB or two after a
    second; a caller who speaks without a pause for eight seconds counts as noise, as music does.
    """

    def __init__(self, *, memory: float = 8.0, share: float = 0.1) -> None:
        """Begin with a silent line.

        Args:
            memory: Seconds that are remembered.
            share: Of them, the share that is taken to be without speech.
        """
        self._powers = np.zeros(int(memory * SAMPLE_RATE) // _FRAME, np.float32)
        self._share = share
        self._frames = 0
        """Heard so far."""
        self._rest = b""

    def feed(self, pcm: bytes) -> None:
        """Take the next PCM16 samples, any length."""
        pcm = self._rest + pcm if self._rest else pcm
        whole = len(pcm) // (2 * _FRAME)
        self._rest = pcm[whole * 2 * _FRAME :]
        if not whole:
            return
        frames = np.frombuffer(pcm, "<i2", whole * _FRAME).astype(np.float32)
        frames = frames.reshape(whole, _FRAME)
        powers = np.einsum("ij,ij->i", frames, frames)[-len(self._powers) :]
        at = (self._frames + np.arange(len(powers))) % len(self._powers)
        self._powers[at] = powers / _FRAME
        self._frames += len(powers)

    @property
    def power(self) -> float:
        """Mean square of the samples; 0 before anything was heard."""
        heard = self._powers[: self._frames]
        if not heard.size:
            return 0.0
        at = int(self._share * (len(heard) - 1))
        return float(np.partition(heard, at)[at])

    @property
    def level(self) -> float:
        """DBFS; `SILENCE` before anything was heard."""
        return decibels(self.power)


def decibels(power: float) -> float:
    """Return the power of PCM16 samples as dBFS."""
    return max(SILENCE, 10 * math.log10(max(power, 1e-9) / 2**30))
