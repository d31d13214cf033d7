"""Quiet music for a caller who waits: made here, so that nobody's rights are touched.

Four chords, picked note by note over a soft bed, in a loop without a seam. It is never silent for
as long as a note, and far below a voice, so that a caller's first sound is found in it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from telephony.g711 import pcm16_to_ulaw
from voicebot.ports import SAMPLE_RATE

_CHORDS = (
    (196.00, 261.63, 329.63, 392.00),
    (220.00, 261.63, 329.63, 440.00),
    (174.61, 261.63, 349.23, 440.00),
    (196.00, 246.94, 293.66, 392.00),
)
"""Hz; each lasts a bar."""
_PICKED = (0, 1, 2, 3, 2, 3, 1, 2)
"""Notes of a bar, from low to high."""
_NOTE = 0.45
"""Seconds between two notes."""
_RINGS = 2.4
"""Seconds that a picked string is heard."""
_PEAK = 10 ** (-24 / 20)
"""Of full scale: some 15 dB below the bot's voice."""

_Wave = NDArray[np.float64]


@lru_cache(maxsize=1)
def hold_music() -> bytes:
    """Return one round of the music as mu-law, 8 kHz; it is to be played in a loop."""
    bar = round(_NOTE * len(_PICKED) * SAMPLE_RATE)
    music = np.zeros(bar * len(_CHORDS))
    for place, chord in enumerate(_CHORDS):
        for step, index in enumerate(_PICKED):
            begin = place * bar + round(step * _NOTE * SAMPLE_RATE)
            _add(music, begin, _string(chord[index]))
        _add(music, place * bar - bar // 8, _bed(chord, bar + bar // 4))
    music *= _PEAK / np.abs(music).max()
    return pcm16_to_ulaw((music * 32767).astype("<i2").tobytes())


def _string(hertz: float) -> _Wave:
    time = np.arange(round(_RINGS * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(
        np.sin(2 * np.pi * hertz * harmonic * time) * np.exp(-time * (1.2 + harmonic)) / harmonic**2
        for harmonic in (1, 2, 3)
    )
    # Neither a click as it begins nor one as it ends.
    return np.asarray(wave * np.minimum(1.0, time / 0.02) * np.minimum(1.0, (_RINGS - time) / 0.2))


def _bed(chord: tuple[float, ...], samples: int) -> _Wave:
    time = np.arange(samples) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * hertz * time) for hertz in chord[:3])
    # It overlaps its neighbours by a quarter of a bar, over which one gives way to the other.
    edge = samples / 5 / SAMPLE_RATE
    swell = np.minimum(1.0, np.minimum(time, time[-1] - time) / edge)
    return np.asarray(0.12 * wave * swell)


def _add(music: _Wave, begin: int, wave: _Wave) -> None:
    """Add a sound; what goes beyond the end is heard at the beginning of the next round."""
    places = np.arange(begin, begin + len(wave)) % len(music)
    music[places] += wave
