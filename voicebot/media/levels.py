"""Loudness of mu-law audio: turned down, faded and brought back without leaving the codec."""

from __future__ import annotations

from functools import lru_cache

from telephony.g711 import gain_table

STEP = 40
"""Samples of one step of a ramp (5 ms): short enough not to be heard as steps."""

QUIETEST = 60.0
"""dB below which a sample is silence."""


@lru_cache(maxsize=int(QUIETEST) + 1)
def _table(decibels: int) -> bytes:
    return gain_table(0.0 if decibels >= QUIETEST else 10 ** (-decibels / 20))


def lowered(audio: bytes, decibels: float) -> bytes:
    """Return mu-law audio at so many dB less (0: as it is)."""
    return audio.translate(_table(_steps(decibels))) if _steps(decibels) else audio


def ramped(audio: bytes, begin: float, end: float) -> bytes:
    """Return mu-law audio whose level goes evenly from `begin` to `end`, in dB less than it is."""
    if _steps(begin) == _steps(end):
        return lowered(audio, end)
    steps = max(1, -(-len(audio) // STEP))
    pieces = []
    for step in range(steps):
        level = begin + (end - begin) * (step + 1) / steps
        pieces.append(lowered(audio[step * STEP : (step + 1) * STEP], level))
    return b"".join(pieces)


def faded(audio: bytes, begin: float = 0.0) -> bytes:
    """Return mu-law audio that dies away, from `begin` dB less than it is to silence."""
    return ramped(audio, begin, QUIETEST)


def _steps(decibels: float) -> int:
    return min(int(QUIETEST), max(0, round(decibels)))
