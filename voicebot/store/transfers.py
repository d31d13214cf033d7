"""TransferBook: warm transfers in the database, where every process finds them.

A save is refused where somebody else has saved since, and tells all processes of itself
(`voicebot.store.wire`). All methods block on the database.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import sqlalchemy as sa

from telephony.transfer.records import TransferRecord
from voicebot.store.book import Book
from voicebot.store.statements import storable, upsert
from voicebot.store.tables import transfers
from voicebot.store.wire import Saved, announce

_KEPT = 24 * 3600.0
"""Seconds after its last save for which a transfer is kept: longer than any call."""


class TransferBook(Book):
    """See `telephony.transfer.records.TransferStore`."""

    def load(self, transfer_id: str) -> TransferRecord | None:
        """Return a transfer; None if there is none.

        Raises:
            StoreError: the database failed.
            ValueError: a newer version has stored it.
        """
        return self._one(
            sa.select(transfers).where(transfers.c.transfer_id == storable(transfer_id))
        )

    def of_call(self, caller_sid: str) -> TransferRecord | None:
        """Return the last transfer of a caller's call; raises as `load` does."""
        return self._one(
            sa.select(transfers)
            .where(transfers.c.caller_sid == storable(caller_sid))
            .order_by(transfers.c.saved_at.desc())
            .limit(1)
        )

    def save(self, record: TransferRecord) -> bool:
        """Keep a transfer, with the next version; False if it was saved since it was loaded.

        Raises:
            StoreError: the database failed.
        """
        now, version = time.time(), record.version + 1
        values = {
            "version": version,
            "saved_at": now,
            "due_at": record.due_at,
            "body": record.to_json(),
        }
        mine = transfers.c.transfer_id == record.transfer_id
        with self._writing() as connection:
            if record.version:
                change = (
                    transfers.update()
                    .where(mine, transfers.c.version == record.version)
                    .values(**values)
                    .returning(transfers.c.version)
                )
            else:
                connection.execute(transfers.delete().where(transfers.c.saved_at < now - _KEPT))
                change = (
                    upsert(connection)(transfers)
                    .values(
                        transfer_id=record.transfer_id,
                        caller_sid=storable(record.caller_sid),
                        **values,
                    )
                    .on_conflict_do_nothing(index_elements=["transfer_id"])
                    .returning(transfers.c.version)
                )
            if connection.execute(change).first() is None:
                return False
            announce(connection, Saved(record.transfer_id, version))
        return True

    def due(self, now: float, limit: int) -> tuple[str, ...]:
        """Return transfers that somebody must look at, the longest due first.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            found = connection.execute(
                sa.select(transfers.c.transfer_id)
                .where(transfers.c.due_at <= now)
                .order_by(transfers.c.due_at)
                .limit(limit)
            ).scalars()
            return tuple(found)

    def versions(self, transfer_ids: Iterable[str]) -> dict[str, int]:
        """Return how often each was saved; what is unknown is left out.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            rows = connection.execute(
                sa.select(transfers.c.transfer_id, transfers.c.version).where(
                    transfers.c.transfer_id.in_(list(transfer_ids))
                )
            )
            return {row.transfer_id: row.version for row in rows}

    def legs(self, since: float) -> frozenset[str]:
        """Return the legs of people that transfers saved since then know.

        Raises:
            StoreError: the database failed.
        """
        with self._reading() as connection:
            bodies = connection.execute(
                sa.select(transfers.c.body).where(transfers.c.saved_at >= since)
            ).scalars()
            known = {leg["sid"] for body in bodies for leg in body["state"]["legs"]}
        return frozenset(known - {""})

    def _one(self, query: sa.Select[tuple[object, ...]]) -> TransferRecord | None:
        with self._reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None:
            return None
        return TransferRecord.from_json({**row["body"], "version": row["version"]})
