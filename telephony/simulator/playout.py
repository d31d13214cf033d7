"""CarrierBuffer: what a carrier does with audio sent to a caller, sample by sample, sans clock.

It plays in order and in real time, echoes a mark once the audio before it was played (at once if
there is none), and on `clear` drops what was not played and echoes all marks still outstanding.
What it plays is the track at the caller's ear. Positions are samples on the call clock.
"""

from __future__ import annotations

from collections import deque

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE

LONGEST_AHEAD = 600 * SAMPLE_RATE
"""Samples that Twilio buffers; more is discarded with warning 31931."""

MOST_MARKS = 10_000


class CarrierBuffer:
    """One call's buffer, over all its streams."""

    def __init__(self) -> None:
        self._track = bytearray()
        self._marks: deque[tuple[int, str]] = deque()

    @property
    def track(self) -> bytearray:
        """What the caller hears; beyond the present it may still be cleared."""
        return self._track

    @property
    def next_due(self) -> int | None:
        """When the next mark is to be echoed."""
        return self._marks[0][0] if self._marks else None

    def play(self, payload: bytes, now: int) -> bool:
        """Queue audio; False if the buffer is full and the audio was discarded."""
        gap = now - len(self._track)
        if gap > 0:
            self._track += ULAW_SILENCE * gap
        if len(self._track) + len(payload) - now > LONGEST_AHEAD:
            return False
        self._track += payload
        return True

    def mark(self, name: str, now: int) -> bool:
        """Queue a mark; False if there are absurdly many and it was dropped."""
        if len(self._marks) >= MOST_MARKS:
            return False
        self._marks.append((max(len(self._track), now), name))
        return True

    def due(self, now: int) -> list[str]:
        """Return the marks that are to be echoed by now, and forget them."""
        names = []
        while self._marks and self._marks[0][0] <= now:
            names.append(self._marks.popleft()[1])
        return names

    def clear(self, now: int) -> list[str]:
        """Drop what was not played yet; return the marks that are to be echoed for it."""
        del self._track[now:]
        names = [name for _, name in self._marks]
        self._marks.clear()
        return names
