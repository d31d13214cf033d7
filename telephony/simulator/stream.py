"""SimulatedStream: the carrier's side of one media socket, in real time.

Two tasks a stream: this one sends a frame every 20 ms on absolute deadlines, the other receives.
A frame is sent when its last sample has been spoken, so the caller is heard by the server 20 ms
late, as on a real line.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from enum import StrEnum

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from telephony.g711 import SAMPLE_RATE
from telephony.simulator.events import EventKind
from telephony.simulator.line import SimulatedLine
from telephony.simulator.media_socket import CONNECTED, MediaSocket, StreamIdentity
from telephony.simulator.player import FRAME, LinePlayer, frame_of
from telephony.simulator.script import Faults

LineEffect = Callable[[bytes, int, bytearray], bytes]
"""Takes one frame of the caller (mu-law, 20 ms), the sample on the call clock at which it begins,
and the track at the caller's ear; returns the frame that the carrier sends, of the same length, as
with noise or an echo of what was heard. What lies on the ear's track after that sample may still
be cleared."""

FRAME_SECONDS = FRAME / SAMPLE_RATE
_CLOSE_SECONDS = 5.0


class StreamExit(StrEnum):
    """Why a stream ended."""

    SERVER = "server"
    CALLER = "caller"
    FAULT = "fault"
    TIME_LIMIT = "time_limit"


class SimulatedStream:
    """One media stream, once the socket is open.

    Args:
        socket: The open socket; closed when `run` returns.
        line: The call's clock and tracks.
        player: What the caller says.
        identity: The carrier's names.
        parameters: As in the TwiML.
        faults: What goes wrong.
        first: Whether it is the call's first stream; faults hit only that one.
        until: Call clock seconds at which the simulation ends the call.
        effect: What the line does to the caller's sound; must not block.
    """

    def __init__(
        self,
        socket: ClientConnection,
        *,
        line: SimulatedLine,
        player: LinePlayer,
        identity: StreamIdentity,
        parameters: Mapping[str, str],
        faults: Faults,
        first: bool,
        until: float,
        effect: LineEffect | None = None,
    ) -> None:
        self._socket = socket
        self._line = line
        self._player = player
        self._identity = identity
        self._parameters = dict(parameters)
        self._faults = faults if first else Faults()
        self._until = until
        self._effect = effect
        self._media = MediaSocket(socket, line, identity)

    async def run(self) -> StreamExit:
        """Stream until either side ends it."""
        receiver = asyncio.create_task(self._media.receive())
        try:
            return await self._stream(receiver)
        except ConnectionClosed:
            return StreamExit.SERVER
        finally:
            self._line.ear.clear(self._line.sample())
            receiver.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await receiver
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._socket.close()

    async def _stream(self, receiver: asyncio.Task[None]) -> StreamExit:
        loop = asyncio.get_running_loop()
        line = self._line
        await self._socket.send(CONNECTED)
        anchor = line.open()
        offset = line.sample()
        self._player.begin(offset)
        if not self._faults.no_start:
            await self._media.start(self._start_parameters(), ("inbound",))
        line.happened(EventKind.STREAM_STARTED, self._identity.stream_sid)
        frame = 0
        while True:
            await self._sleep_until(anchor + (frame + 1) * FRAME_SECONDS, loop)
            if receiver.done():
                return StreamExit.SERVER
            start = offset + frame * FRAME
            line.listen(start)
            if (exit_ := await self._interruption(start)) is not None:
                return exit_
            if not self._faults.no_start:
                await self._send_frame(frame, start)
            frame += 1

    async def _sleep_until(self, deadline: float, loop: asyncio.AbstractEventLoop) -> None:
        """Sleep until the next frame, waking up for marks in between."""
        ear = self._line.ear
        while True:
            due = ear.next_due
            wake = deadline
            if due is not None:
                wake = min(wake, loop.time() + due / SAMPLE_RATE - self._line.seconds())
            await asyncio.sleep(max(0.0, wake - loop.time()))
            await self._media.echo_due()
            if loop.time() >= deadline:
                return

    async def _interruption(self, start: int) -> StreamExit | None:
        """Return how the stream is to end now, if it is."""
        now = start / SAMPLE_RATE
        faults = self._faults
        if faults.garbage_at is not None and now >= faults.garbage_at:
            self._faults = faults = dataclasses.replace(faults, garbage_at=None)
            for rubbish in faults.garbage:
                await self._socket.send(rubbish)
        if faults.drop_socket_at is not None and now >= faults.drop_socket_at:
            self._socket.transport.abort()
            return StreamExit.FAULT
        if now >= self._until:
            await self._media.stop()
            return StreamExit.TIME_LIMIT
        hangs_up = (
            (faults.hang_up_at is not None and now >= faults.hang_up_at)
            or self._is_mid_word(start)
            or self._player.wants_to_hang_up(start, self._line.bot)
        )
        if not hangs_up:
            return None
        await self._media.stop()
        return StreamExit.CALLER

    def _is_mid_word(self, start: int) -> bool:
        index = self._faults.hang_up_in_line
        said = self._player.said
        if index is None or index >= len(said):
            return False
        return start >= (said[index].audible_from + said[index].audible_to) // 2

    async def _send_frame(self, frame: int, start: int) -> None:
        line = self._line
        sent = self._player.next_frame(start, line.bot)
        if sent.started is not None:
            line.happened(EventKind.LINE_STARTED, sent.started.line.label)
        for digit in sent.digits:
            await self._media.digit(digit)
            line.happened(EventKind.KEY_PRESSED)
        payload, encoded = sent.payload, sent.encoded
        if self._effect is not None:
            payload, encoded = frame_of(self._effect(payload, start, line.ear.track))
        await self._media.media(encoded, chunk=frame)
        line.speak(start, payload)
        if sent.ended is not None:
            line.happened(EventKind.LINE_ENDED, sent.ended.line.label)

    def _start_parameters(self) -> dict[str, str]:
        return {
            name: value
            for name, value in (self._parameters | dict(self._faults.parameters)).items()
            if name not in self._faults.drop_parameters
        }
