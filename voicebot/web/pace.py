"""SharedPace: all processes together make calls no faster than the carrier's account may."""

from __future__ import annotations

import asyncio
import time

import structlog

from voicebot.store import StoreError
from voicebot.store.deadline import in_time
from voicebot.store.workers import WorkerBook

_PACE = "calls"
_LONGEST = 5.0
"""Seconds after which a call is made all the same; the carrier then queues it itself."""

_log = structlog.get_logger(__name__)


class SharedPace:
    """Gives turns.

    Args:
        book: All processes use the same.
        per_second: Turns a second.
    """

    def __init__(self, book: WorkerBook, per_second: float) -> None:
        self._book = book
        self._gap = 1.0 / per_second

    async def turn(self) -> None:
        """Return when it is this caller's turn, or would not be for too long."""
        now = time.time()
        try:
            at = await in_time(lambda: self._book.reserve(_PACE, now, self._gap, _LONGEST))
        except StoreError as error:
            _log.warning("calls are not paced", reason=str(error))
            return
        wait = _LONGEST if at is None else at - time.time()
        await asyncio.sleep(max(0.0, wait))
