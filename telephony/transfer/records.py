"""What is kept of each transfer, and the port behind which it is kept.

A webhook may land in any process: it loads the record, lets the machine handle its fact, and saves
what became of it, unless somebody else was quicker; then it begins anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Protocol

from telephony.transfer.outbox import Outbox
from telephony.transfer.state import TransferState

FORMAT = 1
"""Of `TransferRecord.to_json`."""


class After(StrEnum):
    """What becomes of a caller whose person has hung up."""

    BOT = "bot"
    """They are asked whether there is anything else."""
    GOODBYE = "goodbye"
    """The call ends."""


@dataclass(frozen=True, slots=True)
class TransferRecord:
    """One transfer."""

    transfer_id: str
    """128 random bits: whoever knows it was told by us."""
    caller_sid: str
    """The carrier's name of the caller's call."""
    people: tuple[str, ...] = field(repr=False)
    """E.164, from our own settings, in the order in which they are rung."""
    caller_id: str = field(repr=False)
    """The number that the people see; one of our own."""
    brief: str = field(repr=False)
    """What the person hears before they decide."""
    after: After
    state: TransferState
    owner: str = ""
    """The process that has the caller's session, and listens to the news."""
    outbox: Outbox = field(default_factory=Outbox)
    due_at: float | None = None
    """When somebody must look at it: a deadline of the machine, or of an order."""
    version: int = 0
    """Counts the saves."""

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain JSON data."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            "format": FORMAT,
            **values,
            "people": list(self.people),
            "state": self.state.to_json(),
            "outbox": self.outbox.to_json(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TransferRecord:
        """Rebuild a record from `to_json`.

        Raises:
            ValueError: the data is not a record of this version.
        """
        try:
            values = dict(data)
            if values.pop("format") != FORMAT:
                raise ValueError("another format")
            values["people"] = tuple(values["people"])
            values["after"] = After(values["after"])
            values["state"] = TransferState.from_json(values["state"])
            values["outbox"] = Outbox.from_json(values["outbox"])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a transfer of this version: {error}") from error


class TransferStore(Protocol):
    """Where transfers are kept; all processes of a hotline share one."""

    async def load(self, transfer_id: str) -> TransferRecord | None:
        """Return a transfer; None if it is unknown, or was long ago."""
        ...

    async def of_call(self, caller_sid: str) -> TransferRecord | None:
        """Return the last transfer of a caller's call; None if there was none."""
        ...

    async def save(self, record: TransferRecord) -> bool:
        """Keep a transfer, with the next version; False if it was saved since it was loaded."""
        ...

    async def due(self, now: float, limit: int) -> tuple[str, ...]:
        """Return transfers that somebody must look at, the longest due first."""
        ...

    async def versions(self, transfer_ids: Iterable[str]) -> Mapping[str, int]:
        """Return how often each was saved; what is unknown is left out."""
        ...

    async def legs(self, since: float) -> frozenset[str]:
        """Return the legs of people that transfers saved since then know, by the carrier's name.

        Args:
            since: Seconds since the epoch.
        """
        ...


class MemoryTransfers:
    """Transfers of one process, the last of them; see `TransferStore`."""

    def __init__(self, limit: int = 2_048) -> None:
        """
        Args:
            limit: Transfers kept at most; those that were changed longest ago go first.
        """
        self._limit = limit
        self._kept: OrderedDict[str, TransferRecord] = OrderedDict()
        self._last: dict[str, str] = {}
        """By caller's call."""

    async def load(self, transfer_id: str) -> TransferRecord | None:
        """Return a transfer; see `TransferStore.load`."""
        return self._kept.get(transfer_id)

    async def of_call(self, caller_sid: str) -> TransferRecord | None:
        """Return the last transfer of a call; see `TransferStore.of_call`."""
        return self._kept.get(self._last.get(caller_sid, ""))

    async def save(self, record: TransferRecord) -> bool:
        """Keep a transfer; see `TransferStore.save`."""
        known = self._kept.get(record.transfer_id)
        if (known.version if known else 0) != record.version:
            return False
        self._kept[record.transfer_id] = replace(record, version=record.version + 1)
        self._kept.move_to_end(record.transfer_id)
        self._last[record.caller_sid] = record.transfer_id
        while len(self._kept) > self._limit:
            name, oldest = self._kept.popitem(last=False)
            if self._last.get(oldest.caller_sid) == name:
                del self._last[oldest.caller_sid]
        return True

    async def due(self, now: float, limit: int) -> tuple[str, ...]:
        """Return transfers to look at; see `TransferStore.due`."""
        waiting = sorted(
            (record.due_at, name)
            for name, record in self._kept.items()
            if record.due_at is not None and record.due_at <= now
        )
        return tuple(name for _, name in waiting[:limit])

    async def versions(self, transfer_ids: Iterable[str]) -> Mapping[str, int]:
        """Return how often each was saved; see `TransferStore.versions`."""
        return {name: self._kept[name].version for name in transfer_ids if name in self._kept}

    async def legs(self, since: float) -> frozenset[str]:
        """Return the legs that are known, of all; see `TransferStore.legs`."""
        return frozenset(leg.sid for record in self._kept.values() for leg in record.state.legs)
