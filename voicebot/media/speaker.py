"""PacedSpeaker: sends the bot's speech in real time, a short lead ahead of the caller's ear.

A carrier plays out what it has, so whatever was sent can only be taken back by `clear`, and only
what was not sent can be made quieter. Hence the lead is short, grows when the event loop or the
network is late and shrinks again, and one task per leg does the sending, in order: audio of a
segment, then its mark. Where the carrier knows no marks, the clock tells when a segment was played.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from telephony.media_leg import MediaLeg, WireMessage
from voicebot.media.hold import HoldSound
from voicebot.media.levels import faded, lowered, ramped
from voicebot.ports import SAMPLE_RATE

CHUNK = 320
"""Bytes of mu-law a message: 40 ms, half as many messages as frames."""

QUEUE = 256
"""Segments that may wait; an answer has a handful."""

SHORTEST_LEAD = 0.08
"""Seconds: one chunk, and as much again for what comes late."""

DUCKED = 12.0
"""dB by which a ducked voice is quieter: clearly so, and still clearly there."""

_LATE = 0.02
"""Seconds by which the lead grows when a chunk came too late."""
_CALM = 0.0002
"""Seconds by which it shrinks with each chunk that did not (half a minute from end to end)."""
_HOLD_TAIL = 0.06
"""Seconds over which what a waiting caller hears dies away where it has to stop at once."""
_RECENT = SAMPLE_RATE // 2
"""Bytes of what was sent that are kept for a faded tail."""


class PacedSpeaker:
    """The `Speaker` of one media stream; see `voicebot.ports.Speaker`."""

    def __init__(
        self,
        leg: MediaLeg,
        *,
        send: Callable[[WireMessage], Awaitable[None]],
        on_sent: Callable[[str], None],
        on_played: Callable[[str], None] | None = None,
        on_audio: Callable[[bytes, float], None] | None = None,
        lead: float = 0.12,
        timeout: float = 5.0,
        hold: bytes = b"",
    ) -> None:
        """Make a speaker; nothing is sent before `run`.

        Args:
            leg: Writes the messages.
            send: Sends one message to the carrier.
            on_sent: Told the name of each segment when its first audio went out.
            on_played: Told the name of each segment when all of it was played, as far as the clock
                tells; only where the carrier has no marks.
            on_audio: Told each piece of mu-law that went out, and the loop time at which it is due
                at the ear; no bytes when what was due later was cleared.
            lead: Most seconds that are kept ahead of the caller's ear.
            timeout: Seconds that one message may take; beyond, `run` raises TimeoutError.
            hold: Mu-law that is played in a loop to a caller who waits; empty for silence.
        """
        self._leg = leg
        self._send = send
        self._on_sent = on_sent
        self._on_played = on_played or (lambda segment: None)
        self._on_audio = on_audio or (lambda ulaw, due: None)
        self._longest_lead = lead
        self._lead = min(lead, SHORTEST_LEAD)
        self._timeout = timeout
        self._segments: deque[tuple[str, bytes]] = deque(maxlen=QUEUE)
        self._wake = asyncio.Event()
        self._silenced: float | None = None
        """Seconds of tail to send after a `clear` that is due."""
        self._unmarked: set[asyncio.TimerHandle] = set()
        """Ends of segments that the clock will tell."""
        self._played_until = 0.0
        """Loop time when all that was sent will have been played."""
        self._recent = bytearray()
        """The last of what was sent."""
        self._unsent = b""
        """What was to follow it in the same segment."""
        self._hold = HoldSound(hold)
        self._speaks = False
        """A segment is being sent."""
        self._words_until = 0.0
        """Loop time when the last word that was sent will have been played."""
        self._level = self._wanted = 0.0
        """dB less than full: of what was sent last, and of what is sent next."""

    @property
    def lead(self) -> float:
        """Seconds that are kept ahead of the ear at the moment."""
        return self._lead

    def play(self, segment: str, audio: bytes) -> None:
        """Queue one segment."""
        self._segments.append((segment, audio))
        self._wake.set()

    def duck(self) -> None:
        """Lower the voice from the next chunk on."""
        self._wanted = DUCKED

    def restore(self) -> None:
        """Bring the voice back."""
        self._wanted = 0.0

    def hold(self, wanted: bool) -> None:
        """Begin to play what a waiting caller hears, or stop it at once; words go on."""
        if wanted == self._hold.wanted:
            return
        sounded, self._hold.wanted = self._hold.sounds, wanted
        now = asyncio.get_running_loop().time()
        words = bool(self._segments) or self._speaks or now < self._words_until
        if sounded and not wanted and not words and self._silenced is None:
            self._silenced = _HOLD_TAIL
        self._wake.set()

    def silence(self, tail: float = 0.0) -> None:
        """Drop what is queued, have the carrier drop what it holds, and fade out over `tail` s."""
        self._segments.clear()
        self._silenced = tail
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; raises TimeoutError when the carrier does not take what is sent."""
        try:
            while True:
                if self._silenced is not None:
                    tail, self._silenced = self._silenced, None
                    await self._fall_silent(tail)
                elif self._segments:
                    self._speaks = True
                    await self._play(*self._segments.popleft())
                    self._speaks = False
                elif self._hold.sounds:
                    await self._play_hold()
                else:
                    self._wake.clear()
                    await self._wake.wait()
        finally:
            self._forget_unmarked()

    async def _play(self, segment: str, audio: bytes) -> None:
        loop = asyncio.get_running_loop()
        for start in range(0, len(audio), CHUNK):
            chunk = audio[start : start + CHUNK]
            seconds = len(chunk) / SAMPLE_RATE
            await self._pause(self._played_until + seconds - self._lead - loop.time())
            if self._silenced is not None:
                return
            sent = ramped(self._hold.under(chunk), self._level, self._wanted)
            self._level, self._unsent = self._wanted, audio[start + CHUNK :]
            gap = await self._deliver_audio(sent)
            self._words_until = self._played_until
            self._adapt(late=start > 0 and gap > 0)
            if start == 0:
                self._on_sent(segment)
        if not audio:
            self._on_sent(segment)
        await self._mark(segment)

    async def _play_hold(self) -> None:
        loop = asyncio.get_running_loop()
        ahead = self._played_until + CHUNK / SAMPLE_RATE - self._lead - loop.time()
        if ahead > 0:
            self._wake.clear()
            try:
                async with asyncio.timeout(ahead):
                    await self._wake.wait()
                return  # There may be something better to play.
            except TimeoutError:
                pass
        gap = await self._deliver_audio(self._hold.next(CHUNK))
        self._adapt(late=0 < gap < self._lead)

    async def _mark(self, segment: str) -> None:
        if self._leg.capabilities.marks:
            await self._deliver(self._leg.mark(segment))
            return
        played: asyncio.TimerHandle

        def tell() -> None:
            self._unmarked.discard(played)
            self._on_played(segment)

        loop = asyncio.get_running_loop()
        played = loop.call_at(max(self._played_until, loop.time()), tell)
        self._unmarked.add(played)

    def _forget_unmarked(self) -> None:
        for timer in self._unmarked:
            timer.cancel()
        self._unmarked.clear()

    async def _fall_silent(self, tail: float) -> None:
        """Clear, and die away from where the ear is: no click, and no half word."""
        now = asyncio.get_running_loop().time()
        ahead = max(0, round((self._played_until - now) * SAMPLE_RATE))
        await self._deliver(self._leg.clear())
        self._forget_unmarked()
        self._on_audio(b"", now)
        speaking, self._played_until = ahead > 0, now
        self._words_until = now
        self._hold.cut()
        dropped = bytes(self._recent[max(0, len(self._recent) - ahead) :]) if speaking else b""
        rest = lowered(self._unsent[: round(tail * SAMPLE_RATE)], self._level)
        self._recent.clear()
        self._unsent = b""
        if speaking and tail > 0:
            await self._deliver_audio(faded((dropped + rest)[: round(tail * SAMPLE_RATE)]))
            self._recent.clear()
        self._level = self._wanted = 0.0

    async def _deliver_audio(self, audio: bytes) -> float:
        """Send audio; return the seconds for which the ear had nothing to play before it."""
        loop = asyncio.get_running_loop()
        await self._deliver(self._leg.media(audio))
        due = max(self._played_until, loop.time())
        gap = due - self._played_until
        self._played_until = due + len(audio) / SAMPLE_RATE
        self._recent += audio
        if len(self._recent) > 2 * _RECENT:
            del self._recent[:-_RECENT]
        self._on_audio(audio, due)
        return gap

    def _adapt(self, *, late: bool) -> None:
        change = _LATE if late else -_CALM
        shortest = min(SHORTEST_LEAD, self._longest_lead)
        self._lead = min(self._longest_lead, max(shortest, self._lead + change))

    async def _pause(self, seconds: float) -> None:
        if seconds <= 0:
            return
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                while self._silenced is None:
                    await self._wake.wait()
                    self._wake.clear()
        except TimeoutError:
            return

    async def _deliver(self, message: WireMessage) -> None:
        async with asyncio.timeout(self._timeout):
            await self._send(message)
