"""SimulatedLine: what lasts as long as a call: its clock, both tracks, and what happened."""

from __future__ import annotations

from collections.abc import Callable

from telephony.g711 import SAMPLE_RATE, ULAW_SILENCE
from telephony.simulator.events import CallerEvent, EventKind
from telephony.simulator.loudness import AudibleMeter
from telephony.simulator.playout import CarrierBuffer

_BOT_PAUSE = round(0.3 * SAMPLE_RATE)
"""Silence from which the bot is reported to have stopped."""


class SimulatedLine:
    """The line between caller and carrier, over all streams of a call.

    Args:
        clock: Seconds, never going back; the event loop's own.
        on_event: Told of everything at once; must not block.
    """

    def __init__(
        self, clock: Callable[[], float], on_event: Callable[[CallerEvent], None] | None
    ) -> None:
        self._clock = clock
        self._on_event = on_event
        self._zero: float | None = None
        self._bot_speaks = False
        self.events: list[CallerEvent] = []
        self.caller_track = bytearray()
        self.ear = CarrierBuffer()
        self.bot = AudibleMeter()

    def open(self, at: float | None = None) -> float:
        """A stream starts; return when, in clock seconds. The first one starts the call clock.

        Args:
            at: Clock seconds at which it starts; None: now.
        """
        now = self._clock() if at is None else at
        if self._zero is None:
            self._zero = now
        return now

    def close(self) -> None:
        """The call is over; what the bot said last is over too."""
        self.listen(len(self.ear.track) + 2 * _BOT_PAUSE)

    def seconds(self) -> float:
        """Return the time on the call clock; 0 before the first stream."""
        return 0.0 if self._zero is None else self._clock() - self._zero

    def sample(self) -> int:
        """Return the sample that the caller hears now."""
        return int(self.seconds() * SAMPLE_RATE)

    def speak(self, start: int, payload: bytes) -> None:
        """Put a piece on the caller's track."""
        gap = start - len(self.caller_track)
        if gap > 0:
            self.caller_track += ULAW_SILENCE * gap
        self.caller_track[start : start + len(payload)] = payload

    def listen(self, upto: int) -> None:
        """Measure what the caller heard before a sample, and report when the bot comes and goes."""
        self.bot.advance(self.ear.track, upto)
        last = self.bot.last_heard
        if last is None:
            return
        if upto - last < _BOT_PAUSE:
            if not self._bot_speaks:
                self._bot_speaks = True
                self.happened(EventKind.BOT_STARTED, at=self.bot.latest_onset / SAMPLE_RATE)
        elif self._bot_speaks:
            self._bot_speaks = False
            self.happened(EventKind.BOT_STOPPED, at=last / SAMPLE_RATE)

    def happened(self, kind: EventKind, detail: str = "", *, at: float | None = None) -> None:
        """Record an event, now unless another time is given."""
        event = CallerEvent(self.seconds() if at is None else at, kind, detail)
        self.events.append(event)
        if self._on_event is not None:
            self._on_event(event)
