"""Handset: a telephone with a person at it; and Exchange: the clock that all of them share.

Every 20 ms the exchange takes one frame from each mouth, mixes what is said in its rooms and puts
it to the ears. Positions are samples on the handset's own clock, which starts with the answer and
with a tick of the exchange.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from telephony.g711 import SAMPLE_RATE
from telephony.simulator.events import CallerEvent, EventKind
from telephony.simulator.line import SimulatedLine
from telephony.simulator.player import FRAME, SILENCE, Frame, LinePlayer

FRAME_SECONDS = FRAME / SAMPLE_RATE

Listener = Callable[[Frame, bytes], None]
"""Told of each frame that was said, and of what was heard meanwhile; must not block."""


class Handset:
    """A telephone during one call.

    Args:
        clock: Seconds; the event loop's own.
        player: What the person says, which keys are pressed, and when they hang up.
        zero: Clock seconds at which the call was answered, on a tick.
        on_digit: Told of each key.
        on_hang_up: Told once, when the person hangs up.
        on_event: Told of everything; must not block.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        player: LinePlayer,
        *,
        zero: float,
        on_digit: Callable[[str], None],
        on_hang_up: Callable[[], None],
        on_event: Callable[[CallerEvent], None] | None = None,
    ) -> None:
        self.line = SimulatedLine(clock, on_event)
        self.line.open(zero)
        self.player = player
        self.frame = SILENCE
        """What was said in the last 20 ms."""
        self.listeners: list[Listener] = []
        self.zero = zero
        self._on_digit = on_digit
        self._on_hang_up = on_hang_up
        self._hung_up = False
        self._now = 0
        player.begin(0)

    @property
    def now(self) -> int:
        """The sample at which the ear is, to the tick."""
        return self._now

    def hear(self, payload: bytes) -> None:
        """Put 20 ms to the ear, from this tick on."""
        self.line.ear.play(payload, self._now)

    def tick(self) -> None:
        """Let 20 ms pass."""
        start = self._now
        line = self.line
        line.listen(start)
        if not self._hung_up and self.player.wants_to_hang_up(start, line.bot):
            self._hung_up = True
            self._on_hang_up()
        frame = SILENCE if self._hung_up else self.player.next_frame(start, line.bot)
        line.speak(start, frame.payload)
        self.frame = frame
        self._now = start + FRAME
        if frame.started is not None:
            line.happened(EventKind.LINE_STARTED, frame.started.line.label)
        for digit in frame.digits:
            line.happened(EventKind.KEY_PRESSED)
            self._on_digit(digit)
        if frame.ended is not None:
            line.happened(EventKind.LINE_ENDED, frame.ended.line.label)
        if self.listeners:
            heard = bytes(line.ear.track[start : self._now])
            for listener in tuple(self.listeners):
                listener(frame, heard)


class Mixer(Protocol):
    """Something that carries voices between handsets, once every tick."""

    def mix(self, tick: int) -> None:
        """Put what was said in this tick to the ears."""
        ...


class Exchange:
    """Drives handsets and rooms at 50 ticks a second, on absolute deadlines."""

    def __init__(self) -> None:
        self._handsets: dict[Handset, None] = {}
        self._rooms: dict[Mixer, None] = {}
        self._busy = asyncio.Event()
        self.pulse = asyncio.Event()
        """Wakes whoever waits for it, at every tick and whenever something is noted."""
        self._anchor = asyncio.get_running_loop().time()
        self._tick = 0

    @property
    def tick(self) -> int:
        """Ticks since the exchange exists."""
        return self._tick

    def clock(self) -> float:
        """Return the event loop's seconds."""
        return asyncio.get_running_loop().time()

    def seconds(self) -> float:
        """Return seconds since the exchange exists."""
        return self.clock() - self._anchor

    def last_tick(self) -> float:
        """Return the clock seconds of the tick that was last, from which a handset may start."""
        passed = int(self.seconds() / FRAME_SECONDS)
        return self._anchor + max(passed, self._tick) * FRAME_SECONDS

    def since_start(self, clock_seconds: float) -> float:
        """Return clock seconds as seconds since the exchange exists."""
        return clock_seconds - self._anchor

    def beat(self) -> None:
        """Wake whoever waits for something to happen."""
        self.pulse.set()
        self.pulse.clear()

    def connect(self, handset: Handset) -> None:
        """Let a handset take part from the next tick on."""
        self._handsets[handset] = None
        self._busy.set()

    def disconnect(self, handset: Handset) -> None:
        """Let a handset take part no more."""
        self._handsets.pop(handset, None)

    def open_room(self, room: Mixer) -> None:
        """Mix a room from now on."""
        self._rooms[room] = None

    def close_room(self, room: Mixer) -> None:
        """Mix a room no more."""
        self._rooms.pop(room, None)

    async def run(self) -> None:
        """Tick for ever."""
        while True:
            if not self._handsets:
                self._busy.clear()
                await self._busy.wait()
                self._tick = int(self.seconds() / FRAME_SECONDS)
            due = self._anchor + (self._tick + 1) * FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - self.clock()))
            self._tick += 1
            for handset in tuple(self._handsets):
                if self._anchor + (self._tick - 0.5) * FRAME_SECONDS > handset.zero:
                    handset.tick()
            for room in tuple(self._rooms):
                room.mix(self._tick)
            self.beat()
