"""Transfers: the driver of warm transfers. Carries orders out, and tells the machine what came.

Each fact is handled on the stored record, so it may come to any process; orders are given only once
what led to them is stored. The process that began a transfer keeps its timers and tells its caller.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from telephony.calls import ControlOutcome
from telephony.control import CallControl, OutgoingCall
from telephony.errors import CarrierError, CarrierRefused
from telephony.transfer import commands, facts
from telephony.transfer.commands import Command
from telephony.transfer.facts import Fact, Order
from telephony.transfer.machine import WarmTransfer
from telephony.transfer.records import After, TransferRecord, TransferStore
from telephony.transfer.state import Stage, TransferPolicy, TransferState

_ID_BYTES = 16
_TRIES = 16
"""To save a record that others save too; each failure means that somebody got on."""

News = commands.TellNext | commands.Announce | commands.Connected | commands.Settle
"""What the caller's side is told of a transfer."""

_log = structlog.get_logger(__name__)


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
        control: CallControl,
        store: TransferStore,
        *,
        base_url: str,
        policy: TransferPolicy | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """
        Args:
            control: Gives orders to the carrier.
            store: Where transfers are kept.
            base_url: Where the carrier reaches the routes of transfers.
            policy: How long things may take.
            clock: Seconds that all processes share; by default since the epoch.
        """
        self._control = control
        self._store = store
        self._base_url = base_url.rstrip("/")
        self._policy = policy or TransferPolicy()
        self._clock = clock or _wall_clock()
        self._mine: dict[str, _Mine] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def live(self) -> int:
        """Transfers that were begun here and are not over."""
        return len(self._mine)

    async def begin(self, order: TransferOrder, listen: Callable[[News], None]) -> str:
        """Begin a transfer and return its name; all else is told later."""
        transfer_id = secrets.token_hex(_ID_BYTES)
        state = TransferState(len(order.people))
        record = TransferRecord(
            transfer_id,
            order.caller_sid,
            order.people,
            order.caller_id,
            order.brief,
            order.after,
            state,
        )
        self._mine[transfer_id] = _Mine(listen)
        machine = WarmTransfer(state, self._policy)
        asked = machine.begin(self._clock())
        record = replace(record, state=machine.state)
        await self._store.save(record)
        self._obey(record, asked)
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

    async def close(self) -> None:
        """Give up what is under way here; the records stay."""
        for mine in self._mine.values():
            mine.stop()
        self._mine.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell_only(self, transfer_id: str, fact: Fact) -> None:
        await self.tell(transfer_id, fact)

    async def _expire(self, transfer_id: str) -> None:
        await self._advance(transfer_id, lambda machine, now: machine.expire(now))

    async def _advance(
        self, transfer_id: str, step: Callable[[WarmTransfer, float], list[Command]]
    ) -> TransferRecord | None:
        for _ in range(_TRIES):
            record = await self._store.load(transfer_id)
            if record is None:
                return None
            machine = self.machine(record)
            asked = step(machine, self._clock())
            after = replace(record, state=machine.state)
            if after == record or await self._store.save(after):
                if after.state.stage is not record.state.stage:
                    _log.info(
                        "transfer", transfer_id=transfer_id[:8], stage=after.state.stage.value
                    )
                self._obey(after, asked)
                return after
        _log.error("transfer not saved", transfer_id=transfer_id[:8])
        return record

    # --- orders --------------------------------------------------------------------------------

    def _obey(self, record: TransferRecord, asked: list[Command]) -> None:
        mine = self._mine.get(record.transfer_id)
        for command in asked:
            match command:
                case commands.Dial(person):
                    self._spawn(self._dial(record, person))
                case commands.Dismiss(person, leg, answered):
                    self._spawn(self._dismiss(record, person, leg, answered))
                case commands.MoveCaller():
                    self._spawn(self._redirect_caller(record, "room", facts.Moved))
                case commands.BringBack():
                    self._spawn(self._redirect_caller(record, "back", facts.BroughtBack))
                case commands.CheckRoom():
                    self._spawn(self._check(record))
                case _ if mine is not None:
                    mine.listen(command)
        if mine is None:
            return
        if record.state.stage is Stage.ENDED:
            del self._mine[record.transfer_id]
            mine.stop()
            return
        deadline = self.machine(record).deadline
        if deadline is not None:
            mine.arm(
                deadline - self._clock(), lambda: self._spawn(self._expire(record.transfer_id))
            )

    async def _dial(self, record: TransferRecord, person: int) -> None:
        call = OutgoingCall(
            to=record.people[person],
            caller_id=record.caller_id,
            url=self.url(record, "screen", person),
            status_url=self.url(record, "agent-status", person),
            ring_seconds=round(self._policy.ring),
            longest_seconds=round(self._policy.talk),
        )
        try:
            leg = await self._control.dial(call)
        except CarrierError as error:
            fact = facts.Dialled(person, _failed(error))
        except ValueError:
            fact = facts.Dialled(person, Order.REFUSED)
        else:
            fact = facts.Dialled(person, Order.DONE, leg)
        await self.tell(record.transfer_id, fact)

    async def _dismiss(self, record: TransferRecord, person: int, leg: str, answered: bool) -> None:
        # Whoever is on the line hears why; the document says so, and hangs up.
        url = self.url(record, "screen", person)
        order = await _ordered(
            self._control.redirect(leg, url) if answered else self._control.hang_up(leg)
        )
        await self.tell(record.transfer_id, facts.Dismissed(person, order))

    async def _redirect_caller(
        self, record: TransferRecord, name: str, fact: Callable[[Order], Fact]
    ) -> None:
        url = self.url(record, name, record.state.person)
        async with self._lock(record.transfer_id):
            # One at a time: the last order is the one that counts.
            order = await _ordered(self._control.redirect(record.caller_sid, url))
        await self.tell(record.transfer_id, fact(order))

    async def _check(self, record: TransferRecord) -> None:
        person = record.state.person
        try:
            members = await self._control.room_members(self.room(record, person))
        except CarrierError:
            await self.tell(record.transfer_id, facts.RoomUnseen())
            return
        seen = facts.RoomSeen(
            person_there=record.state.legs[person].sid in members,
            caller_there=record.caller_sid in members,
        )
        await self.tell(record.transfer_id, seen)

    def _lock(self, transfer_id: str) -> asyncio.Lock:
        mine = self._mine.get(transfer_id)
        return mine.caller if mine is not None else asyncio.Lock()

    def url(self, record: TransferRecord, name: str, person: int) -> str:
        """Return the address of a webhook of a transfer."""
        return f"{self._base_url}/{record.transfer_id}/{name}?person={person}"

    def room(self, record: TransferRecord, person: int) -> str:
        """Return the name of the room in which the caller meets a person."""
        return f"transfer-{record.transfer_id}-{person}"

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The transfer goes on by its timers.
            _log.error("transfer task failed", error=type(error).__name__)


class _Mine:
    """What this process keeps of a transfer that it began."""

    def __init__(self, listen: Callable[[News], None]) -> None:
        self.listen = listen
        self.caller = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None

    def arm(self, seconds: float, ring: Callable[[], None]) -> None:
        """Ring after so many seconds, and not at the time set before."""
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(max(0.0, seconds), ring)

    def stop(self) -> None:
        """Do not ring."""
        if self._timer is not None:
            self._timer.cancel()


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


async def _ordered(order: Coroutine[Any, Any, ControlOutcome]) -> Order:
    try:
        outcome = await order
    except CarrierError as error:
        return _failed(error)
    return Order.DONE if outcome is ControlOutcome.DONE else Order.GONE


def _failed(error: CarrierError) -> Order:
    return Order.REFUSED if isinstance(error, CarrierRefused) else Order.UNCLEAR
