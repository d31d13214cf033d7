"""Call: one call at the fake carrier, as a test looks at it and steers it.

Times are seconds since the carrier opened, so that what several people heard can be compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from telephony.calls import CallStatus
from telephony.g711 import SAMPLE_RATE
from telephony.simulator.carrier.leg import Leg
from telephony.simulator.carrier.stream_record import StreamRecord
from telephony.simulator.events import CallerEvent
from telephony.simulator.loudness import audible_spans
from telephony.simulator.player import Spoken
from telephony.simulator.recording import save_stereo

Span = tuple[float, float]


class Call:
    """One call; made by the carrier."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg

    @property
    def sid(self) -> str:
        """The carrier's name of it."""
        return self._leg.sid

    @property
    def status(self) -> CallStatus:
        """Its state."""
        return self._leg.status

    @property
    def to(self) -> str:
        """Who is rung."""
        return self._leg.to

    @property
    def from_(self) -> str:
        """Who rings."""
        return self._leg.from_

    @property
    def direction(self) -> str:
        """`inbound`, `outbound-api` or `outbound-dial`."""
        return self._leg.direction

    @property
    def answered_at(self) -> float | None:
        """When it was answered."""
        return self._leg.answered_at

    @property
    def ended_at(self) -> float | None:
        """When it ended."""
        return self._leg.ended_at

    @property
    def ended_by(self) -> str:
        """`person` who hung up, `api` for an order by REST, or `carrier` for the instructions."""
        return self._leg.ended_by

    @property
    def streams(self) -> Sequence[StreamRecord]:
        """Its media streams so far."""
        return tuple(self._leg.streams)

    @property
    def events(self) -> Sequence[CallerEvent]:
        """What happened at the telephone; times are since the answer."""
        return tuple(self._leg.handset.line.events) if self._leg.handset else ()

    @property
    def said(self) -> Sequence[Spoken]:
        """The lines that the person has begun; samples are since the answer."""
        return self._leg.handset.player.said if self._leg.handset else ()

    @property
    def mouth(self) -> bytes:
        """What the person said, mu-law, from the answer on."""
        return bytes(self._leg.handset.line.caller_track) if self._leg.handset else b""

    @property
    def ear(self) -> bytes:
        """What the person heard, mu-law, from the answer on."""
        handset = self._leg.handset
        if handset is None:
            return b""
        return bytes(handset.line.ear.track[: max(0, handset.now)])

    def save_wav(self, path: str | Path) -> None:
        """Write a stereo WAV: the person on the left, what they heard on the right.

        Raises:
            OSError: the file cannot be written.
        """
        save_stereo(path, self.mouth, self.ear)

    def heard(self) -> list[Span]:
        """Return when the person heard anything at all."""
        return [self._span(*span) for span in audible_spans(self.ear)]

    def spoke(self) -> list[Span]:
        """Return when the person said something that can be heard."""
        return [self._span(*span) for span in audible_spans(self.mouth)]

    def longest_silence(self, begin: float | None = None, end: float | None = None) -> float:
        """Return the longest time in which nothing at all was heard.

        Args:
            begin: From when; by default the answer.
            end: Until when; by default the end of the call, or now.
        """
        first = self._leg.answered_at
        if first is None:
            return 0.0
        begin = first if begin is None else begin
        if end is None:
            end = self._leg.ended_at or self._leg.board.exchange.seconds()
        longest, silent_since = 0.0, begin
        for start, stop in self.heard():
            if start >= end:
                break
            longest = max(longest, start - silent_since)
            silent_since = max(silent_since, stop)
        return max(longest, end - silent_since)

    def _span(self, begin: int, end: int) -> Span:
        zero = self._leg.answered_at or 0.0
        return zero + begin / SAMPLE_RATE, zero + end / SAMPLE_RATE

    async def answered(self, timeout: float = 30.0) -> None:
        """Return once it is answered.

        Raises:
            TimeoutError: it was not, in time.
        """
        await asyncio.wait_for(self._leg.answered.wait(), timeout)

    async def ended(self, timeout: float = 60.0) -> CallStatus:
        """Return once it is over, and how it ended.

        Raises:
            TimeoutError: it goes on.
        """
        await asyncio.wait_for(self._leg.over.wait(), timeout)
        return self._leg.status

    def hang_up(self) -> None:
        """Have the person put the receiver down."""
        self._leg.hang_up("person")

    def press(self, digits: str) -> None:
        """Have the person press keys, at once; a media stream hears of them, too."""
        for digit in digits:
            self._leg.press(digit)

    def cut_stream(self) -> None:
        """Break the connection of the running media stream.

        Raises:
            LookupError: there is none.
        """
        for record in reversed(self._leg.streams):
            if record.both_ways and record.ended_at is None:
                record.cut()
                return
        raise LookupError("the call has no media stream")
