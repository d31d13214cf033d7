"""A stream that comes to one process is brought to the one that has the session."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect

from telephony.desk import IncomingCall
from telephony.twilio.carrier import TWILIO
from telephony.twilio.media_stream import MediaStream
from telephony.twilio.signature import RequestGate
from voicebot.store.workers import Worker
from voicebot.web.carriers import Carrier
from voicebot.web.relay import Doorway, Remembering, relay

CALL = IncomingCall("CA1", "+15550100001", "+15550100000", "AC1")
CARRIER = Carrier(TWILIO, RequestGate(None), MediaStream)
SECRET = "s3cret"


class CarriersSide:
    """A websocket on which a carrier has said something already."""

    def __init__(self, *texts: str) -> None:
        self.said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[str | bytes] = []
        self.closed: int | None = None
        for text in texts:
            self.said.put_nowait({"type": "websocket.receive", "text": text})

    async def receive(self) -> dict[str, Any]:
        return await self.said.get()

    async def send_text(self, text: str) -> None:
        self.heard.append(text)

    async def send_bytes(self, content: bytes) -> None:
        self.heard.append(content)

    async def close(self, code: int) -> None:
        self.closed = code


class There:
    """The process that has the session: it answers, and notes who came."""

    def __init__(self) -> None:
        self.doorway = Doorway("127.0.0.1", SECRET, 65_536)
        self.calls: list[IncomingCall | None] = []
        self.heard: list[str] = []
        self.left: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.app = FastAPI()
        self.app.add_api_websocket_route("/twilio", self.take)

    async def take(self, websocket: WebSocket) -> None:
        call = self.doorway.call_of(websocket)
        self.calls.append(call)
        if call is None:
            await websocket.close(1008)
            return
        await websocket.accept()
        try:
            while True:
                text = await websocket.receive_text()
                self.heard.append(text)
                if text == "bye":
                    await websocket.close(1000)
                    return
                await websocket.send_text(f"{text}!")
        except WebSocketDisconnect as end:
            self.left.set_result(end.code)


async def opened(*texts: str) -> tuple[CarriersSide, Remembering]:
    """A stream that was read up to its second message."""
    side = CarriersSide(*texts)
    remembering = Remembering(cast(WebSocket, side))
    for _ in range(2):
        await remembering.receive()
    return side, remembering


async def test_what_was_read_is_told_again_and_the_rest_goes_both_ways() -> None:
    there = There()
    async with there.doorway.open(there.app) as address:
        side, stream = await opened("connected", "start", "media", "bye")
        worker = Worker("w", address, SECRET, 1e12)
        assert await asyncio.wait_for(relay(stream, worker, CARRIER, CALL), 5.0)

    assert [CALL] == there.calls
    assert ["connected", "start", "media", "bye"] == there.heard
    assert ["connected!", "start!", "media!"] == side.heard
    assert 1000 == side.closed


@pytest.mark.parametrize(("code", "told"), [(1000, 1000), (1006, 1011), (None, 1011)])
async def test_how_a_stream_ended_is_told_there_too(code: int | None, told: int) -> None:
    there = There()
    async with there.doorway.open(there.app) as address:
        side, stream = await opened("connected", "start")
        # Once the answers to what was said have come.
        ends = {"type": "websocket.disconnect", "code": code}
        asyncio.get_running_loop().call_later(0.2, side.said.put_nowait, ends)
        worker = Worker("w", address, SECRET, 1e12)
        assert await asyncio.wait_for(relay(stream, worker, CARRIER, CALL), 5.0)
        assert told == await asyncio.wait_for(there.left, 5.0)


async def test_strangers_are_not_let_in_and_who_is_not_there_is_told_so() -> None:
    there = There()
    async with there.doorway.open(there.app) as address:
        worker = Worker("w", address, SECRET, 1e12)
        for stranger in (replace(worker, secret="guess"), replace(worker, secret="")):
            _, stream = await opened("connected", "start")
            assert not await relay(stream, stranger, CARRIER, CALL)
    assert [None, None] == there.calls

    side, stream = await opened("connected", "start")
    assert not await relay(stream, worker, CARRIER, CALL)
    # The stream is as it was, for the fallback.
    assert side.closed is None
