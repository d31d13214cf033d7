"""StoredTransfers: warm transfers in the store, for drivers that must not block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from telephony.transfer.records import TransferRecord
from voicebot.store.deadline import in_time
from voicebot.store.transfers import TransferBook


class StoredTransfers:
    """See `telephony.transfer.records.TransferStore`; every method raises `StoreError`."""

    def __init__(self, book: TransferBook) -> None:
        self._book = book

    async def load(self, transfer_id: str) -> TransferRecord | None:
        """See `TransferStore.load`."""
        return await in_time(lambda: self._book.load(transfer_id))

    async def of_call(self, caller_sid: str) -> TransferRecord | None:
        """See `TransferStore.of_call`."""
        return await in_time(lambda: self._book.of_call(caller_sid))

    async def save(self, record: TransferRecord) -> bool:
        """See `TransferStore.save`."""
        return await in_time(lambda: self._book.save(record))

    async def due(self, now: float, limit: int) -> tuple[str, ...]:
        """See `TransferStore.due`."""
        return await in_time(lambda: self._book.due(now, limit))

    async def versions(self, transfer_ids: Iterable[str]) -> Mapping[str, int]:
        """See `TransferStore.versions`."""
        wanted = tuple(transfer_ids)
        return await in_time(lambda: self._book.versions(wanted)) if wanted else {}

    async def legs(self, since: float) -> frozenset[str]:
        """See `TransferStore.legs`."""
        return await in_time(lambda: self._book.legs(since))
