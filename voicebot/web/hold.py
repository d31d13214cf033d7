"""The sound that a carrier plays to a caller who is alone in a room: `GET /hold.wav`."""

from __future__ import annotations

import io

import soundfile
from fastapi import APIRouter
from starlette.responses import Response

from telephony.g711 import ulaw_to_pcm16
from voicebot.media.hold_music import hold_music
from voicebot.ports import SAMPLE_RATE

HOLD_PATH = "/hold.wav"
_DAY = 86_400


def hold_router() -> APIRouter:
    """Return the route; it tells nothing of anybody, so that it needs no signature."""
    router = APIRouter(include_in_schema=False)

    @router.get(HOLD_PATH)
    async def hold() -> Response:
        headers = {"cache-control": f"public, max-age={_DAY}"}
        return Response(_wave(hold_music()), media_type="audio/wav", headers=headers)

    return router


def _wave(ulaw: bytes) -> bytes:
    file = io.BytesIO()
    samples = memoryview(ulaw_to_pcm16(ulaw)).cast("h")
    with soundfile.SoundFile(
        file, "w", SAMPLE_RATE, channels=1, format="WAV", subtype="ULAW"
    ) as written:
        written.buffer_write(samples, "int16")
    return file.getvalue()
