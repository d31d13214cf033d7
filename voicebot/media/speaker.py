"""PacedSpeaker: sends the bot's speech in real time, a short lead ahead of the caller's ear.

A carrier plays out what it has, so whatever was sent can only be taken back by `clear`, and only
what was not sent can be changed. Hence the lead is short, and one task per leg does the sending, in
order: audio of a segment, then its mark.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from telephony.media_leg import MediaLeg
from voicebot.ports import SAMPLE_RATE

CHUNK = 320
"""Bytes of mu-law a message: 40 ms, half as many messages as frames."""

QUEUE = 256
"""Segments that may wait; an answer has a handful."""


class PacedSpeaker:
    """The `Speaker` of one media stream; see `voicebot.ports.Speaker`."""

    def __init__(
        self,
        leg: MediaLeg,
        *,
        send: Callable[[str], Awaitable[None]],
        on_sent: Callable[[str], None],
        lead: float = 0.12,
        timeout: float = 5.0,
    ) -> None:
        """Make a speaker; nothing is sent before `run`.

        Args:
            leg: Writes the messages.
            send: Sends one message to the carrier.
            on_sent: Told the name of each segment when its first audio went out.
            lead: Seconds that are kept ahead of the caller's ear.
            timeout: Seconds that one message may take; beyond, `run` raises TimeoutError.
        """
        self._leg = leg
        self._send = send
        self._on_sent = on_sent
        self._lead = lead
        self._timeout = timeout
        self._segments: deque[tuple[str, bytes]] = deque(maxlen=QUEUE)
        self._wake = asyncio.Event()
        self._silenced = False
        self._played_until = 0.0
        """Loop time when all that was sent will have been played."""

    def play(self, segment: str, audio: bytes) -> None:
        """Queue one segment."""
        self._segments.append((segment, audio))
        self._wake.set()

    def silence(self) -> None:
        """Drop what is queued, and have the carrier drop what it holds."""
        self._segments.clear()
        self._silenced = True
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; raises TimeoutError when the carrier does not take what is sent."""
        while True:
            if self._silenced:
                self._silenced = False
                self._played_until = 0.0
                await self._deliver(self._leg.clear())
            elif self._segments:
                await self._play(*self._segments.popleft())
            else:
                self._wake.clear()
                await self._wake.wait()

    async def _play(self, segment: str, audio: bytes) -> None:
        loop = asyncio.get_running_loop()
        for start in range(0, len(audio), CHUNK):
            await self._pause(self._played_until - self._lead - loop.time())
            if self._silenced:
                return
            chunk = audio[start : start + CHUNK]
            await self._deliver(self._leg.media(chunk))
            self._played_until = max(self._played_until, loop.time()) + len(chunk) / SAMPLE_RATE
            if start == 0:
                self._on_sent(segment)
        if not audio:
            self._on_sent(segment)
        await self._deliver(self._leg.mark(segment))

    async def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            return
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                while not self._silenced:
                    await self._wake.wait()
                    self._wake.clear()
        except TimeoutError:
            return

    async def _deliver(self, message: str) -> None:
        async with asyncio.timeout(self._timeout):
            await self._send(message)
