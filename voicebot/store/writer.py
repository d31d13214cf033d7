"""The one writer: a bounded queue of journal entries and the thread that stores them.

A hotline must not wait for its diary: `append` takes microseconds whatever the disk does. When the
queue is full the call goes on and the entry is lost, counted, and said once in the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy.engine import Engine

from voicebot.journal import CallAnswered, CallEnded, CallId, Entry
from voicebot.store import presence, statements
from voicebot.store.database import is_passing, reason, writing
from voicebot.store.statements import Row, row_of

BATCH = 500
"""Most entries in one transaction."""

BURST = 10.0
"""Seconds without a loss after which the next one is logged again."""

BLAME = 1.0
"""Seconds for which a loss makes `flush` answer False: who just appended must not be told that it
is stored, and the writer does not know who asks."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much may wait for the disk."""

    entries: int = 20_000
    """32 busy calls make about 640 entries a second: half a minute of a stuck disk."""
    bytes: int = 32 * 1024 * 1024
    """Of JSON bodies."""
    reserve: int = 1_000
    """Further entries kept free for what matters most: durable ones, begin and end of a call."""
    linger: float = 0.1
    """Seconds that an entry waits for company; with the commit it is stored within 200 ms."""


class _Waiter(NamedTuple):
    """Somebody who waits in `flush`."""

    upto: int
    asked_at: float
    done: Future[bool]


class JournalWriter:
    """Stores entries in batches from its own thread, which begins with the first entry."""

    def __init__(self, engine: Engine, limits: QueueLimits, heartbeat: float) -> None:
        self.process = presence.this_process()
        self._engine = engine
        self._limits = limits
        self._heartbeat = heartbeat
        self._changed = threading.Condition()
        # All below is guarded by `_changed`.
        self._queue: deque[Row] = deque()
        self._in_flight = 0
        self._bytes = 0
        self._oldest = 0.0
        self._urgent = False
        self._closing = False
        self._give_up_at = float("inf")
        self._accepted = 0
        self._settled = 0
        self._lost = 0
        self._lost_at = float("-inf")
        self._waiters: deque[_Waiter] = deque()
        self._thread: threading.Thread | None = None
        # Of the writer thread alone.
        self._heartbeat_due = 0.0
        self._registered = False
        self._failing = False
        self._abandoned = False

    @property
    def lost(self) -> int:
        """Entries that were not stored and never will be."""
        with self._changed:
            return self._lost

    @property
    def waiting(self) -> int:
        """Entries that are not stored yet."""
        with self._changed:
            return len(self._queue) + self._in_flight

    def append(self, call_id: CallId, entry: Entry, *, durable: bool) -> None:
        """Queue one entry; never blocks, never raises."""
        important = durable or isinstance(entry.event, CallAnswered | CallEnded)
        try:
            # Made here, not in the thread: the body is what it was when the event happened.
            row = row_of(call_id, entry)
        except Exception as error:
            self._lose("journal entry unstorable", type(entry.event).__name__, type(error).__name__)
            return
        with self._changed:
            full = self._is_full(row, important=important)
            if not full:
                self._take(row, urgent=important)
        if full:
            self._lose("journal queue full", type(entry.event).__name__, "")

    async def flush(self, timeout: float) -> bool:
        """Wait until what was appended so far is stored; False if some is not, or not in time."""
        with self._changed:
            asked_at = time.monotonic()
            if self._accepted == self._settled:
                return self._is_intact_since(asked_at)
            while self._waiters and self._waiters[0].done.done():
                self._waiters.popleft()
            waiter = _Waiter(self._accepted, asked_at, Future())
            self._waiters.append(waiter)
            self._urgent = True
            self._changed.notify()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(waiter.done), timeout)
        except TimeoutError:
            return False

    def close(self, timeout: float) -> None:
        """Store what is left, sign off, and end the thread; gives up after `timeout` seconds."""
        with self._changed:
            self._closing = True
            self._give_up_at = time.monotonic() + timeout
            self._changed.notify()
            thread = self._thread
        if thread is None:
            return
        thread.join(timeout + 1.0)
        left = self.waiting
        if left:
            log.error("journal closed incomplete", unstored=left)

    # --- the queue, on the caller's thread -----------------------------------------------------

    def _is_full(self, row: Row, *, important: bool) -> bool:
        limits = self._limits
        room = limits.entries + (limits.reserve if important else 0)
        heavy = self._bytes + len(row.body) > limits.bytes * (2 if important else 1)
        return self._closing or heavy or len(self._queue) + self._in_flight >= room

    def _take(self, row: Row, *, urgent: bool) -> None:
        first = not self._queue
        if first:
            self._oldest = time.monotonic()
        self._queue.append(row)
        self._bytes += len(row.body)
        self._accepted += 1
        self._urgent = self._urgent or urgent
        if self._thread is None:
            # A daemon, so that a program that forgot `close` still ends.
            self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
            self._thread.start()
        elif first or urgent or len(self._queue) == BATCH:
            self._changed.notify()

    def _lose(self, message: str, event: str, error: str) -> None:
        with self._changed:
            self._lost += 1
            now = time.monotonic()
            first = now - self._lost_at > BURST
            self._lost_at = now
        if first:
            with contextlib.suppress(Exception):
                log.error(message, event_type=event, error=error)

    def _is_intact_since(self, asked_at: float) -> bool:
        return self._lost_at < asked_at - BLAME

    # --- the thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._abandoned:
            batch = self._next_batch()
            if batch is None:
                self._sign_off()
                break
            if batch or self._is_heartbeat_due():
                self._store(batch)

    def _next_batch(self) -> list[Row] | None:
        """Wait for work: a batch, nothing (time for a heartbeat), or None at the end."""
        with self._changed:
            while True:
                now = time.monotonic()
                due = self._oldest + self._limits.linger if self._queue else self._heartbeat_due
                ready = self._urgent or self._closing or len(self._queue) >= BATCH
                if (self._queue and ready) or due <= now:
                    break
                if self._closing:
                    return None
                self._urgent = False
                self._changed.wait(due - now)
            self._urgent = False
            batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
            self._in_flight = len(batch)
            return batch

    def _is_heartbeat_due(self) -> bool:
        return time.monotonic() >= self._heartbeat_due

    def _store(self, batch: Sequence[Row]) -> None:
        """Store a batch, trying again while the trouble may pass, and drop what is refused."""
        pause = 0.1
        while True:
            try:
                self._commit(batch)
            except Exception as error:
                # Anything: a thread that dies here would take every later entry with it.
                if is_passing(error) or not batch:
                    self._complain(error)
                    if not batch or not self._pause(pause):
                        return
                    pause = min(2 * pause, 1.0)
                elif len(batch) > 1:
                    middle = len(batch) // 2
                    self._store(batch[:middle])
                    if not self._abandoned:
                        self._store(batch[middle:])
                    return
                else:
                    self._lose("journal entry refused", batch[0].type, type(error).__name__)
                    self._settle(batch)
                    return
            else:
                self._settle(batch)
                return

    def _commit(self, batch: Sequence[Row]) -> None:
        heartbeat = self._is_heartbeat_due()
        if heartbeat:
            # Before the attempt, so that a failing heartbeat is not repeated without pause.
            self._heartbeat_due = time.monotonic() + self._heartbeat
        with writing(self._engine) as connection, connection.begin():
            if not self._registered:
                statements.register(connection, self.process)
            elif heartbeat:
                statements.beat(connection, self.process.id, time.time())
            statements.insert(connection, batch, self.process.id)
        self._registered = True
        if self._failing:
            self._failing = False
            log.info("journal writing again", lost=self.lost)

    def _settle(self, batch: Sequence[Row]) -> None:
        with self._changed:
            self._settled += len(batch)
            self._in_flight -= len(batch)
            self._bytes -= sum(len(row.body) for row in batch)
            while self._waiters and self._waiters[0].upto <= self._settled:
                waiter = self._waiters.popleft()
                # Cancelled if `flush` timed out in the meantime: nobody wants to know.
                with contextlib.suppress(InvalidStateError):
                    waiter.done.set_result(self._is_intact_since(waiter.asked_at))

    def _complain(self, error: BaseException) -> None:
        if not self._failing:
            self._failing = True
            log.error("journal write failed", reason=reason(error), waiting=self.waiting)

    def _pause(self, seconds: float) -> bool:
        """Wait before the next attempt; False once the store is closed and out of patience."""
        with self._changed:
            if self._closing and time.monotonic() >= self._give_up_at:
                self._abandoned = True
                return False
            # `close` wakes it; entries that arrive do too, and are no reason to hurry.
            give_up = self._closing
            self._changed.wait_for(lambda: self._closing and not give_up, seconds)
            return True

    def _sign_off(self) -> None:
        try:
            with writing(self._engine) as connection, connection.begin():
                statements.sign_off(connection, self.process.id, time.time())
        except Exception as error:
            self._complain(error)
