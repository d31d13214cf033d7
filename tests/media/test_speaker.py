"""What is sent to the carrier, and when, on virtual time."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from telephony.twilio.media_stream import MediaStream
from tests.virtual_clock import run_virtually
from voicebot.media.speaker import PacedSpeaker

LEAD = 0.12
START = json.dumps(
    {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": "MZ1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "MZ1",
            "callSid": "CA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {},
        },
    }
)


class Wire:
    """Records what is sent, and when."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, dict[str, Any]]] = []
        self.begun: list[tuple[float, str]] = []
        self.blocked = False

    async def send(self, message: str) -> None:
        if self.blocked:
            await asyncio.sleep(3600)
        self.sent.append((asyncio.get_running_loop().time(), json.loads(message)))

    def sent_by(self, at: float) -> float:
        """Return the seconds of audio that were sent until then."""
        return sum(
            len(base64.b64decode(m["media"]["payload"])) / 8000
            for t, m in self.sent
            if t <= at and m["event"] == "media"
        )

    def events(self) -> list[str]:
        names = [m["event"] for _, m in self.sent]
        return [n for i, n in enumerate(names) if n != "media" or names[i - 1 : i] != ["media"]]


def speak(act: Callable[[PacedSpeaker, Wire], Coroutine[Any, Any, None]]) -> Wire:
    wire = Wire()

    async def run() -> None:
        stream = MediaStream()
        stream.receive_text(START)
        loop = asyncio.get_running_loop()
        speaker = PacedSpeaker(
            stream,
            send=wire.send,
            on_sent=lambda segment: wire.begun.append((loop.time(), segment)),
            lead=LEAD,
        )
        running = asyncio.create_task(speaker.run())
        try:
            await act(speaker, wire)
            if running.done():
                await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run_virtually(run())
    return wire


def test_speech_is_sent_in_real_time_with_a_short_lead() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 16_000)
        await asyncio.sleep(5)

    wire = speak(act)

    for tenth in range(1, 18):
        ahead = wire.sent_by(tenth / 10) - tenth / 10
        assert 0 < ahead <= LEAD + 0.041
    assert 2.0 == pytest.approx(wire.sent_by(5))
    assert [(0.0, "s1")] == wire.begun


def test_a_mark_follows_each_segment() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 4_000)
        speaker.play("s2", b"\x01" * 4_000)
        speaker.play("empty", b"")
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "mark", "media", "mark", "mark"] == wire.events()
    assert ["s1", "s2", "empty"] == [name for _, name in wire.begun]
    # No gap and no hurry between segments: the second begins when the first has been sent.
    assert wire.begun[1][0] == pytest.approx(0.5 - LEAD, abs=0.041)


def test_silence_clears_at_once_and_forgets_what_was_queued() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 16_000)
        speaker.play("s2", b"\x01" * 16_000)
        await asyncio.sleep(0.513)
        speaker.silence()
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "clear"] == wire.events()
    assert 0.513 == pytest.approx(wire.sent[-1][0], abs=1e-6)
    assert wire.sent_by(9) <= 0.513 + LEAD + 0.041


def test_speech_after_a_silence_starts_at_once() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        speaker.play("s1", b"\x01" * 16_000)
        await asyncio.sleep(0.5)
        speaker.silence()
        speaker.play("s2", b"\x01" * 800)
        await asyncio.sleep(5)

    wire = speak(act)

    assert ["media", "clear", "media", "mark"] == wire.events()
    assert (pytest.approx(0.5, abs=1e-6), "s2") == wire.begun[1]


def test_a_carrier_that_does_not_read_is_noticed() -> None:
    async def act(speaker: PacedSpeaker, wire: Wire) -> None:
        wire.blocked = True
        speaker.play("s1", b"\x01" * 800)
        await asyncio.sleep(10)

    with pytest.raises(TimeoutError):
        speak(act)
