"""When a mu-law track can be heard: root mean square over 10 ms above -50 dBFS.

The unit of everything here is the sample; results are exact to one block of 80 samples (10 ms).
"""

from __future__ import annotations

from bisect import bisect_right

from telephony.g711 import SAMPLE_RATE, ULAW_LEVELS, ULAW_SILENCE

BLOCK = SAMPLE_RATE // 100
"""Samples over which loudness is taken."""

AUDIBLE_DBFS = -50.0
"""Loudness from which a block is heard, relative to a square wave at full scale."""

_SQUARES = tuple(level * level for level in ULAW_LEVELS)
_THRESHOLD = BLOCK * (32_768 * 10 ** (AUDIBLE_DBFS / 20)) ** 2

Span = tuple[int, int]
"""First audible sample, and the one after the last."""


class AudibleMeter:
    """Follows a growing track and remembers where it can be heard."""

    __slots__ = ("_ends", "_position", "_starts")

    def __init__(self) -> None:
        self._position = 0
        self._starts: list[int] = []
        self._ends: list[int] = []

    def advance(self, track: bytes | bytearray, upto: int) -> None:
        """Measure all blocks that end before a sample; past its end a track is silent."""
        position = self._position
        while position + BLOCK <= upto and position < len(track):
            if is_audible(track[position : position + BLOCK]):
                if self._ends and self._ends[-1] == position:
                    self._ends[-1] = position + BLOCK
                else:
                    self._starts.append(position)
                    self._ends.append(position + BLOCK)
            position += BLOCK
        if position + BLOCK <= upto:
            position = upto // BLOCK * BLOCK
        self._position = position

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every audible stretch so far, in order; silences are at least one block."""
        return tuple(zip(self._starts, self._ends, strict=True))

    @property
    def last_heard(self) -> int | None:
        """The end of the last audible block; None if nothing was heard yet."""
        return self._ends[-1] if self._ends else None

    @property
    def latest_onset(self) -> int:
        """The first sample of the last audible stretch; 0 if nothing was heard yet."""
        return self._starts[-1] if self._starts else 0

    def first_heard_since(self, sample: int) -> int | None:
        """Return the first audible sample at or after this one; None if there is none yet."""
        index = bisect_right(self._ends, sample)
        return max(self._starts[index], sample) if index < len(self._ends) else None


def is_audible(block: bytes | bytearray) -> bool:
    """Return whether one block of mu-law can be heard."""
    if block.count(ULAW_SILENCE) == len(block):
        return False
    return sum(map(_SQUARES.__getitem__, block)) > _THRESHOLD


def audible_spans(track: bytes | bytearray) -> tuple[Span, ...]:
    """Return where a finished track can be heard."""
    meter = AudibleMeter()
    meter.advance(track, len(track) + BLOCK)
    return meter.spans
