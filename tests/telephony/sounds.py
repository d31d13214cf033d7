"""Sounds whose samples are known, in mu-law."""

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE

LOUD = b"\x20\xa0" * 4
"""A square wave of 1,000 Hz, far above the threshold."""


def tone(seconds: float, wave: bytes = LOUD) -> bytes:
    """Return an audible sound."""
    return (wave * SAMPLE_RATE)[: round(seconds * SAMPLE_RATE)]


def silence(seconds: float) -> bytes:
    """Return nothing to hear."""
    return ULAW_SILENCE * round(seconds * SAMPLE_RATE)
