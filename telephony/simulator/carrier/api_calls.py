"""The REST API's calls, recordings and account."""

from __future__ import annotations

import asyncio

from telephony.calls import CallStatus, is_e164
from telephony.simulator.carrier import representations as shown
from telephony.simulator.carrier.board import Board
from telephony.simulator.carrier.instructions import follow
from telephony.simulator.carrier.leg import Leg, Program
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.problems import (
    Problem,
    invalid_number,
    invalid_parameter,
    not_found,
    not_in_progress,
    not_ours,
)
from telephony.simulator.carrier.representations import Json
from telephony.simulator.carrier.run import Source
from telephony.simulator.carrier.taping import COMPLETED, Tape

_HUMAN_SECONDS = 2.0
_MACHINE_SECONDS = 4.0


class Fields:
    """The fields of a request, checked before."""

    def __init__(self, values: dict[str, list[str]]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """Return a field; a default if it was not sent."""
        return self._values.get(name, [default])[0]

    def has(self, name: str) -> bool:
        """Return whether a field was sent, though it may be empty."""
        return name in self._values

    def true(self, name: str, default: bool = False) -> bool:
        """Return a boolean."""
        return self.text(name, "true" if default else "false") == "true"

    def number(self, name: str, default: float) -> float:
        """Return a number."""
        return float(self.text(name) or default)

    def many(self, name: str) -> frozenset[str]:
        """Return all values of a field that may come several times."""
        return frozenset(self._values.get(name, ()))

    def webhook(self, name: str, default: frozenset[str]) -> Webhook | None:
        """Return where a callback goes; None if it is not wanted."""
        url = self.text(name)
        if not url:
            return None
        events = self.many(f"{name}Event") or default
        method = f"{name.removesuffix('Url')}Method"
        return Webhook(url, self.text(method, "POST"), events)


def create_call(board: Board, fields: Fields) -> Json:
    """Ring somebody.

    Raises:
        Problem: a number or the instructions do not do.
    """
    source = _source(fields)
    if source is None:
        raise Problem(400, 21205, "Url parameter is required", mistake=True)
    program = follow(source)
    if fields.has("MachineDetection"):
        program = _detecting(fields, program)
    if fields.true("Record"):
        program = _recorded(fields, program)
    return shown.call(ring(board, fields, program))


def ring(board: Board, fields: Fields, program: Program) -> Leg:
    """Ring whom a request names, from one of the account's numbers.

    Raises:
        Problem: a number does not do.
    """
    to, from_ = fields.text("To"), fields.text("From")
    if not (is_e164(to) or to.startswith(("sip:", "client:", "app:"))):
        raise invalid_number("To", to)
    if not (is_e164(from_) or from_.startswith("client:")):
        raise invalid_number("From", from_)
    if is_e164(from_) and from_ not in board.numbers:
        raise not_ours(from_)
    limit = fields.number("TimeLimit", 14_400)
    leg = Leg(
        board,
        direction="outbound-api",
        to=to,
        from_=from_,
        person=board.person(to),
        program=program,
        callback=fields.webhook("StatusCallback", frozenset({"completed"})),
        fallback=fields.webhook("FallbackUrl", frozenset()),
        ring_seconds=fields.number("Timeout", board.options.ring_default),
        time_limit=limit,
        queue_seconds=board.reserve_call(),
    )
    board.own(leg.live_through())
    return leg


def update_call(board: Board, sid: str, fields: Fields) -> Json:
    """End a call, or have it go on with other instructions.

    Raises:
        Problem: there is no such call, it has ended, or the instructions do not do.
    """
    leg = find_call(board, sid)
    source = _source(fields)
    if fields.has("Status") and source is not None:
        raise invalid_parameter("Status and Url or Twiml exclude each other")
    if not leg.live:
        raise not_in_progress()
    if fields.has("StatusCallback"):
        leg.callback = fields.webhook("StatusCallback", frozenset({"completed"}))
    if fields.has("TimeLimit"):
        leg.limit(fields.number("TimeLimit", 14_400))
    if source is not None:
        if not leg.in_progress:
            raise not_in_progress()
        leg.go_on(follow(source))
    elif fields.has("Status") and (
        fields.text("Status") == CallStatus.COMPLETED or not leg.in_progress
    ):
        leg.hang_up("api")
    return shown.call(leg)


def find_call(board: Board, sid: str) -> Leg:
    """Return a call.

    Raises:
        Problem: there is none.
    """
    leg = board.book(Leg).get(sid)
    if leg is None:
        raise not_found(f"{shown.root(board)}/Calls/{sid}.json")
    return leg


def list_calls(board: Board, fields: Fields) -> Json:
    """Return calls, the newest first."""
    legs = [
        leg
        for leg in reversed(board.book(Leg).values())
        if fields.text("Status", leg.status) == leg.status
        and fields.text("To", leg.to) == leg.to
        and fields.text("From", leg.from_) == leg.from_
        and fields.text("ParentCallSid", leg.parent_sid) == leg.parent_sid
    ]
    return shown.page(f"{shown.root(board)}/Calls.json", "calls", list(map(shown.call, legs)))


def _source(fields: Fields) -> Source | None:
    url, document = fields.text("Url"), fields.text("Twiml")
    if url and document:
        raise invalid_parameter("Url and Twiml exclude each other")
    if document:
        return Source(document=document)
    return Source(url, fields.text("Method", "POST")) if url else None


def _detecting(fields: Fields, program: Program) -> Program:
    """Return a program before or beside which it is found out whether a machine answered."""
    to_the_end = fields.text("MachineDetection") == "DetectMessageEnd"
    in_background = fields.text("AsyncAmd") == "true"
    callback = fields.webhook("AsyncAmdStatusCallback", frozenset())

    async def detect(leg: Leg) -> None:
        seconds = _MACHINE_SECONDS if leg.person.machine else _HUMAN_SECONDS
        await asyncio.sleep(seconds)
        machine = "machine_end_beep" if to_the_end else "machine_start"
        leg.answered_by = machine if leg.person.machine else "human"
        if in_background and leg.live:
            form = {
                "AccountSid": leg.board.options.account_sid,
                "CallSid": leg.sid,
                "AnsweredBy": leg.answered_by,
                "MachineDetectionDuration": str(round(seconds * 1_000)),
            }
            leg.board.tell(callback, form)

    async def detecting(leg: Leg) -> None:
        if in_background:
            leg.board.own(detect(leg))
        else:
            await detect(leg)
        await program(leg)

    return detecting


def _recorded(fields: Fields, program: Program) -> Program:
    """Return a program of which everything is recorded."""

    async def recorded(leg: Leg) -> None:
        Tape(
            leg,
            dual=fields.text("RecordingChannels", "mono") == "dual",
            source="OutboundAPI",
            callback=fields.webhook("RecordingStatusCallback", COMPLETED),
        )
        await program(leg)

    return recorded
