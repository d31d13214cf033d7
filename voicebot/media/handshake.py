"""The opening of a media stream: read up to `start`, within a deadline, before any audio counts."""

from __future__ import annotations

import asyncio

from fastapi import WebSocket

from telephony.errors import ProtocolViolation
from telephony.media_leg import Connected, MediaLeg, Started


class StreamRefused(Exception):
    """The stream did not open as it should; `reason` is fit for a log line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def read_start(websocket: WebSocket, leg: MediaLeg, seconds: float) -> Started:
    """Return the `start` of an accepted websocket.

    Raises:
        StreamRefused: it did not come in time, or something else came.
    """
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await websocket.receive()
                if message["type"] != "websocket.receive":
                    raise StreamRefused("closed before start")
                text = message.get("text")
                for event in leg.receive(message["bytes"] if text is None else text):
                    if isinstance(event, Started):
                        return event
                    if not isinstance(event, Connected):
                        raise StreamRefused("no start")
    except ProtocolViolation as violation:
        raise StreamRefused(violation.reason) from violation
    except TimeoutError as late:
        raise StreamRefused("no start in time") from late
