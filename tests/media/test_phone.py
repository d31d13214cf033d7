"""A media stream over a real websocket, whose far end gives the bot's voice back."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import Sequence
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket
from websockets.asyncio.client import ClientConnection, connect

from telephony.g711 import ULAW_SILENCE, gain_table, pcm16_to_ulaw
from telephony.twilio.media_stream import MediaStream
from tests.engines.recordings import pcm_of
from tests.media.test_speaker import START
from voicebot.journal import SoundMeasured
from voicebot.media.phone import PhoneLine
from voicebot.ports import SpeechOffset, SpeechOnset

SAID = pcm16_to_ulaw(pcm_of("speech/return_policy-bruno.wav"))
FRAME = 160


class Deaf:
    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        return []

    def confidence(self, started: float, ended: float) -> float:
        return 0.0


async def called(answer: bytes, gain: float) -> SoundMeasured:
    """Say a text to a far end, hear its answer and its echo, and measure what was heard last.

    Args:
        answer: Mu-law that the far end says meanwhile, from the first piece that it hears.
        gain: Of the echo, which comes back 0.2 s later.
    """
    app = FastAPI()
    measured: asyncio.Future[SoundMeasured] = asyncio.get_running_loop().create_future()

    @app.websocket("/")
    async def host(websocket: WebSocket) -> None:
        await websocket.accept()
        stream = MediaStream()
        stream.receive_text(await websocket.receive_text())
        loop = asyncio.get_running_loop()
        began = loop.time()
        line = PhoneLine(
            websocket,
            stream,
            Deaf(),
            lead=0.12,
            post=lambda event: None,
            clock=lambda: loop.time() - began,
        )
        running = asyncio.create_task(line.run())
        line.speaker.play("s1", SAID)
        await asyncio.sleep(1.6)
        measured.set_result(line.ears.measure(loop.time() - began - 0.6))
        await line.close()
        await running

    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    # Listens before it serves, so that the far end need not wait for it.
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with asyncio.timeout(20):
        async with connect(f"ws://127.0.0.1:{port}/", proxy=None) as far_end:
            await far_end.send(START)
            echoing = asyncio.create_task(give_back(far_end, answer, gain))
            found = await measured
            await echoing
        server.should_exit = True
        await serving
    return found


async def give_back(far_end: ClientConnection, answer: bytes, gain: float) -> None:
    """Send as much as was received, so that both ends keep the same time."""
    heard = bytearray(ULAW_SILENCE * 1_600)
    table = gain_table(gain)
    sent = 0
    async for text in far_end:
        message: dict[str, Any] = json.loads(text)
        if message["event"] != "media":
            continue
        heard += base64.b64decode(message["media"]["payload"]).translate(table)
        while sent + FRAME <= len(heard) - 1_600:
            frame = answer[sent : sent + FRAME] or bytes(heard[sent : sent + FRAME])
            sent += FRAME
            await far_end.send(
                json.dumps(
                    {
                        "event": "media",
                        "sequenceNumber": str(sent // FRAME + 1),
                        "streamSid": "MZ1",
                        "media": {
                            "track": "inbound",
                            "chunk": str(sent // FRAME),
                            "timestamp": str(sent // 8),
                            "payload": base64.b64encode(frame).decode(),
                        },
                    }
                )
            )


async def test_the_bots_voice_that_a_phone_gives_back_is_taken_out() -> None:
    sound = await called(b"", gain=0.1)

    assert sound.level < -60
    assert sound.speech < 0.3


async def test_a_caller_who_speaks_meanwhile_is_not_taken_for_the_bot() -> None:
    caller = pcm16_to_ulaw(pcm_of("speech/opening_hours-dora.wav") * 3)
    sound = await called(caller, gain=0.1)

    assert sound.echo < 0.3
    assert sound.level > -40
