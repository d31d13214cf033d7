"""TransferOrders: carries out what transfers order, once, also where the first bearer has died."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog

from telephony.calls import CallStatus, ControlOutcome
from telephony.control import CallControl, CallLookup, OutgoingCall
from telephony.errors import CarrierError, CarrierRefused
from telephony.transfer import commands, facts
from telephony.transfer.facts import Fact, Order
from telephony.transfer.outbox import PendingOrder
from telephony.transfer.records import TransferRecord, TransferStore
from telephony.transfer.state import LegState, Stage, TransferPolicy

_RING_MARGIN = 2.0
"""The carrier tells whole seconds, by its own clock."""
_ENDED = frozenset(
    {
        CallStatus.COMPLETED,
        CallStatus.BUSY,
        CallStatus.FAILED,
        CallStatus.NO_ANSWER,
        CallStatus.CANCELED,
    }
)

_log = structlog.get_logger(__name__)


class TransferControl(CallControl, CallLookup, Protocol):
    """Orders to the carrier, and questions about what became of them."""


class Staff(Protocol):
    """Knows what people are doing, and gives nobody two callers."""

    async def offer(self, number: str, call: str) -> bool:
        """Offer a caller to a person; False where they are not free.

        The same offer may be made again, and then has the same answer.

        Args:
            number: The person's, E.164.
            call: The carrier's name of the caller's call.
        """
        ...

    async def mark(self, number: str, call: str, went: commands.Went) -> None:
        """Note what became of an offer; may be told again."""
        ...


class AlwaysThere:
    """People of whom nothing is known; see `Staff`."""

    async def offer(self, number: str, call: str) -> bool:
        """Offer a caller."""
        return True

    async def mark(self, number: str, call: str, went: commands.Went) -> None:
        """Note nothing."""


class TransferOrders:
    """Gives orders to the carrier, and returns what became of them as a fact."""

    def __init__(
        self,
        control: TransferControl,
        store: TransferStore,
        *,
        base_url: str,
        policy: TransferPolicy,
        staff: Staff | None = None,
    ) -> None:
        """
        Args:
            control: Gives orders to the carrier.
            store: Knows the legs of other transfers.
            base_url: Where the carrier reaches the routes of transfers.
            policy: How long people are rung, and talk.
            staff: Knows whether people are free; by default they are.
        """
        self._control = control
        self._store = store
        self._base_url = base_url.rstrip("/")
        self._policy = policy
        self._staff = staff or AlwaysThere()
        self._moving: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """By transfer."""

    def url(self, record: TransferRecord, name: str, person: int) -> str:
        """Return the address of a webhook of a transfer."""
        return f"{self._base_url}/{record.transfer_id}/{name}?person={person}"

    def room(self, record: TransferRecord, person: int) -> str:
        """Return the name of the room in which the caller meets a person."""
        return f"transfer-{record.transfer_id}-{person}"

    async def carry(self, record: TransferRecord, pending: PendingOrder) -> Fact:
        """Carry an order out, unless that was done before.

        Raises:
            StoreError: whatever the store raises; the order was not given.
        """
        match pending.order:
            case commands.Dial(person):
                return await self._dial(record, person, pending)
            case commands.Dismiss(person, leg, answered):
                return await self._dismiss(record, person, leg, answered)
            case commands.Mark(person, went):
                await self._staff.mark(record.people[person], record.caller_sid, went)
                return facts.Marked(person)
            case commands.MoveCaller():
                return facts.Moved(await self._move(record, pending))
            case commands.BringBack():
                return facts.BroughtBack(await self._bring_back(record, pending))
            case commands.CheckRoom():
                return await self._look(record)

    # --- people --------------------------------------------------------------------------------

    async def _dial(self, record: TransferRecord, person: int, pending: PendingOrder) -> Fact:
        if pending.tries > 1:
            found = await self._dialled_before(record, person, pending.asked_at)
            if found is not None:
                return found
        if not await self._staff.offer(record.people[person], record.caller_sid):
            return facts.Unavailable(person)
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
            return facts.Dialled(person, _failed(error))
        except ValueError:
            return facts.Dialled(person, Order.REFUSED)
        return facts.Dialled(person, Order.DONE, leg)

    async def _dialled_before(
        self, record: TransferRecord, person: int, since: float
    ) -> Fact | None:
        """Return what became of an order to ring somebody over which its bearer died.

        None: the carrier has no such call, so they may be rung now.
        """
        leg = record.state.legs[person]
        if leg.sid or leg.state is LegState.OVER:
            # The carrier's own word was quicker.
            return facts.Dialled(person, Order.DONE, leg.sid)
        since -= _RING_MARGIN
        try:
            made = await self._control.calls_to(record.people[person], since)
        except CarrierError:
            return facts.Dialled(person, Order.UNCLEAR)
        others = await self._store.legs(since)
        mine = [(sid, status) for sid, status in made if sid not in others]
        _log.warning("an order was taken over", transfer_id=record.transfer_id[:8], calls=len(mine))
        match mine:
            case []:
                if leg.unwanted or record.state.stage is not Stage.DIALING:
                    return facts.Dialled(person, Order.REFUSED)
                return None
            case [(sid, status)] if status in _ENDED:
                return facts.LegChanged(person, status, sid)
            case [(sid, _)]:
                return facts.Dialled(person, Order.DONE, sid)
            case _:
                # Which of them it is, its own webhooks tell.
                return facts.Dialled(person, Order.UNCLEAR)

    async def _dismiss(self, record: TransferRecord, person: int, leg: str, answered: bool) -> Fact:
        # Whoever is on the line hears why; the document says so, and hangs up.
        url = self.url(record, "screen", person)
        order = await _ordered(
            self._control.redirect(leg, url) if answered else self._control.hang_up(leg)
        )
        return facts.Dismissed(person, order)

    # --- the caller ----------------------------------------------------------------------------

    async def _move(self, record: TransferRecord, pending: PendingOrder) -> Order:
        state = record.state
        done = state.stage is not Stage.MOVING or state.roomed or state.joined
        if pending.tries > 1 and done:
            # Moved a second time they would leave the room, which ends with whoever leaves it.
            return Order.DONE
        return await self._redirect_caller(record, "room")

    async def _bring_back(self, record: TransferRecord, pending: PendingOrder) -> Order:
        if pending.tries > 1 and record.state.stage is not Stage.RETURNING:
            return Order.DONE
        return await self._redirect_caller(record, "back")

    async def _redirect_caller(self, record: TransferRecord, name: str) -> Order:
        url = self.url(record, name, record.state.person)
        lock = self._moving.setdefault(record.transfer_id, asyncio.Lock())
        async with lock:
            # One at a time: the last order is the one that counts.
            return await _ordered(self._control.redirect(record.caller_sid, url))

    async def _look(self, record: TransferRecord) -> Fact:
        person = record.state.person
        try:
            members = await self._control.room_members(self.room(record, person))
        except CarrierError:
            return facts.RoomUnseen()
        return facts.RoomSeen(
            person_there=record.state.legs[person].sid in members,
            caller_there=record.caller_sid in members,
        )


async def _ordered(order: Coroutine[Any, Any, ControlOutcome]) -> Order:
    try:
        outcome = await order
    except CarrierError as error:
        return _failed(error)
    return Order.DONE if outcome is ControlOutcome.DONE else Order.GONE


def _failed(error: CarrierError) -> Order:
    return Order.REFUSED if isinstance(error, CarrierRefused) else Order.UNCLEAR
