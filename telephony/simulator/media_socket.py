"""MediaSocket: what Twilio says and does on one media socket, without its timing.

The messages are those of Twilio's page on Media Streams (twilio.com/docs/voice/media-streams/
websocket-messages). Who owns the socket's time is somebody else: `SimulatedStream` for a call that
is one stream, the fake carrier for a call that may have several.
"""

from __future__ import annotations

import contextlib
import json
from binascii import a2b_base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from telephony.g711 import SAMPLE_RATE
from telephony.simulator.events import EventKind
from telephony.simulator.line import SimulatedLine

CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}'


@dataclass(frozen=True, slots=True)
class StreamIdentity:
    """The carrier's names."""

    stream_sid: str
    call_sid: str
    account_sid: str


class MediaSocket:
    """The carrier's end of a bidirectional stream's socket.

    Args:
        socket: The open socket, owned by the caller.
        line: The call's clock and tracks; what is received is played at its ear.
        identity: The carrier's names.
    """

    def __init__(
        self, socket: ClientConnection, line: SimulatedLine, identity: StreamIdentity
    ) -> None:
        self._socket = socket
        self._line = line
        self._identity = identity
        self._sequence = 0
        self._warned: set[str] = set()

    async def start(self, parameters: Mapping[str, str], tracks: tuple[str, ...]) -> None:
        """Announce the stream."""
        await self.send(
            "start",
            "start",
            {
                "accountSid": self._identity.account_sid,
                "streamSid": self._identity.stream_sid,
                "callSid": self._identity.call_sid,
                "tracks": list(tracks),
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": dict(parameters),
            },
        )

    async def media(self, encoded: str, *, chunk: int, track: str = "inbound") -> None:
        """Send 20 ms of audio.

        Args:
            encoded: In base64.
            chunk: Which frame of the track it is, from 0.
            track: `inbound` or `outbound`.
        """
        self._sequence += 1
        # Built by hand: fifty of these a second and call are most of what the simulator does.
        await self._socket.send(
            f'{{"event":"media","sequenceNumber":"{self._sequence}","media":{{"track":"{track}",'
            f'"chunk":"{chunk + 1}","timestamp":"{chunk * 20}","payload":"{encoded}"}},'
            f'"streamSid":"{self._identity.stream_sid}"}}'
        )

    async def digit(self, digit: str) -> None:
        """Tell of a key."""
        await self.send("dtmf", "dtmf", {"track": "inbound_track", "digit": digit})

    async def stop(self) -> None:
        """Tell that the stream is over."""
        identity = self._identity
        await self.send(
            "stop", "stop", {"accountSid": identity.account_sid, "callSid": identity.call_sid}
        )

    async def echo(self, names: list[str]) -> None:
        """Return marks whose audio has been played or cleared."""
        for name in names:
            await self.send("mark", "mark", {"name": name})
            self._line.happened(EventKind.MARK_ECHOED, name)

    async def echo_due(self) -> None:
        """Return the marks that are due now."""
        await self.echo(self._line.ear.due(self._line.sample()))

    async def send(self, event: str, key: str, body: Mapping[str, Any]) -> None:
        """Send a numbered message."""
        self._sequence += 1
        message = {
            "event": event,
            "sequenceNumber": str(self._sequence),
            key: body,
            "streamSid": self._identity.stream_sid,
        }
        await self._socket.send(json.dumps(message, separators=(",", ":")))

    async def receive(self, after: Callable[[], None] | None = None) -> None:
        """Carry out the server's commands until it closes the socket.

        Args:
            after: Told after each command; must not block.
        """
        with contextlib.suppress(ConnectionClosed):
            async for message in self._socket:
                await self._take(message)
                if after is not None:
                    after()

    async def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.warn("31950 binary frame")
            return
        try:
            command = json.loads(message)
            if command["streamSid"] != self._identity.stream_sid:
                self.warn("wrong stream sid")
                return
            match command["event"]:
                case "media":
                    payload = a2b_base64(command["media"]["payload"], strict_mode=True)
                    if not self._line.ear.play(payload, self._line.sample()):
                        self.warn("31931 more than ten minutes of audio queued")
                case "mark":
                    await self._take_mark(str(command["mark"]["name"]))
                case "clear":
                    await self._take_clear()
                case _:
                    self.warn("unknown event")
        except (ValueError, KeyError, TypeError):
            self.warn("31950 malformed frame")

    async def _take_mark(self, name: str) -> None:
        if not self._line.ear.mark(name, self._line.sample()):
            self.warn("too many marks")
        await self.echo_due()

    async def _take_clear(self) -> None:
        now = self._line.sample()
        dropped = max(0, len(self._line.ear.track) - now)
        names = self._line.ear.clear(now)
        self._line.happened(EventKind.CLEARED, f"{dropped / SAMPLE_RATE:.3f}")
        await self.echo(names)

    def warn(self, what: str) -> None:
        """Report what the server did wrong; once per stream, as Twilio does."""
        if what not in self._warned:
            self._warned.add(what)
            self._line.happened(EventKind.WARNING, what)
