"""The routes that Twilio calls: verify, parse, ask the desk, answer in TwiML; decide nothing.

Twilio waits 15 s, repeats requests, and reorders callbacks. A repeated request gets the answer of
the first one, even while that is still being worked out.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from telephony.twilio import forms, twiml
from telephony.twilio.desk import (
    Accept,
    Blocked,
    Busy,
    CallAnswer,
    CallDesk,
    DialEnded,
    FallbackMenu,
    Goodbye,
    IncomingCall,
    MenuChoice,
    Message,
    NextStep,
    Resume,
    StreamOver,
    StreamReport,
    TransferTo,
    Voicemail,
)
from telephony.twilio.signature import RequestGate

MEDIA_PATH = "/twilio/media"
MOST_STREAMS = 10
"""Streams of one call; more of them is a loop, and gets the menu."""

_REMEMBER_SECONDS = 60.0
_MOST_REMEMBERED = 2_048
_BODY_SECONDS = 10.0

_log = structlog.get_logger(__name__)

_Question = TypeVar("_Question")
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FallbackWords:
    """What the carrier's own voice says when ours cannot."""

    apology: str = "Sorry, our assistant is not available right now."
    menu: str = "Press 1 for a person, or 2 to leave a message."
    menu_without_person: str = "Press 2 to leave a message."
    message: str = "Please leave a message after the tone. Press the hash key to finish."
    thanks: str = "Thank you. Goodbye."
    goodbye: str = "Goodbye."


@dataclass(frozen=True, slots=True)
class WebhookDeps:
    """What the routes need."""

    desk: CallDesk
    gate: RequestGate
    public_url: str = ""
    """Where Twilio reaches us; may be empty only in development."""
    words: FallbackWords = FallbackWords()
    desk_timeout: float = 8.0
    """Seconds that the desk has for an answer, well under Twilio's 15."""
    clock: Callable[[], float] = field(default=time.monotonic)


def twilio_router(deps: WebhookDeps) -> APIRouter:
    """Return the routes `POST /twilio/…`; the media socket itself is not among them."""
    router = APIRouter(include_in_schema=False)
    webhooks = _Webhooks(deps)
    for path, serve in (
        ("/twilio/voice", webhooks.voice),
        ("/twilio/stream-ended", webhooks.stream_ended),
        ("/twilio/stream-status", webhooks.stream_status),
        ("/twilio/fallback-choice", webhooks.fallback_choice),
        ("/twilio/dial-ended", webhooks.dial_ended),
        ("/twilio/voicemail-done", webhooks.voicemail_done),
    ):
        router.add_api_route(path, serve, methods=["POST"], response_model=None)
    return router


class _Webhooks:
    def __init__(self, deps: WebhookDeps) -> None:
        self._deps = deps
        self._remembered: OrderedDict[_Key, tuple[float, asyncio.Task[str]]] = OrderedDict()

    async def voice(self, request: Request) -> Response:
        """A caller rings."""

        async def ask(call: IncomingCall) -> str:
            return self._answer(request, await self._deps.desk.answer(call))

        return await self._serve(request, forms.incoming_call, ask, self._apology(request))

    async def stream_ended(self, request: Request) -> Response:
        """A media stream is over; the caller waits for what comes next."""
        stream = _stream_number(request)

        def parse(form: forms.Form) -> StreamOver:
            return forms.stream_over(form, stream)

        async def ask(over: StreamOver) -> str:
            return self._next(request, await self._deps.desk.stream_ended(over), stream)

        return await self._serve(request, parse, ask, self._apology(request))

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
            return self._next(request, step, _stream_number(request))

        return await self._serve(request, forms.menu_choice, ask, self._voicemail(request))

    async def dial_ended(self, request: Request) -> Response:
        """A person was rung, and the conversation or the attempt is over."""

        async def ask(ended: DialEnded) -> str:
            step = await self._deps.desk.dial_ended(ended)
            return self._next(request, step, _stream_number(request))

        return await self._serve(request, forms.dial_ended, ask, self._voicemail(request))

    async def voicemail_done(self, request: Request) -> Response:
        """A message was left."""
        thanks = twiml.hangup(self._deps.words.thanks)

        async def ask(message: Message) -> str:
            await self._deps.desk.message_left(message)
            return thanks

        return await self._serve(request, forms.message, ask, thanks)

    async def _serve(
        self,
        request: Request,
        parse: Callable[[forms.Form], _Question],
        ask: Callable[[_Question], Awaitable[str]],
        otherwise: str,
    ) -> Response:
        """Serve one webhook; `otherwise` is what the caller gets when the desk fails."""
        gate = self._deps.gate
        try:
            if not gate.worth_reading(request):
                return _forbidden(request)
            async with asyncio.timeout(_BODY_SECONDS):
                form = await forms.read_form(request)
            if not gate.webhook_allowed(request, form):
                return _forbidden(request)
            question = parse(form)
        except TimeoutError:
            return PlainTextResponse("the body did not come in time\n", status_code=400)
        except forms.BadForm as error:
            return PlainTextResponse(f"{error}\n", status_code=400)
        key = (request.url.path, request.url.query, *forms.fingerprint(form))
        body = await self._once(key, lambda: self._ask(request.url.path, ask(question), otherwise))
        if not body:
            return Response(status_code=204)
        return Response(body, media_type="text/xml")

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

    def _answer(self, request: Request, answer: CallAnswer) -> str:
        match answer:
            case Accept():
                return self._connect(request, answer.parameters, stream=1)
            case Busy():
                return twiml.reject(busy=True)
            case Blocked():
                return twiml.reject(busy=False)
            case _:
                return self._next(request, answer, stream=1)

    def _next(self, request: Request, step: NextStep, stream: int) -> str:
        match step:
            case Resume() if stream < MOST_STREAMS:
                return self._connect(request, step.parameters, stream=stream + 1, say=step.say)
            case Resume():
                return self._apology(request)
            case TransferTo():
                return twiml.dial(
                    step.number,
                    caller_id=step.caller_id,
                    timeout=step.ring_seconds,
                    action_url=self._url(request, "dial-ended", stream),
                    say=step.say,
                )
            case Voicemail():
                return self._voicemail(request)
            case FallbackMenu():
                return self._menu(request, step, stream)
            case Goodbye():
                return twiml.hangup(step.say)

    def _apology(self, request: Request) -> str:
        return self._menu(request, FallbackMenu(person=True), _stream_number(request))

    def _voicemail(self, request: Request) -> str:
        return twiml.voicemail(
            self._url(request, "voicemail-done", _stream_number(request)),
            prompt=self._deps.words.message,
            goodbye=self._deps.words.goodbye,
        )

    def _menu(self, request: Request, menu: FallbackMenu, stream: int) -> str:
        words = self._deps.words
        return twiml.fallback_menu(
            self._url(request, "fallback-choice", stream),
            say=menu.say or words.apology,
            menu=words.menu if menu.person else words.menu_without_person,
            goodbye=words.goodbye,
        )

    def _connect(
        self, request: Request, parameters: Mapping[str, str], *, stream: int, say: str = ""
    ) -> str:
        scheme, rest = self._root(request).split("://", 1)
        return twiml.connect_stream(
            f"{'wss' if scheme == 'https' else 'ws'}://{rest}{MEDIA_PATH}",
            self._url(request, "stream-ended", stream),
            self._url(request, "stream-status", stream),
            parameters,
            say=say,
        )

    def _url(self, request: Request, name: str, stream: int) -> str:
        return f"{self._root(request)}/twilio/{name}?stream={stream}"

    def _root(self, request: Request) -> str:
        return (self._deps.public_url or str(request.base_url)).rstrip("/")


def _forbidden(request: Request) -> Response:
    _log.warning("webhook_forbidden", path=request.url.path)
    return PlainTextResponse("not signed by the carrier\n", status_code=403)


def _stream_number(request: Request) -> int:
    """Return which stream of the call the address speaks of; we wrote it, and it is signed."""
    given = request.query_params.get("stream", "1")
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 3 else 1
