"""What the carrier itself plays to people, in mu-law: its voice, ringing, music and a beep.

All are audible throughout (`telephony.simulator.loudness`) but for the pauses of the ringing tone,
so a track tells whether somebody was left in silence.
"""

from __future__ import annotations

import math
from array import array
from functools import lru_cache

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE, pcm16_to_ulaw

_LEVEL = 6_000


def tone(seconds: float, *hertz: float, level: int = _LEVEL) -> bytes:
    """Return a sum of sine waves."""
    samples = round(seconds * SAMPLE_RATE)
    second = _second(hertz, level)
    return (second * (samples // SAMPLE_RATE + 1))[:samples]


@lru_cache(maxsize=64)
def _second(hertz: tuple[float, ...], level: int) -> bytes:
    wave = array(
        "h",
        (
            round(
                level
                / max(1, len(hertz))
                * sum(math.sin(2 * math.pi * pitch * n / SAMPLE_RATE) for pitch in hertz)
            )
            for n in range(SAMPLE_RATE)
        ),
    )
    return pcm16_to_ulaw(wave.tobytes())


def voice(text: str, rate: float) -> bytes:
    """Return a hum as long as saying a text takes, at so many characters a second."""
    spoken = " ".join(text.split())
    return tone(len(spoken) / rate, 180, 360) if spoken else b""


def ringing() -> bytes:
    """Return one ring: two seconds of tone, four of silence."""
    return tone(2, 440, 480) + ULAW_SILENCE * (4 * SAMPLE_RATE)


def music(seconds: float) -> bytes:
    """Return music."""
    return tone(seconds, 262, 330, 392)


def beep() -> bytes:
    """Return the tone before a message."""
    return tone(0.25, 1_000)
