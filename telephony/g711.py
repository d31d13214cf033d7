"""G.711 mu-law and A-law to 16-bit PCM and back, by table.

PCM is signed, little-endian, mono. Decision levels follow the ITU-T reference code (G.191 Software
Tool Library, `g711.c`): negative samples are taken in one's complement, so both signs are treated
alike. `audioop.lin2ulaw` of the standard library shifts arithmetically instead and encodes -1 as
-8; decoding is the same everywhere.

A 20 ms frame (160 samples) decodes in about a microsecond.
"""

from __future__ import annotations

import math
import sys
from array import array

SAMPLE_RATE = 8_000
"""Hz, of all audio on a telephone line here."""

ULAW_SILENCE = b"\xff"
"""One sample of mu-law silence."""

ALAW_SILENCE = b"\xd5"
"""One sample of A-law silence (+8, as A-law has no zero)."""


def _ulaw_level(code: int) -> int:
    inverted = ~code & 0xFF
    magnitude = ((((inverted & 0x0F) << 3) + 0x84) << ((inverted >> 4) & 0x07)) - 0x84
    return -magnitude if inverted & 0x80 else magnitude


def _alaw_level(code: int) -> int:
    toggled = code ^ 0x55
    exponent = (toggled >> 4) & 0x07
    magnitude = ((toggled & 0x0F) << 4) + 8
    if exponent:
        magnitude = (magnitude + 0x100) << (exponent - 1)
    return magnitude if toggled & 0x80 else -magnitude


def _ulaw_code(magnitude: int) -> int:
    """Return the code of a positive sample, given its upper 14 bits."""
    biased = min(magnitude + 33, 0x1FFF)
    exponent = biased.bit_length() - 6
    return 0x80 | ((7 - exponent) << 4) | (0x0F - ((biased >> (exponent + 1)) & 0x0F))


def _alaw_code(magnitude: int) -> int:
    """Return the code of a positive sample, given its upper 12 bits."""
    exponent = max(magnitude.bit_length() - 4, 0)
    mantissa = magnitude >> max(exponent - 1, 0) & 0x0F
    return (0x80 | exponent << 4 | mantissa) ^ 0x55


def _encoder(positive: bytes) -> bytes:
    """Return the code of each 16-bit pattern, given the codes of the samples 0 to 32,767."""
    negative = bytes(code ^ 0x80 for code in reversed(positive))
    return positive + negative


ULAW_LEVELS = tuple(_ulaw_level(code) for code in range(256))
"""The PCM16 value of each mu-law code."""
ALAW_LEVELS = tuple(_alaw_level(code) for code in range(256))
"""The PCM16 value of each A-law code."""

_ULAW_LOW = bytes(level & 0xFF for level in ULAW_LEVELS)
_ULAW_HIGH = bytes(level >> 8 & 0xFF for level in ULAW_LEVELS)
_ALAW_LOW = bytes(level & 0xFF for level in ALAW_LEVELS)
_ALAW_HIGH = bytes(level >> 8 & 0xFF for level in ALAW_LEVELS)
_TO_ULAW = _encoder(b"".join(bytes((_ulaw_code(upper),)) * 4 for upper in range(1 << 13)))
_TO_ALAW = _encoder(b"".join(bytes((_alaw_code(upper),)) * 16 for upper in range(1 << 11)))


def ulaw_to_pcm16(ulaw: bytes) -> bytes:
    """Return mu-law as PCM16, two bytes a sample."""
    return _decode(ulaw, _ULAW_LOW, _ULAW_HIGH)


def alaw_to_pcm16(alaw: bytes) -> bytes:
    """Return A-law as PCM16, two bytes a sample."""
    return _decode(alaw, _ALAW_LOW, _ALAW_HIGH)


def pcm16_to_ulaw(pcm: bytes) -> bytes:
    """Return PCM16 as mu-law, one byte a sample.

    Raises:
        ValueError: the length is odd, so half a sample is missing.
    """
    return _encode(pcm, _TO_ULAW)


def pcm16_to_alaw(pcm: bytes) -> bytes:
    """Return PCM16 as A-law, one byte a sample.

    Raises:
        ValueError: the length is odd, so half a sample is missing.
    """
    return _encode(pcm, _TO_ALAW)


def gain_table(gain: float) -> bytes:
    """Return a table for `bytes.translate` that scales mu-law without decoding it.

    Args:
        gain: Linear factor; 0 gives silence, 0.25 is -12 dB. Loud samples are clipped.

    Raises:
        ValueError: the gain is negative or not a number.
    """
    if not math.isfinite(gain) or gain < 0:
        raise ValueError(f"a gain must be a number of at least 0, not {gain}")
    if gain == 1:
        return bytes(range(256))
    scaled = (max(-32768, min(32767, round(level * gain))) for level in ULAW_LEVELS)
    return bytes(_TO_ULAW[sample & 0xFFFF] for sample in scaled)


def _decode(codes: bytes, low: bytes, high: bytes) -> bytes:
    pcm = bytearray(2 * len(codes))
    pcm[0::2] = codes.translate(low)
    pcm[1::2] = codes.translate(high)
    return bytes(pcm)


def _encode(pcm: bytes, table: bytes) -> bytes:
    if len(pcm) % 2:
        raise ValueError(f"PCM16 has two bytes a sample, not {len(pcm)} bytes in all")
    samples = array("H", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes(map(table.__getitem__, samples))
