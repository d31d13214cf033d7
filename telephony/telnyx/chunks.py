"""ChunkOrder: puts pieces of audio in the order in which they were spoken. Sans-I/O."""

from __future__ import annotations

from telephony.media_leg import MediaReceived

MOST_HELD = 5
"""Pieces that wait for one before them (0.1 s); then it counts as lost."""


class ChunkOrder:
    """Holds what came too early, until what is missing has come or must be given up."""

    __slots__ = ("_held", "_next")

    def __init__(self) -> None:
        self._next: int | None = None
        self._held: dict[int, MediaReceived] = {}

    def put(self, piece: MediaReceived) -> list[MediaReceived]:
        """Take the next piece to come; return those whose turn it is.

        A piece that comes after its turn, or twice, is dropped: the audio after it was heard.
        """
        if self._next is None:
            self._next = piece.chunk
        if piece.chunk < self._next:
            return []
        self._held[piece.chunk] = piece
        if len(self._held) > MOST_HELD:
            self._next = min(self._held)
        released = []
        while (ready := self._held.pop(self._next, None)) is not None:
            released.append(ready)
            self._next += 1
        return released
