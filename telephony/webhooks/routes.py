"""The routes that a carrier calls: verify, parse, ask the desk, answer in TwiML; decide nothing.

Other carriers than Twilio ask alike, each in its own `Dialect`. They wait some seconds (Twilio 15),
repeat requests, and reorder callbacks. A repeated request gets the answer of the first one, even
while that is still being worked out.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from telephony.desk import (
    CallDesk,
    DialEnded,
    IncomingCall,
    MenuChoice,
    Message,
    StreamOver,
    StreamReport,
)
from telephony.dialect import Dialect, Form, Gate
from telephony.webhooks import forms
from telephony.webhooks.instructions import (
    CALL,
    MOST_STREAMS,
    FallbackWords,
    Instructions,
    stream_number,
)
from telephony.webhooks.signed_forms import bad_form, signed_form

__all__ = [
    "CALL",
    "MOST_STREAMS",
    "FallbackWords",
    "WebhookDeps",
    "carrier_router",
]

_REMEMBER_SECONDS = 60.0
_MOST_REMEMBERED = 2_048

_log = structlog.get_logger(__name__)

_Question = TypeVar("_Question")
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebhookDeps:
    """What the routes need."""

    desk: CallDesk
    gate: Gate
    dialect: Dialect
    public_url: str = ""
    """Where the carrier reaches us; may be empty only in development."""
    words: FallbackWords = field(default_factory=FallbackWords)
    desk_timeout: float = 8.0
    """Seconds that the desk has for an answer, well under Twilio's 15."""
    clock: Callable[[], float] = field(default=time.monotonic)


def carrier_router(deps: WebhookDeps) -> APIRouter:
    """Return the routes `POST /<carrier>/…`, without the media socket."""
    router = APIRouter(include_in_schema=False)
    webhooks = _Webhooks(deps)
    for path, serve in (
        ("voice", webhooks.voice),
        ("stream-ended", webhooks.stream_ended),
        ("stream-status", webhooks.stream_status),
        ("fallback-choice", webhooks.fallback_choice),
        ("dial-ended", webhooks.dial_ended),
        ("voicemail-done", webhooks.voicemail_done),
    ):
        router.add_api_route(
            f"/{deps.dialect.name}/{path}", serve, methods=["POST"], response_model=None
        )
    return router


class _Webhooks:
    def __init__(self, deps: WebhookDeps) -> None:
        self._deps = deps
        self._write = Instructions(deps.dialect, deps.public_url, deps.words)
        self._remembered: OrderedDict[_Key, tuple[float, asyncio.Task[str]]] = OrderedDict()

    async def voice(self, request: Request) -> Response:
        """A caller rings."""

        async def ask(call: IncomingCall) -> str:
            return self._write.answer(request, await self._deps.desk.answer(call))

        return await self._serve(request, forms.incoming_call, ask, self._write.apology(request))

    async def stream_ended(self, request: Request) -> Response:
        """A media stream is over; the caller waits for what comes next."""
        stream = stream_number(request)

        def parse(form: Form) -> StreamOver:
            return forms.stream_over(form, stream)

        async def ask(over: StreamOver) -> str:
            return self._write.next(request, await self._deps.desk.stream_ended(over), stream)

        return await self._serve(request, parse, ask, self._write.apology(request))

    async def stream_status(self, request: Request) -> Response:
        """Twilio tells how a stream is doing; nobody waits for an answer."""

        async def ask(report: StreamReport) -> str:
            await self._deps.desk.stream_reported(report)
            return ""

        return await self._serve(request, forms.stream_report, ask, "")

    async def fallback_choice(self, request: Request) -> Response:
        """A key was pressed at the menu."""

        async def ask(choice: MenuChoice) -> str:
            step = await self._deps.desk.menu_answered(choice)
            return self._write.next(request, step, stream_number(request))

        return await self._serve(request, forms.menu_choice, ask, self._write.voicemail(request))

    async def dial_ended(self, request: Request) -> Response:
        """A person was rung, and the conversation or the attempt is over."""

        async def ask(ended: DialEnded) -> str:
            step = await self._deps.desk.dial_ended(ended)
            return self._write.next(request, step, stream_number(request))

        return await self._serve(request, forms.dial_ended, ask, self._write.voicemail(request))

    async def voicemail_done(self, request: Request) -> Response:
        """A message was left."""
        thanks = self._write.thanks()

        async def ask(message: Message) -> str:
            await self._deps.desk.message_left(message)
            return thanks

        return await self._serve(request, forms.message, ask, thanks)

    async def _serve(
        self,
        request: Request,
        parse: Callable[[Form], _Question],
        ask: Callable[[_Question], Awaitable[str]],
        otherwise: str,
    ) -> Response:
        """Serve one webhook; `otherwise` is what the caller gets when the desk fails."""
        form = await signed_form(request, self._deps.gate, self._deps.dialect)
        if isinstance(form, Response):
            return form
        try:
            question = parse(form)
        except forms.BadForm as error:
            return bad_form(error)
        key = (request.url.path, request.url.query, *forms.fingerprint(form))
        answer = await self._once(
            key, lambda: self._ask(request.url.path, ask(question), otherwise)
        )
        if not answer:
            return Response(status_code=204)
        return Response(answer, media_type="text/xml")

    async def _once(self, key: _Key, ask: Callable[[], Coroutine[Any, Any, str]]) -> str:
        """Answer, or repeat the answer that the same request got a moment ago."""
        now = self._deps.clock()
        remembered = self._remembered
        while remembered and (
            len(remembered) >= _MOST_REMEMBERED or next(iter(remembered.values()))[0] <= now
        ):
            remembered.popitem(last=False)
        if key in remembered:
            task = remembered[key][1]
        else:
            task = asyncio.create_task(ask())
            remembered[key] = (now + _REMEMBER_SECONDS, task)
        # A carrier that gives up on this request will repeat it, and wants its answer then.
        return await asyncio.shield(task)

    async def _ask(self, path: str, asked: Awaitable[str], otherwise: str) -> str:
        try:
            async with asyncio.timeout(self._deps.desk_timeout):
                return await asked
        except Exception as error:
            # Whatever is wrong with us, the caller must not be left in silence.
            _log.error("webhook_failed", path=path, error=type(error).__name__)
            return otherwise
