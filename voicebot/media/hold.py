"""HoldSound: what a waiting caller hears below and between the bot's words."""

from __future__ import annotations

import numpy as np

from telephony.g711 import pcm16_to_ulaw, ulaw_to_pcm16
from voicebot.media.levels import QUIETEST, ramped
from voicebot.ports import SAMPLE_RATE

UNDER_WORDS = 12.0
"""dB by which it gives way to the bot's words."""
_FAINT = 30.0
"""dB less than it is, from where it comes in."""
_SWELLS = 40.0
"""dB a second by which it grows louder."""
_SINKS = 300.0
"""dB a second by which it gives way."""


class HoldSound:
    """A loop of mu-law whose level goes evenly to the one that is wanted."""

    def __init__(self, loop: bytes) -> None:
        """
        Args:
            loop: Mu-law, 8 kHz, played again and again; empty for silence.
        """
        self._loop = loop
        self._position = 0
        self._level = QUIETEST
        """dB less than the loop is."""
        self.wanted = False

    @property
    def sounds(self) -> bool:
        """Whether there is anything to hear, or to fade out."""
        return bool(self._loop) and (self.wanted or self._level < QUIETEST)

    def next(self, samples: int) -> bytes:
        """Return the next piece, where nothing else is to be heard."""
        return self._piece(samples, 0.0)

    def under(self, words: bytes) -> bytes:
        """Return words (mu-law) with the next piece below them."""
        if not self.sounds:
            return words
        mixed = _pcm(words) + _pcm(self._piece(len(words), UNDER_WORDS))
        return pcm16_to_ulaw(np.clip(mixed, -32768, 32767).astype("<i2").tobytes())

    def cut(self) -> None:
        """It has been faded out by other means."""
        self._level = QUIETEST

    def _piece(self, samples: int, lowest: float) -> bytes:
        aim = lowest if self.wanted else QUIETEST
        seconds = samples / SAMPLE_RATE
        begin = self._level
        if aim > begin:
            self._level = min(aim, begin + _SINKS * seconds)
        else:
            begin = min(begin, _FAINT)
            self._level = max(aim, begin - _SWELLS * seconds)
        end = self._position + samples
        piece = self._loop[self._position : end]
        while len(piece) < samples:
            piece += self._loop[: samples - len(piece)]
        self._position = end % len(self._loop)
        return ramped(piece, begin, self._level)


def _pcm(ulaw: bytes) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.frombuffer(ulaw_to_pcm16(ulaw), "<i2").astype(np.int32)
