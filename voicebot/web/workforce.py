"""Workforce: the processes that share a PostgreSQL store, and which of them lives."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

import structlog

from voicebot.store import StoreError
from voicebot.store.deadline import in_time
from voicebot.store.workers import Worker, WorkerBook

BEAT_SECONDS = 1.0
"""Between two signs of life."""
LEASE_SECONDS = 4.0
"""Without one for so long a process counts as dead; clocks of machines must agree to within one
second."""

_log = structlog.get_logger(__name__)


class Workforce:
    """Gives signs of life, and knows who else does; see `telephony.transfers.Peers`."""

    def __init__(self, book: WorkerBook, *, clock: Callable[[], float] = time.time) -> None:
        """
        Args:
            book: All processes use the same.
            clock: Seconds since the epoch.
        """
        self._book = book
        self._clock = clock
        self.me = secrets.token_hex(8)
        self.secret = secrets.token_hex(16)
        """What other processes show here."""
        self.address = ""
        """Where they reach this one; set before `run`."""
        self._known: dict[str, Worker] = {}

    def lives(self, process: str) -> bool:
        """Whether a process has given a sign of life lately."""
        return process == self.me or self.find(process) is not None

    def find(self, process: str) -> Worker | None:
        """Return another process, if it lives."""
        worker = self._known.get(process)
        if worker is None or worker.until <= self._clock() or process == self.me:
            return None
        return worker

    @property
    def living(self) -> tuple[str, ...]:
        """Those who live, this one among them."""
        return (self.me, *(name for name in self._known if self.find(name) is not None))

    async def run(self) -> None:
        """Give signs of life until cancelled."""
        try:
            while True:
                await self.beat()
                await asyncio.sleep(BEAT_SECONDS)
        finally:
            try:
                await in_time(lambda: self._book.leave(self.me))
            except StoreError as error:
                _log.warning("not signed off", reason=str(error))

    async def beat(self) -> None:
        """Give one sign of life, and see who else does."""
        now = self._clock()
        mine = Worker(self.me, self.address, self.secret, now + LEASE_SECONDS)
        try:
            living = await in_time(lambda: self._book.beat(mine, now))
        except StoreError as error:
            # The others take this one for dead before long, and this one the others.
            _log.error("no sign of life could be given", reason=str(error))
            return
        self._known = {worker.id: worker for worker in living}
