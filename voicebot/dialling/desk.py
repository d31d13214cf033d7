"""Dialling: the driver of the dialler. One process places calls, whichever holds the lease.

Everything is stored before it takes effect. A process that begins takes up what another left: it
asks the carrier about every call that may be under way, and orders none of them again.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from telephony.calls import CallStatus
from telephony.control import CallControl, CallLookup, OutgoingCall
from telephony.desk import CallAnswer, Goodbye, IncomingCall
from telephony.errors import CarrierError, CarrierRefused
from telephony.twilio import twiml
from telephony.twilio.outbound_webhooks import ANSWERED, MACHINE, STATUS, outbound_url
from voicebot.dialling.plans import Plan
from voicebot.outbound.attempts import (
    CallNews,
    MachineAnswered,
    Noted,
    NotFound,
    Ordered,
    OrderFailed,
    StatusSeen,
)
from voicebot.outbound.contacts import Attempt, OnMachine, Result
from voicebot.outbound.dialler import Closed, Decision, Dialler, Look, Place
from voicebot.outbound.pace import Limits
from voicebot.outbound.permission import AllowList
from voicebot.store import OutboundBook, StoreError

LEASE = 20.0
"""Seconds after which another process places calls, where this one has fallen silent."""
POLL = 2.0
"""Seconds between two looks for new lists and stops."""
_SINCE = 5.0
"""Seconds by which the carrier's clock may be behind ours."""
_MOST_PLANS = 1_024
_OVER = frozenset(
    {
        CallStatus.COMPLETED,
        CallStatus.BUSY,
        CallStatus.FAILED,
        CallStatus.NO_ANSWER,
        CallStatus.CANCELED,
    }
)
_log = structlog.get_logger(__name__)


def contact_of(attempt_id: str) -> str:
    """Return whom an attempt calls."""
    return attempt_id.rpartition(".")[0]


class Carrier(CallControl, CallLookup, Protocol):
    """What calls are ordered from, and asked about."""


@dataclass(frozen=True, slots=True)
class DiallingPolicy:
    """What holds for all lists; see `voicebot.settings.OutboundSettings`."""

    caller_id: str
    """Our number that is shown, E.164."""
    public_url: str
    limits: Limits
    allowed: AllowList
    longest: int = 1800
    """Seconds after which the carrier ends a call."""


class Dialling:
    """Places calls, and answers the carrier's questions about them."""

    def __init__(
        self,
        book: OutboundBook,
        carrier: Carrier,
        policy: DiallingPolicy,
        *,
        connect: Callable[[IncomingCall, str], Awaitable[CallAnswer | Goodbye]],
        message: Callable[[str], Awaitable[str]],
        ready: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.time,
        poll: float = POLL,
    ) -> None:
        """
        Args:
            book: Remembers everything.
            carrier: Places calls.
            policy: What holds for all lists.
            connect: Connects who answered to the hotline of this name.
            message: Returns what a hotline says to machines.
            ready: Whether conversations can be had.
            clock: Seconds since the epoch.
            poll: Seconds between two looks for new lists and stops.
        """
        self._book = book
        self._carrier = carrier
        self._policy = policy
        self._connect = connect
        self._message = message
        self._ready = ready
        self._clock = clock
        self._poll = poll
        self._name = uuid.uuid4().hex
        self._dialler: Dialler | None = None
        self._known: dict[str, bool] = {}
        """Lists that the dialler has, and whether each is stopped."""
        self._plans: OrderedDict[str, Plan] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    # --- the loop ---------------------------------------------------------------------------

    async def run(self) -> None:
        """Place calls until cancelled; waits while another process does."""
        try:
            while True:
                try:
                    await self._turn()
                except StoreError as error:
                    # Nothing is ordered that could not be stored.
                    _log.error("dialling waits", reason=str(error))
                await self._sleep()
        finally:
            await self._let_go()

    async def plan_for(self, call_sid: str) -> Plan | None:
        """Return what a call is about, whichever process it was answered in; None if it is none of
        those that we made."""
        if (known := self._plans.get(call_sid)) is not None:
            return known
        attempt_id = await asyncio.to_thread(self._book.attempt_of, call_sid)
        if attempt_id is None:
            return None
        found = await asyncio.to_thread(self._book.contact, contact_of(attempt_id))
        return self._plan(call_sid, Plan(attempt_id, *found)) if found else None

    def _plan(self, call_sid: str, plan: Plan) -> Plan:
        self._plans[call_sid] = plan
        while len(self._plans) > _MOST_PLANS:
            self._plans.popitem(last=False)
        return plan

    async def settled(self, attempt_id: str, result: Result) -> None:
        """A conversation settled something; it is stored already."""
        await self._tell(Noted(attempt_id, result))

    async def _turn(self) -> None:
        now = self._clock()
        if not await asyncio.to_thread(self._book.lease, self._name, now, now + LEASE):
            if self._dialler is not None:
                _log.warning("another process places calls")
            self._dialler = None
            self._known = {}
            return
        if self._dialler is None:
            opted_out = await asyncio.to_thread(self._book.opted_out)
            self._dialler = Dialler(self._policy.limits, self._policy.allowed, opted_out)
        await self._refresh(self._dialler)
        if self._ready():
            await self._carry_out(self._dialler.expire(self._clock()))

    async def _sleep(self) -> None:
        wait = self._poll
        if self._dialler is not None and (due := self._dialler.deadline) is not None:
            wait = min(max(due - self._clock(), 0.01), self._poll)
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _refresh(self, dialler: Dialler) -> None:
        """Take up new lists, and stop and go on with those that people stopped."""
        killed = await asyncio.to_thread(self._book.killed)
        for one in await asyncio.to_thread(self._book.lists):
            stopped = killed or one.stopped
            if one.id not in self._known:
                dialler.add_list(one.id, one.terms)
                if stopped:
                    dialler.stop(one.id)
                for record in await asyncio.to_thread(self._book.records, one.id):
                    dialler.add(record.contact, self._clock(), record.attempts)
            elif stopped and not self._known[one.id]:
                dialler.stop(one.id)
            elif self._known[one.id] and not stopped:
                dialler.resume(one.id, self._clock())
            self._known[one.id] = stopped

    async def _let_go(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await asyncio.to_thread(self._book.release, self._name)
        except StoreError as error:
            _log.warning("the lease runs out by itself", reason=str(error))

    # --- what is decided ----------------------------------------------------------------------

    async def _carry_out(self, decisions: list[Decision]) -> None:
        for decision in decisions:
            match decision:
                case Place():
                    self._spawn(self._place(decision))
                case Look(attempt=attempt):
                    self._spawn(self._look(attempt))
                case Closed(attempt=attempt):
                    result = attempt.result.value if attempt.result else ""
                    _log.info("outbound call over", attempt=attempt.id, result=result)
                    await asyncio.to_thread(self._book.save, attempt)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The carrier is asked about the call later, whatever went wrong.
            _log.error("dialling failed", error=type(error).__name__)

    async def _place(self, place: Place) -> None:
        attempt, dialler = place.attempt, self._dialler
        if dialler is None:
            return
        terms = dialler.terms_of(place.contact)
        try:
            stored = await asyncio.to_thread(self._book.begin, attempt)
        except StoreError as error:
            _log.error("call not placed", attempt=attempt.id, reason=str(error))
            await self._tell(OrderFailed(attempt.id, certain=True))
            return
        if not stored:
            if attempt.number in await asyncio.to_thread(self._book.opted_out):
                dialler.opt_out(attempt.number)
            await self._tell(OrderFailed(attempt.id, certain=True))
            return
        url = self._policy.public_url
        try:
            sid = await self._carrier.dial(
                OutgoingCall(
                    to=attempt.number,
                    caller_id=self._policy.caller_id,
                    url=outbound_url(url, ANSWERED, attempt.id),
                    status_url=outbound_url(url, STATUS, attempt.id),
                    ring_seconds=terms.ring,
                    longest_seconds=self._policy.longest,
                    machine_url=outbound_url(url, MACHINE, attempt.id),
                    until_beep=terms.on_machine is OnMachine.MESSAGE,
                )
            )
        except CarrierRefused as error:
            _log.error("call refused", attempt=attempt.id, status=error.status, code=error.code)
            await self._tell(OrderFailed(attempt.id, certain=True))
        except CarrierError as error:
            _log.warning("call perhaps placed", attempt=attempt.id, status=error.status)
            await self._tell(OrderFailed(attempt.id, certain=False))
        else:
            await self._tell(Ordered(attempt.id, sid))

    async def _look(self, attempt: Attempt) -> None:
        """Ask the carrier what became of a call."""
        try:
            if attempt.call_sid:
                status = await self._carrier.call_status(attempt.call_sid)
                found = attempt.call_sid
            else:
                calls = await self._carrier.calls_to(attempt.number, attempt.placed_at - _SINCE)
                # The earliest since then: at most one call of a number is under way at a time.
                found, status = calls[-1] if calls else ("", None)
        except CarrierError as error:
            _log.warning("carrier not asked", attempt=attempt.id, status=error.status)
            return  # The dialler comes back to it.
        if status is None:
            await self._tell(NotFound(attempt.id))
        else:
            await self.call_changed(attempt.id, found, status)

    # --- news -------------------------------------------------------------------------------

    async def _tell(self, news: CallNews) -> None:
        if (dialler := self._dialler) is None:
            return  # The process that places calls finds it in the store, or asks the carrier.
        await self._carry_out(dialler.handle(news, self._clock()))
        progress = dialler.progress_of(news.attempt_id)
        if isinstance(news, Ordered) and progress is not None and not progress.over:
            await asyncio.to_thread(self._book.save, progress.attempt)
        self._wake.set()

    async def answered(self, attempt_id: str, call: IncomingCall) -> CallAnswer | Goodbye:
        """Connect who answered; see `telephony.twilio.outbound_webhooks.OutboundDesk`."""
        found = await asyncio.to_thread(self._book.contact, contact_of(attempt_id))
        if found is None or found[0].number != call.caller:
            _log.error("answered call is not ours", attempt=attempt_id)
            return Goodbye()
        contact, terms = found
        # Before it is connected: its stream may come to another process.
        await asyncio.to_thread(self._book.name, attempt_id, call.call_sid)
        await self._tell(StatusSeen(attempt_id, CallStatus.IN_PROGRESS, call.call_sid))
        self._plan(call.call_sid, Plan(attempt_id, contact, terms))
        return await self._connect(call, terms.hotline)

    async def call_changed(self, attempt_id: str, call_sid: str, status: CallStatus) -> None:
        """Take how a call stands; what its conversation settled comes before its end."""
        if status in _OVER and self._dialler is not None:
            noted = await asyncio.to_thread(self._book.noted, attempt_id)
            if noted is not None:
                await self._tell(Noted(attempt_id, noted))
        await self._tell(StatusSeen(attempt_id, status, call_sid))

    async def machine_heard(self, attempt_id: str, call_sid: str) -> None:
        """Hang up on a machine, or leave it a message."""
        plan = await self.plan_for(call_sid)
        noted = await asyncio.to_thread(self._book.noted, attempt_id)
        if plan is None or plan.attempt_id != attempt_id or noted is not None:
            return  # It talked like a person, whatever the carrier says.
        message = ""
        if plan.terms.on_machine is OnMachine.MESSAGE:
            message = await self._message(plan.terms.hotline)
        result = Result.MESSAGE_LEFT if message else Result.MACHINE
        await asyncio.to_thread(self._book.note, attempt_id, result)
        await self._tell(MachineAnswered(attempt_id, message_left=bool(message)))
        if message:
            await self._carrier.update_twiml(call_sid, twiml.hangup(message))
        else:
            await self._carrier.hang_up(call_sid)
