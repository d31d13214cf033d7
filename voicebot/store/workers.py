"""WorkerBook: the processes that look after calls, and how fast all of them together may dial.

A worker lives as long as its lease, which it renews. All methods block on the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from voicebot.store.book import Book
from voicebot.store.statements import upsert
from voicebot.store.tables import paces, workers

_KEPT = 3600.0
"""Seconds for which a dead worker is remembered."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One process."""

    id: str
    address: str
    """`http://host:port`, where other workers reach it; empty: nowhere."""
    secret: str = field(repr=False)
    """What they show there."""
    until: float
    """End of its lease, seconds since the epoch."""


class WorkerBook(Book):
    """The workers, as all processes see them."""

    def beat(self, worker: Worker, now: float) -> list[Worker]:
        """Renew a worker's lease, and return all workers whose lease has not ended.

        Raises:
            StoreError: the database failed.
        """
        values = {"address": worker.address, "secret": worker.secret, "until": worker.until}
        with self._writing() as connection:
            connection.execute(
                upsert(connection)(workers)
                .values(id=worker.id, **values)
                .on_conflict_do_update(index_elements=["id"], set_=values)
            )
            connection.execute(workers.delete().where(workers.c.until < now - _KEPT))
            rows = connection.execute(sa.select(workers).where(workers.c.until > now)).mappings()
            return [Worker(row["id"], row["address"], row["secret"], row["until"]) for row in rows]

    def leave(self, worker_id: str) -> None:
        """End a worker's lease.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            connection.execute(workers.delete().where(workers.c.id == worker_id))

    def reserve(self, pace: str, now: float, gap: float, longest: float) -> float | None:
        """Reserve the next moment at which something may be done that all do at one pace.

        Args:
            pace: Of what.
            now: Seconds since the epoch.
            gap: Seconds between two.
            longest: Seconds that may be waited.

        Returns:
            The moment; None where it is too far away, and nothing was reserved.

        Raises:
            StoreError: the database failed.
        """
        with self._writing() as connection:
            insert = upsert(connection)(paces).values(name=pace, next_at=now)
            at = connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["name"],
                    set_={
                        "next_at": sa.case(
                            (paces.c.next_at + gap > now, paces.c.next_at + gap), else_=now
                        )
                    },
                    where=paces.c.next_at + gap <= now + longest,
                ).returning(paces.c.next_at)
            ).scalar()
        return None if at is None else float(at)
