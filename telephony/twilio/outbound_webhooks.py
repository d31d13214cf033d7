"""The routes that Twilio calls about calls that we made: verify, parse, ask, decide nothing.

Each address holds the attempt that it belongs to; it is part of what is signed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import Protocol

import structlog
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from telephony.calls import CallStatus
from telephony.desk import CallAnswer, Goodbye, IncomingCall
from telephony.dialect import Form, Gate
from telephony.twilio.carrier import TWILIO
from telephony.webhooks import forms
from telephony.webhooks.instructions import FallbackWords, Instructions
from telephony.webhooks.signed_forms import bad_form, signed_form

ANSWERED, STATUS, MACHINE = "answered", "status", "machine"
_ATTEMPT = re.compile(r"[A-Za-z0-9_.-]{1,128}\Z", re.ASCII)
_HUMAN = ("human", "unknown")
"""What is not surely a machine is a person."""
_MACHINES = (
    *("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other"),
    "fax",
)
_log = structlog.get_logger(__name__)


class OutboundDesk(Protocol):
    """Decides on calls that we made. Each request may come late, twice, or in the wrong order."""

    async def answered(self, attempt_id: str, call: IncomingCall) -> CallAnswer | Goodbye:
        """Somebody answered; `call.caller` is whom we rang."""
        ...

    async def call_changed(self, attempt_id: str, call_sid: str, status: CallStatus) -> None:
        """The carrier tells how a call stands."""
        ...

    async def machine_heard(self, attempt_id: str, call_sid: str) -> None:
        """A machine answered."""
        ...


@dataclass(frozen=True, slots=True)
class OutboundDeps:
    """What the routes need."""

    desk: OutboundDesk
    gate: Gate
    public_url: str
    words: FallbackWords = field(default_factory=FallbackWords)
    desk_timeout: float = 8.0
    """Seconds that the desk has for an answer, well under Twilio's 15."""


def outbound_url(public_url: str, what: str, attempt_id: str) -> str:
    """Return the address of one of the routes: `ANSWERED`, `STATUS` or `MACHINE`."""
    return f"{public_url.rstrip('/')}/outbound/{what}/{attempt_id}"


def outbound_router(deps: OutboundDeps) -> APIRouter:
    """Return the routes `POST /outbound/…`."""
    router = APIRouter(include_in_schema=False)
    routes = _Routes(deps)
    for what, serve in (
        (ANSWERED, routes.answered),
        (STATUS, routes.status),
        (MACHINE, routes.machine),
    ):
        router.add_api_route(
            f"/outbound/{what}/{{attempt}}", serve, methods=["POST"], response_model=None
        )
    return router


class _Routes:
    def __init__(self, deps: OutboundDeps) -> None:
        self._deps = deps
        self._write = Instructions(TWILIO, deps.public_url, deps.words)

    async def answered(self, request: Request, attempt: str) -> Response:
        form = await self._form(request, attempt)
        if isinstance(form, Response):
            return form
        try:
            call = forms.incoming_call(form)
        except forms.BadForm as error:
            return bad_form(error)
        # The other way round: whom we rang is who talks to us.
        call = replace(call, caller=call.called, called=call.caller)
        answer: CallAnswer | Goodbye
        try:
            async with asyncio.timeout(self._deps.desk_timeout):
                answer = await self._deps.desk.answered(attempt, call)
        except Exception as error:
            # Whoever answered must not be left in silence.
            _log.error("webhook_failed", path=ANSWERED, error=type(error).__name__)
            answer = Goodbye(self._deps.words.apology)
        if isinstance(answer, Goodbye):
            document = self._write.next(request, answer, 1)
        else:
            document = self._write.answer(request, answer)
        return Response(document, media_type="text/xml")

    async def status(self, request: Request, attempt: str) -> Response:
        form = await self._form(request, attempt)
        if isinstance(form, Response):
            return form
        try:
            status = CallStatus("".join(form.get("CallStatus", ())))
        except ValueError:
            # "initiated" is no state of a call; what comes next tells.
            return Response(status_code=204)
        return await self._tell(
            STATUS, self._deps.desk.call_changed(attempt, request.state.call_sid, status)
        )

    async def machine(self, request: Request, attempt: str) -> Response:
        form = await self._form(request, attempt)
        if isinstance(form, Response):
            return form
        by = "".join(form.get("AnsweredBy", ()))
        if by not in (*_HUMAN, *_MACHINES):
            return PlainTextResponse("AnsweredBy is none of Twilio's words\n", status_code=400)
        if by in _HUMAN:
            return Response(status_code=204)
        return await self._tell(
            MACHINE, self._deps.desk.machine_heard(attempt, request.state.call_sid)
        )

    async def _form(self, request: Request, attempt: str) -> Form | Response:
        if not _ATTEMPT.match(attempt):
            return PlainTextResponse("no such attempt\n", status_code=404)
        return await signed_form(request, self._deps.gate, TWILIO)

    async def _tell(self, what: str, told: Awaitable[None]) -> Response:
        try:
            async with asyncio.timeout(self._deps.desk_timeout):
                await told
        except Exception as error:
            # The carrier sends it again, and is asked about the call besides.
            _log.error("webhook_failed", path=what, error=type(error).__name__)
            return Response(status_code=500)
        return Response(status_code=204)
