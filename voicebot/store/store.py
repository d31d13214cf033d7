"""The store: a `JournalSink` for calls, and queries for those who read."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Engine

from voicebot.journal import CallId, Entry
from voicebot.store import queries
from voicebot.store.book import Book
from voicebot.store.database import normalised, open_database
from voicebot.store.outbound import OutboundBook
from voicebot.store.presence import HEARTBEAT
from voicebot.store.queries import CallRow, UnansweredRow
from voicebot.store.ringing import RingingBook
from voicebot.store.staff import StaffBook
from voicebot.store.transfers import TransferBook
from voicebot.store.usage import UsageBook
from voicebot.store.wire import Wire
from voicebot.store.workers import WorkerBook
from voicebot.store.writer import JournalWriter, QueueLimits

_PAGE = 200
"""Calls read at once by those who want all of them."""


def open_store(
    database_url: str, limits: QueueLimits | None = None, heartbeat: float = HEARTBEAT
) -> Store:
    """Open the store, making its folder and tables where they are missing.

    Args:
        database_url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.
        limits: How much may wait for the disk.
        heartbeat: Seconds between two signs of life of a process that writes.

    Raises:
        StoreError: the database cannot be reached, written or understood.
    """
    return Store(open_database(normalised(database_url)), limits or QueueLimits(), heartbeat)


class Store(Book):
    """Journals in a database. Safe to use from any thread; queries block on the database.

    Reading alone starts no thread and leaves no trace: a process shows up as a writer with its
    first entry, and gives signs of life from then on until `close`.
    """

    def __init__(self, engine: Engine, limits: QueueLimits, heartbeat: float) -> None:
        super().__init__(engine)
        self._writer = JournalWriter(engine, limits, heartbeat)

    @property
    def outbound(self) -> OutboundBook:
        """Lists of calls to make, and what came of them."""
        return OutboundBook(self._engine)

    @property
    def is_shared(self) -> bool:
        """Whether several processes can serve calls on it: PostgreSQL, not a SQLite file."""
        return self._engine.dialect.name == "postgresql"

    @property
    def ringing(self) -> RingingBook:
        """Calls whose media stream is expected."""
        return RingingBook(self._engine)

    @property
    def staff(self) -> StaffBook:
        """What the people are doing, and who waits for them."""
        return StaffBook(self._engine)

    @property
    def transfers(self) -> TransferBook:
        """Callers on their way to people."""
        return TransferBook(self._engine)

    @property
    def usage(self) -> UsageBook:
        """What all processes together have taken on."""
        return UsageBook(self._engine)

    @property
    def workers(self) -> WorkerBook:
        """The processes that look after calls."""
        return WorkerBook(self._engine)

    @property
    def wire(self) -> Wire:
        """What other processes tell."""
        return Wire(self._engine)

    @property
    def lost(self) -> int:
        """Entries lost since the store was opened: the queue was full, or they were refused."""
        return self._writer.lost

    @property
    def waiting(self) -> int:
        """Entries taken but not stored yet; bounded."""
        return self._writer.waiting

    # --- JournalSink ---------------------------------------------------------------------------

    def append(self, call_id: CallId, entry: Entry, *, durable: bool = False) -> None:
        """Take one entry (see `voicebot.ports.JournalSink.append`)."""
        self._writer.append(call_id, entry, durable=durable)

    async def flush(self, timeout: float = 2.0) -> bool:
        """Wait until all that was appended is stored; False if it is not, or took too long."""
        return await self._writer.flush(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Store what is left and let go of the database; blocks for at most about `timeout`."""
        self._writer.close(timeout)
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # --- queries -------------------------------------------------------------------------------

    def calls(self, limit: int = 50, before: str | None = None) -> list[CallRow]:
        """Return calls, newest first.

        Args:
            limit: At most so many.
            before: `call_id` of the last call of the page before.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            return queries.select_calls(connection, limit, before)

    def all_calls(self, since: float | None = None) -> Iterator[CallRow]:
        """Yield calls, newest first, a page at a time.

        Args:
            since: Stop at calls answered before this wall time (seconds since the epoch).

        Raises:
            StoreError: the database failed.
        """
        seen: str | None = None
        while page := self.calls(_PAGE, seen):
            for row in page:
                if since is not None and row.answered_at < since:
                    return
                yield row
            seen = page[-1].call_id

    def find_call(self, name: str) -> CallRow:
        """Return the call with this id, or the only one whose id or carrier id begins so.

        `last` is the newest call.

        Raises:
            CallNotFound: there is none, or there are several.
            StoreError: the database failed.
        """
        with self._reading() as connection:
            return queries.select_call(connection, name)

    def newest_of(self, carrier_call_id: str) -> CallRow | None:
        """Return the newest session of a carrier's call; None if it had none.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            return queries.select_newest_of(connection, carrier_call_id)

    def entries(self, call_id: str) -> list[Entry]:
        """Return a call's journal; empty for a call that is not there.

        Raises:
            StoreError: the database failed, or a newer version wrote the journal.
        """
        return self.entries_after(call_id, -1)

    def entries_after(self, call_id: str, seq: int) -> list[Entry]:
        """Return what came after the entry `seq`: for following a live call, from any process.

        Raises:
            StoreError: the database failed, or a newer version wrote the journal.
        """
        with self._reading() as connection:
            return queries.select_entries(connection, call_id, seq)

    def unanswered(
        self, since: float = 0.0, domain: str = "", limit: int = 1_000
    ) -> list[UnansweredRow]:
        """Return questions that hotlines had to leave unanswered, newest first.

        Args:
            since: Wall time of the earliest call, seconds since the epoch.
            domain: Only of this hotline; empty for all.
            limit: At most so many.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            return queries.select_unanswered(connection, since, domain, limit)
