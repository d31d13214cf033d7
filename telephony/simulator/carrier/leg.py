"""Leg: one call of the account (`CA…`), from ringing to its end.

A leg is carried through by one task: it rings, runs its program (a TwiML document, or being a
party of somebody else's `<Dial>`), and takes orders meanwhile: go on with other instructions, or
hang up. An order interrupts whatever runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.calls import CallStatus
from telephony.simulator.carrier.board import Board, now_utc, rfc2822
from telephony.simulator.carrier.handset import Handset
from telephony.simulator.carrier.orders import Ending, HangUp, LegOver
from telephony.simulator.carrier.people import Answer, Person
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.stream_record import StreamRecord

_MOST_DIGITS = 256
_MOST_ORDERS = 64
_SIP_CODES = {
    CallStatus.COMPLETED: "200",
    CallStatus.BUSY: "486",
    CallStatus.NO_ANSWER: "487",
    CallStatus.CANCELED: "487",
    CallStatus.FAILED: "404",
}


class Leg:
    """One call.

    Args:
        board: The carrier.
        direction: `inbound`, `outbound-api` or `outbound-dial`.
        to: Who is rung.
        from_: Who rings.
        person: The human at the far end.
        program: What it does.
        callback: Where its progress is told.
        fallback: Asked once for instructions when others cannot be had.
        parent_sid: The call whose `<Dial>` made it.
        ring_seconds: How long it rings before that counts as no answer.
        time_limit: Seconds after which the carrier ends it.
        queue_seconds: How long it waits before it is put through.
    """

    def __init__(
        self,
        board: Board,
        *,
        direction: str,
        to: str,
        from_: str,
        person: Person,
        program: Program,
        callback: Webhook | None = None,
        fallback: Webhook | None = None,
        parent_sid: str = "",
        ring_seconds: float = 60.0,
        time_limit: float | None = None,
        queue_seconds: float = 0.0,
    ) -> None:
        self.board = board
        self.sid = board.chance.sid("CA")
        self.direction = direction
        self.to = to
        self.from_ = from_
        self.person = person
        self.callback = callback
        self.fallback = fallback
        self.parent_sid = parent_sid
        self.status = CallStatus.RINGING if direction == "inbound" else CallStatus.QUEUED
        self.created = now_utc()
        self.started: datetime | None = None
        self.ended: datetime | None = None
        self.answered_at: float | None = None
        """Seconds since the carrier opened."""
        self.ended_at: float | None = None
        self.ended_by = ""
        """`person`, `api`, `carrier`: who hung up."""
        self.handset: Handset | None = None
        self.digits: asyncio.Queue[str] = asyncio.Queue(_MOST_DIGITS)
        """Keys pressed and not yet gathered."""
        self.answered_by = ""
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        self.taps: dict[str, asyncio.Task[None]] = {}
        """Streams of `<Start>`, by name."""
        self.streams: list[StreamRecord] = []
        """All media streams so far."""
        self.tapes: list[Ending] = []
        """Recordings under way, finished when the call is over."""
        self.redirected = False
        """Whether the program was stopped for another one, while it is being stopped."""
        self.farewell: Callable[[], None] | None = None
        """Told when the call ends in the middle of a verb that reports it."""
        self._program = program
        self._ring_seconds = ring_seconds
        self._time_limit = time_limit
        self._queue_seconds = queue_seconds
        self._orders: asyncio.Queue[HangUp | GoOn] = asyncio.Queue(_MOST_ORDERS)
        self._sequence = 0
        self._timer: asyncio.TimerHandle | None = None
        board.enter(self)

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return not self.over.is_set()

    @property
    def in_progress(self) -> bool:
        """Whether it is answered and has not ended."""
        return self.status is CallStatus.IN_PROGRESS

    @property
    def ear(self) -> Handset:
        """The telephone; only while the call is answered."""
        if self.handset is None:
            raise RuntimeError("the call is not answered")
        return self.handset

    def hang_up(self, by: str) -> None:
        """End it, soon."""
        self._order(HangUp(by))

    def go_on(self, program: Program) -> None:
        """Run another program instead of the present one."""
        self._order(GoOn(program))

    def _order(self, order: HangUp | GoOn) -> None:
        if self.live and not self._orders.full():
            self._orders.put_nowait(order)

    def press(self, digit: str) -> None:
        """Take a key of the person."""
        self.board.note(self.sid, "key", digit)
        if not self.digits.full():
            self.digits.put_nowait(digit)

    async def live_through(self) -> None:
        """Carry the call from its beginning to its end."""
        status, by = CallStatus.FAILED, "carrier"
        if self.direction == "inbound" and self.person.gives_up_after is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.person.gives_up_after, self.hang_up, "person")
        try:
            if self.direction != "inbound":
                ring = await self._ring()
                if ring is not CallStatus.IN_PROGRESS:
                    status = ring
                    return
                self.answer()
            status, by = await self._carry_out()
        finally:
            self._finish(status, by)

    async def _carry_out(self) -> tuple[CallStatus, str]:
        program = self._program
        while True:
            running = asyncio.ensure_future(program(self))
            try:
                order = await self._order_or(running)
                if order is None:
                    running.result()
            except LegOver as over:
                self.board.note(self.sid, "ends", str(over))
                # Whatever goes wrong in a call that was answered, it ends as completed.
                answered = self.answered.is_set()
                return CallStatus.COMPLETED if answered else over.status, "carrier"
            match order:
                case GoOn():
                    program = order.program
                case HangUp():
                    if self.farewell is not None:
                        self.status = CallStatus.COMPLETED
                        self.farewell()
                    # A caller who rings off before the answer was never served.
                    early = not self.answered.is_set()
                    return CallStatus.NO_ANSWER if early else CallStatus.COMPLETED, order.by
                case None:
                    return CallStatus.COMPLETED, "carrier"
            self.farewell = None

    async def _order_or(self, work: asyncio.Future[Any]) -> HangUp | GoOn | None:
        """Return the next order, having stopped the work for it; None if the work came first."""
        ordered = asyncio.ensure_future(self._orders.get())
        try:
            await asyncio.wait((work, ordered), return_when=asyncio.FIRST_COMPLETED)
            return ordered.result() if ordered.done() else None
        finally:
            if not work.done():
                self.redirected = ordered.done() and isinstance(ordered.result(), GoOn)
                work.cancel()
                await asyncio.gather(work, return_exceptions=True)
                self.redirected = False
            elif not work.cancelled():
                # An order that came at the same moment goes before whatever the work ended with.
                work.exception()
            ordered.cancel()

    async def _ring(self) -> CallStatus:
        work = asyncio.ensure_future(self._be_rung())
        order = await self._order_or(work)
        if order is not None:
            return CallStatus.CANCELED
        return work.result()

    async def _be_rung(self) -> CallStatus:
        await asyncio.sleep(self._queue_seconds)
        self._progress("initiated", "initiated")
        self.status = CallStatus.RINGING
        self._progress("ringing", CallStatus.RINGING)
        person = self.person
        if person.answer is Answer.NEVER or person.answers_after > self._ring_seconds:
            await asyncio.sleep(self._ring_seconds)
            return CallStatus.NO_ANSWER
        await asyncio.sleep(person.answers_after)
        match person.answer:
            case Answer.BUSY:
                return CallStatus.BUSY
            case Answer.UNREACHABLE:
                return CallStatus.FAILED
            case _:
                return CallStatus.IN_PROGRESS

    def answer(self) -> None:
        """Pick up; audio flows from now on. Nothing happens the second time."""
        if self.answered.is_set():
            return
        exchange = self.board.exchange
        self.handset = Handset(
            exchange.clock,
            self.person.player(),
            zero=exchange.last_tick(),
            on_digit=self.press,
            on_hang_up=lambda: self.hang_up("person"),
        )
        exchange.connect(self.handset)
        self.status = CallStatus.IN_PROGRESS
        self.started = now_utc()
        self.answered_at = exchange.since_start(self.handset.zero)
        self.answered.set()
        if self._timer is not None:
            self._timer.cancel()
        self.board.note(self.sid, "answered")
        self._progress("answered", CallStatus.IN_PROGRESS)
        if self._time_limit is not None:
            self.limit(self._time_limit)

    def limit(self, seconds: float) -> None:
        """End the call so many seconds after its answer."""
        self._time_limit = seconds
        if self._timer is not None:
            self._timer.cancel()
        if self.handset is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self.handset.zero + seconds, self.hang_up, "carrier")

    def _finish(self, status: CallStatus, by: str) -> None:
        if self.over.is_set():
            return
        if self._timer is not None:
            self._timer.cancel()
        if self.handset is not None:
            self.board.exchange.disconnect(self.handset)
            self.handset.line.ear.clear(self.handset.line.sample())
            self.handset.line.close()
            for tape in self.tapes:
                tape.finish()
        self.status = status
        self.ended = now_utc()
        self.ended_at = self.board.exchange.seconds()
        self.ended_by = by
        self.over.set()
        self.board.note(self.sid, "over", f"{status.value} by {by}")
        self._progress("completed", status)

    @property
    def seconds(self) -> int:
        """Length of the conversation, as it is billed."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(1, round(self.ended_at - self.answered_at))

    def form(self, status: CallStatus | None = None) -> dict[str, str]:
        """Return the fields that each webhook about this call has."""
        form = {
            "AccountSid": self.board.options.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.sid,
            "CallStatus": (status or self.status).value,
            "Called": self.to,
            "Caller": self.from_,
            "Direction": self.direction,
            "From": self.from_,
            "To": self.to,
        }
        if self.parent_sid:
            form["ParentCallSid"] = self.parent_sid
        if self.answered_by:
            form["AnsweredBy"] = self.answered_by
        return form

    def _progress(self, event: str, status: str) -> None:
        """Tell the status callback, if it asked for this event.

        `initiated` is a status here that no call has when it is fetched: it is `queued` then.
        """
        if self.callback is None or event not in self.callback.events:
            return
        form = self.form() | {
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self._sequence),
            "Timestamp": rfc2822(now_utc()) or "",
        }
        self._sequence += 1
        if event == "completed":
            form |= {
                "CallDuration": str(self.seconds),
                "Duration": str(-(-self.seconds // 60)),
                "SipResponseCode": _SIP_CODES[self.status],
            }
        self.board.tell(self.callback, form)


Program = Callable[[Leg], Awaitable[None]]
"""What a leg does once it is answered; the leg hangs up when it returns."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """An order to run another program."""

    program: Program
