"""A server under the fake carrier: a test writes what it answers, and it keeps what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from telephony.requests import path_with_query
from telephony.simulator.carrier import CarrierOptions, FakeCarrier
from telephony.simulator.loopback import serve_on_loopback
from telephony.simulator.virtual_time import run_on_virtual_time
from telephony.twilio.signature import SignatureCheck
from tests.telephony.laboratory import Wire

PUBLIC = "https://bot.example.com"
HOTLINE = "+15550100000"
CALLER = "+15550100001"
AGENT = "+15550100002"

Form = dict[str, str]
Answer = str | int | Callable[[Form], str | int]


@dataclass(frozen=True)
class Told:
    """One request of the carrier."""

    path: str
    form: Form
    token: str
    signed: bool
    query: Form


@dataclass
class Server:
    """Answers by path: a document, a status, or a function of the form."""

    token: str
    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    slow: dict[str, asyncio.Event] = field(default_factory=dict)
    """Paths that are answered only when something has happened."""
    told: list[Told] = field(default_factory=list)
    bot: Callable[[Wire], Awaitable[None]] | None = None
    wires: list[Wire] = field(default_factory=list)
    upgrades_signed: list[bool] = field(default_factory=list)

    def forms(self, path: str) -> list[Form]:
        """Return what a path was told, in order of arrival."""
        return [told.form for told in self.told if told.path == path]

    async def webhook(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        signature = request.headers.get("x-twilio-signature")
        check = SignatureCheck([self.token], PUBLIC)
        signed = check.webhook_ok(path_with_query(request), form, signature)
        token = request.headers.get("i-twilio-idempotency-token", "")
        path = request.url.path
        self.told.append(Told(path, form, token, signed, dict(request.query_params)))
        if path in self.slow:
            await self.slow[path].wait()
        answer = self.answers.get(path, "<Response/>")
        if callable(answer):
            answer = answer(form)
        if isinstance(answer, int):
            return Response(status_code=answer)
        return Response(answer, media_type="text/xml")

    async def media(self, websocket: WebSocket) -> None:
        check = SignatureCheck([self.token], PUBLIC)
        signature = websocket.headers.get("x-twilio-signature")
        self.upgrades_signed.append(check.upgrade_ok(websocket.url.path, signature))
        await websocket.accept()
        wire = Wire(websocket)
        self.wires.append(wire)
        assert self.bot is not None
        await self.bot(wire)


@asynccontextmanager
async def serve(token: str) -> AsyncIterator[Server]:
    """Serve on loopback."""
    server = Server(token)
    app = Starlette(
        routes=[
            WebSocketRoute("/media", server.media),
            WebSocketRoute("/tap", server.media),
            Route("/{path:path}", server.webhook, methods=["POST", "GET"]),
        ]
    )
    async with serve_on_loopback(app) as server.url:
        yield server


@asynccontextmanager
async def hotline(options: CarrierOptions) -> AsyncIterator[tuple[FakeCarrier, Server]]:
    """Open a carrier with one number, and the server behind it."""
    async with (
        serve(options.auth_token) as server,
        FakeCarrier(options, reach={PUBLIC: server.url}) as carrier,
    ):
        carrier.add_number(HOTLINE, f"{PUBLIC}/voice", status_callback=f"{PUBLIC}/over")
        yield carrier, server
        await carrier.settled()


def virtually(story: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Make a test of a story that passes on virtual time."""

    @wraps(story)
    def test() -> None:
        run_on_virtual_time(story())

    return test


def conference(label: str, **changes: str) -> str:
    """Return a document that enters the room, as our transfers do."""
    attributes = {
        "participantLabel": label,
        "beep": "false",
        "startConferenceOnEnter": "true",
        "endConferenceOnExit": "true",
        "jitterBufferSize": "small",
        "waitUrl": "",
        "statusCallback": f"{PUBLIC}/conference",
        "statusCallbackEvent": "start end join leave mute hold modify",
    } | changes
    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    action = f'action="{PUBLIC}/left"'
    return f"<Response><Dial {action}><Conference {written}>room</Conference></Dial></Response>"
