"""Transfers: the driver of warm transfers. Has orders carried out, and tells the machine what came.

Each fact is handled on the stored record, so it may come to any process; what it leads to is stored
with it, and only then given as an order. The process that has the caller's session keeps the exact
times and hears the news. All others look from time to time for what is overdue: a process that has
died is replaced by whoever looks first.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from telephony.transfer.commands import Command
from telephony.transfer.facts import Fact
from telephony.transfer.machine import WarmTransfer
from telephony.transfer.outbox import News, PendingOrder
from telephony.transfer.records import After, TransferRecord, TransferStore
from telephony.transfer.state import Stage, TransferPolicy, TransferState
from telephony.transfer_orders import Staff, TransferControl, TransferOrders

__all__ = ["News", "Peers", "TransferOrder", "Transfers"]

_ID_BYTES = 16
_TRIES = 16
"""To save a record that others save too; each failure means that somebody got on."""
_LOOK_SECONDS = 1.0
"""Between two looks for what is overdue."""
_GRACE = 0.5
"""Seconds by which a transfer is overdue before others look at it than who has the caller."""
_SOONEST = 0.01
_AT_ONCE = 32
"""Overdue transfers taken up in one look."""

_log = structlog.get_logger(__name__)


class Peers(Protocol):
    """The processes that share the store."""

    @property
    def me(self) -> str:
        """This one."""
        ...

    def lives(self, process: str) -> bool:
        """Whether a process has given a sign of life lately."""
        ...


class Alone:
    """This process has a store of its own; see `Peers`."""

    def __init__(self) -> None:
        self.me = secrets.token_hex(8)

    def lives(self, process: str) -> bool:
        """Whether it is this one."""
        return process == self.me


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """A caller to be taken to a person."""

    caller_sid: str
    people: tuple[str, ...] = field(repr=False)
    """E.164, from our own settings, in the order in which to ring them."""
    caller_id: str = field(repr=False)
    """The number that the people see."""
    brief: str = field(repr=False)
    """What the person hears before they decide."""
    after: After = After.BOT


class Transfers:
    """All warm transfers that this process has to do with."""

    def __init__(
        self,
        control: TransferControl,
        store: TransferStore,
        *,
        base_url: str,
        policy: TransferPolicy | None = None,
        peers: Peers | None = None,
        staff: Staff | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """
        Args:
            control: Gives orders to the carrier.
            store: Where transfers are kept.
            base_url: Where the carrier reaches the routes of transfers.
            policy: How long things may take.
            peers: Who shares the store; by default nobody.
            staff: Knows whether people are free; by default they are.
            clock: Seconds that all processes share; by default since the epoch.
        """
        self._store = store
        self._policy = policy or TransferPolicy()
        self.orders = TransferOrders(
            control, store, base_url=base_url, policy=self._policy, staff=staff
        )
        self._peers = peers or Alone()
        self._clock = clock or _wall_clock()
        self._mine: dict[str, _Mine] = {}
        self._carried: set[tuple[str, int]] = set()
        """Orders that are being carried out here."""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def live(self) -> int:
        """Transfers whose callers this process has, and that are not over."""
        return len(self._mine)

    async def begin(self, order: TransferOrder, listen: Callable[[News], None]) -> str:
        """Begin a transfer and return its name; all else is told later."""
        transfer_id = secrets.token_hex(_ID_BYTES)
        new = TransferRecord(
            transfer_id,
            order.caller_sid,
            order.people,
            order.caller_id,
            order.brief,
            order.after,
            TransferState(len(order.people)),
            owner=self._peers.me,
        )
        self._mine[transfer_id] = _Mine(listen)
        now = self._clock()
        machine = self.machine(new)
        record = self._after(new, machine, machine.begin(now), now)
        try:
            await self._store.save(record)
        except BaseException:
            del self._mine[transfer_id]
            raise
        self._follow(record, replace(record, version=1))
        return transfer_id

    async def load(self, transfer_id: str) -> TransferRecord | None:
        """Return a transfer; None if there is none of this name."""
        return await self._store.load(transfer_id)

    async def of_call(self, caller_sid: str) -> TransferRecord | None:
        """Return the last transfer of a caller's call."""
        return await self._store.of_call(caller_sid)

    def machine(self, record: TransferRecord) -> WarmTransfer:
        """Return the machine of a transfer, to ask it questions."""
        return WarmTransfer(record.state, self._policy)

    async def tell(self, transfer_id: str, fact: Fact) -> TransferRecord | None:
        """Let a transfer know of a fact; return what became of it, None if there is none such."""
        return await self._advance(transfer_id, lambda machine, now: machine.handle(fact, now))

    def post(self, transfer_id: str, fact: Fact) -> None:
        """Let a transfer know of a fact, without waiting for what becomes of it."""
        self._spawn(self._tell_only(transfer_id, fact))

    def changed(self, transfer_id: str, version: int) -> None:
        """Somebody else has saved a transfer: if its caller is here, hear what is new."""
        mine = self._mine.get(transfer_id)
        if mine is not None and version > mine.version:
            self._spawn(self._catch_up(transfer_id))

    async def run(self) -> None:
        """Look for what others have left undone, until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS * random.uniform(0.8, 1.2))
            try:
                await self.look()
            except Exception as error:
                # The next look may find the store again.
                _log.error("overdue transfers not seen", error=type(error).__name__)

    async def look(self) -> None:
        """Hear what was missed, and take up what is overdue, whosever it was."""
        for transfer_id, version in (await self._store.versions(tuple(self._mine))).items():
            self.changed(transfer_id, version)
        for transfer_id in await self._store.due(self._clock() - _GRACE, _AT_ONCE):
            await self._expire(transfer_id)

    async def close(self) -> None:
        """Give up what is under way here; the records stay."""
        for mine in self._mine.values():
            mine.stop()
        self._mine.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- steps ---------------------------------------------------------------------------------

    async def _tell_only(self, transfer_id: str, fact: Fact) -> None:
        await self.tell(transfer_id, fact)

    async def _expire(self, transfer_id: str) -> None:
        await self._advance(transfer_id, lambda machine, now: machine.expire(now), checks=True)

    async def _catch_up(self, transfer_id: str) -> None:
        record = await self._store.load(transfer_id)
        if record is not None:
            self._hear(record)

    async def _advance(
        self,
        transfer_id: str,
        step: Callable[[WarmTransfer, float], list[Command]],
        *,
        done: int | None = None,
        checks: bool = False,
    ) -> TransferRecord | None:
        """Make a step on the stored record, and what follows from it.

        Args:
            transfer_id: Of which transfer.
            step: Made anew on what others have saved meanwhile.
            done: The order whose result this is.
            checks: Whether orders without a result are looked at.
        """
        for _ in range(_TRIES):
            before = await self._store.load(transfer_id)
            if before is None:
                return None
            now = self._clock()
            machine = self.machine(before)
            record = replace(before, outbox=before.outbox.without(done))
            if checks:
                record = self._checked(record, now)
            # Orders that somebody died over come first: what is overdue may be for want of them.
            taken_over = _tries(record) > _tries(before)
            asked = [] if taken_over else step(machine, now)
            record = self._after(record, machine, asked, now)
            if record == before:
                self._hear(before)
                return before
            if await self._store.save(record):
                after = replace(record, version=before.version + 1)
                if after.state.stage is not before.state.stage:
                    stage = after.state.stage.value
                    _log.info("transfer", transfer_id=transfer_id[:8], stage=stage)
                self._follow(before, after)
                return after
        _log.error("transfer not saved", transfer_id=transfer_id[:8])
        return before

    def _after(
        self, record: TransferRecord, machine: WarmTransfer, asked: list[Command], now: float
    ) -> TransferRecord:
        outbox = record.outbox.with_commands(asked, self._peers.me, now)
        times = [at for at in (machine.deadline, outbox.due_at) if at is not None]
        return replace(
            record, state=machine.state, outbox=outbox, due_at=min(times) if times else None
        )

    def _checked(self, record: TransferRecord, now: float) -> TransferRecord:
        lives = {
            pending.number: self._is_in_hands(record.transfer_id, pending)
            for pending in record.outbox.orders
            if pending.check_at <= now
        }
        return replace(record, outbox=record.outbox.checked(lives, self._peers.me, now))

    def _is_in_hands(self, transfer_id: str, pending: PendingOrder) -> bool:
        if pending.holder == self._peers.me:
            return (transfer_id, pending.number) in self._carried
        return self._peers.lives(pending.holder)

    def _follow(self, before: TransferRecord, after: TransferRecord) -> None:
        """Do what a step led to that was stored."""
        known = {(pending.number, pending.tries) for pending in before.outbox.orders}
        for pending in after.outbox.orders:
            if pending.holder != self._peers.me:
                continue
            if after.version == 1 or (pending.number, pending.tries) not in known:
                self._carried.add((after.transfer_id, pending.number))
                self._spawn(self._carry(after, pending))
        self._hear(after)

    async def _carry(self, record: TransferRecord, pending: PendingOrder) -> None:
        key = (record.transfer_id, pending.number)
        try:
            fact = await self.orders.carry(record, pending)
            await self._advance(
                record.transfer_id,
                lambda machine, now: machine.handle(fact, now),
                done=pending.number,
            )
        finally:
            # If its result could not be stored, the next look finds that nobody carries it.
            self._carried.discard(key)

    def _hear(self, record: TransferRecord) -> None:
        """Take note of a transfer, if its caller is here."""
        mine = self._mine.get(record.transfer_id)
        if mine is None:
            return
        told, mine.told = mine.told, max(mine.told, len(record.outbox.news))
        for news in record.outbox.news[told:]:
            mine.listen(news)
        if record.version < mine.version:
            return
        mine.version = record.version
        if record.state.stage is Stage.ENDED:
            mine.stop()
            self._mine.pop(record.transfer_id, None)
        elif record.due_at is not None:
            mine.arm(
                record.due_at - self._clock(),
                lambda: self._spawn(self._expire(record.transfer_id)),
            )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The transfer goes on by its times.
            _log.error("transfer task failed", error=type(error).__name__)


class _Mine:
    """What this process keeps of a transfer whose caller it has."""

    def __init__(self, listen: Callable[[News], None]) -> None:
        self.listen = listen
        self.version = 0
        self.told = 0
        """How much of the news was heard."""
        self._timer: asyncio.TimerHandle | None = None

    def arm(self, seconds: float, ring: Callable[[], None]) -> None:
        """Ring after so many seconds, and not at the time set before."""
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(max(_SOONEST, seconds), ring)

    def stop(self) -> None:
        """Do not ring."""
        if self._timer is not None:
            self._timer.cancel()


def _tries(record: TransferRecord) -> int:
    return sum(pending.tries - 1 for pending in record.outbox.orders)


def _wall_clock() -> Callable[[], float]:
    """Seconds since the epoch as they were at first, and as they pass for the event loop since."""
    ahead: float | None = None

    def clock() -> float:
        nonlocal ahead
        passed = asyncio.get_running_loop().time()
        if ahead is None:
            ahead = time.time() - passed
        return passed + ahead

    return clock
