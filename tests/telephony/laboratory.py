"""A small hotline on loopback: the real webhooks and a real media socket, with a bot to be written.

The server under the simulator's tests; its bots are a few lines each and know no speech.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from telephony.desk import (
    Accept,
    CallAnswer,
    DialEnded,
    Goodbye,
    IncomingCall,
    MenuChoice,
    Message,
    NextStep,
    StreamOver,
    StreamReport,
)
from telephony.errors import ProtocolViolation
from telephony.g711 import SAMPLE_RATE
from telephony.media_leg import LegEvent, MarkEchoed, MediaReceived, Started
from telephony.simulator.loopback import serve_on_loopback
from telephony.simulator.loudness import AudibleMeter
from telephony.twilio.carrier import TWILIO
from telephony.twilio.media_stream import MediaStream
from telephony.twilio.signature import RequestGate, SignatureCheck
from telephony.webhooks.routes import WebhookDeps, carrier_router

TOKEN = "laboratory-token"


class Wire:
    """The server's end of one media stream."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._stream = MediaStream()
        self.heard = bytearray()
        """The caller's audio so far."""
        self.caller = AudibleMeter()
        """Where the caller was audible in it."""
        self.events: list[LegEvent] = []
        """All but media."""

    @property
    def echoed(self) -> list[str]:
        """The marks that came back."""
        return [event.name for event in self.events if isinstance(event, MarkEchoed)]

    async def receive(self) -> LegEvent:
        """Return the next event, media among them."""
        while True:
            event = self._stream.receive_text(await self._websocket.receive_text())
            match event:
                case None:
                    continue
                case MediaReceived():
                    self.heard += event.payload
                    self.caller.advance(self.heard, len(self.heard))
                case _:
                    self.events.append(event)
            return event

    async def wait_for(self, kind: type[LegEvent]) -> LegEvent:
        """Return the next event of a kind."""
        while not isinstance(event := await self.receive(), kind):
            pass
        return event

    async def wait_for_speech(self) -> None:
        """Return once the caller is heard."""
        heard = self.caller.last_heard
        while self.caller.last_heard == heard:
            await self.receive()

    async def wait_for_silence(self, seconds: float) -> None:
        """Return once the caller has been silent for so long, after having been heard."""
        while len(self.heard) - (self.caller.last_heard or len(self.heard)) < seconds * SAMPLE_RATE:
            await self.receive()

    async def play(self, audio: bytes) -> None:
        """Send audio, as a burst."""
        await self._websocket.send_text(self._stream.media(audio))

    async def mark(self, name: str) -> None:
        """Send a mark."""
        await self._websocket.send_text(self._stream.mark(name))

    async def clear(self) -> None:
        """Send `clear`."""
        await self._websocket.send_text(self._stream.clear())

    async def send(self, message: str | bytes) -> None:
        """Send anything."""
        if isinstance(message, str):
            await self._websocket.send_text(message)
        else:
            await self._websocket.send_bytes(message)

    async def close(self, code: int = 1000) -> None:
        """End the stream."""
        await self._websocket.close(code)


Bot = Callable[[Wire], Awaitable[None]]


@dataclass
class Laboratory:
    """What the server is told to do, and what it saw. It is its own desk."""

    bot: Bot
    url: str = ""
    answer_with: CallAnswer = field(default_factory=lambda: Accept({"token": "t1"}))
    start_seconds: float = 5.0
    """How long a stream may take to start."""
    next_steps: list[NextStep] = field(default_factory=list)
    """After each stream, key or dialled person; goodbye when they run out."""
    seen: list[StreamOver | MenuChoice | DialEnded | Message] = field(default_factory=list)
    reports: list[StreamReport] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    """How streams ended that the bot did not end."""

    @property
    def voice_url(self) -> str:
        """Where calls arrive."""
        return f"{self.url}/twilio/voice"

    async def answer(self, call: IncomingCall) -> CallAnswer:
        return self.answer_with

    async def stream_ended(self, over: StreamOver) -> NextStep:
        return self._next(over)

    async def stream_reported(self, report: StreamReport) -> None:
        self.reports.append(report)

    async def menu_answered(self, choice: MenuChoice) -> NextStep:
        return self._next(choice)

    async def dial_ended(self, ended: DialEnded) -> NextStep:
        return self._next(ended)

    async def message_left(self, message: Message) -> None:
        self.seen.append(message)

    def _next(self, question: StreamOver | MenuChoice | DialEnded) -> NextStep:
        self.seen.append(question)
        return self.next_steps.pop(0) if self.next_steps else Goodbye("Bye.")

    async def serve(self, websocket: WebSocket, gate: RequestGate) -> None:
        if not gate.upgrade_allowed(websocket):
            await websocket.close(1008)
            return
        await websocket.accept()
        wire = Wire(websocket)
        self.wires.append(wire)
        try:
            async with asyncio.timeout(self.start_seconds):
                started = await wire.wait_for(Started)
            assert isinstance(started, Started)
            if started.custom_parameters.get("token") != "t1":
                await websocket.close(1008)
                return
            await self.bot(wire)
        except WebSocketDisconnect:
            self.lost.append("disconnected")
        except TimeoutError:
            self.lost.append("no start")
            await websocket.close(1008)
        except (ProtocolViolation, KeyError) as error:
            self.lost.append(f"violation {error}")
            await websocket.close(1008)


@asynccontextmanager
async def laboratory(bot: Bot, public_url: str = "") -> AsyncIterator[Laboratory]:
    """Serve a bot, with signatures of `TOKEN` for a public address, or unsigned on loopback."""
    lab = Laboratory(bot)
    gate = RequestGate(SignatureCheck([TOKEN], public_url) if public_url else None)
    app = FastAPI()
    app.include_router(
        carrier_router(WebhookDeps(desk=lab, gate=gate, dialect=TWILIO, public_url=public_url))
    )

    async def media(websocket: WebSocket) -> None:
        await lab.serve(websocket, gate)

    app.add_api_websocket_route(TWILIO.media_path, media)
    async with serve_on_loopback(app) as lab.url:
        yield lab
