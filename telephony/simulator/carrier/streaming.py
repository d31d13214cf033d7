"""`<Connect><Stream>`, `<Start><Stream>` and `<Stop>`: audio over the server's media socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

from telephony.calls import CallStatus
from telephony.g711 import SAMPLE_RATE
from telephony.simulator.carrier.alerts import HANDSHAKE, UNREAD
from telephony.simulator.carrier.board import now_utc
from telephony.simulator.carrier.orders import LegOver
from telephony.simulator.carrier.postman import Webhook
from telephony.simulator.carrier.run import Run, Step
from telephony.simulator.carrier.stream_record import StreamRecord
from telephony.simulator.events import EventKind
from telephony.simulator.media_socket import CONNECTED, MediaSocket, StreamIdentity
from telephony.simulator.player import Frame, frame_of

_HANDSHAKE_SECONDS = 10.0
_CLOSE_SECONDS = 5.0
_MAX_MESSAGE = 2**20
_MOST_FRAMES = 250
"""Frames that wait for a server that does not read; later ones are discarded."""


async def connect(run: Run, verb: Element) -> Step:
    """Connect the person with the server until it closes the socket."""
    noun = verb.find("Stream")
    if noun is None:
        run.mistake(0, "the fake carrier connects to a Stream only")
        raise LegOver(CallStatus.FAILED, "Connect without Stream")
    if noun.get("track", "inbound_track") != "inbound_track":
        run.mistake(31_941, "a stream in Connect has inbound_track only")
    stream = Stream(run, noun, both_ways=True)
    run.say_farewell(verb, lambda: {"StreamSid": stream.sid})
    if await stream.open():
        await stream.run()
    return run.action(verb, {"StreamSid": stream.sid})


async def start(run: Run, verb: Element) -> Step:
    """Let the server listen from now on, while the call goes on."""
    for noun in verb:
        if noun.tag != "Stream":
            run.mistake(0, f"Start {noun.tag} cannot be carried out by the fake carrier")
            continue
        stream = Stream(run, noun, both_ways=False)
        run.leg.taps[stream.name] = run.board.own(_tap(run, stream))
    return None


async def _tap(run: Run, stream: Stream) -> None:
    await run.leg.answered.wait()
    if await stream.open():
        over = asyncio.ensure_future(run.leg.over.wait())
        running = asyncio.ensure_future(stream.run())
        try:
            await asyncio.wait((over, running), return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def stop(run: Run, verb: Element) -> Step:
    """Let the server listen no more."""
    for noun in verb:
        tap = run.leg.taps.pop(noun.get("name", ""), None)
        if tap is None:
            run.mistake(0, "Stop names a stream that is not there")
        else:
            tap.cancel()
    return None


class Stream:
    """One media stream.

    Args:
        run: Of the leg whose audio it is.
        noun: `<Stream>`.
        both_ways: Whether the server is heard, gets keys, and may send marks.
    """

    def __init__(self, run: Run, noun: Element, *, both_ways: bool) -> None:
        self.sid = run.board.chance.sid("MZ")
        self.name = noun.get("name", self.sid)
        self._run = run
        self._leg = run.leg
        self._both_ways = both_ways
        track = noun.get("track", "inbound_track")
        self._tracks = ("inbound", "outbound") if track == "both_tracks" else (track[:-6],)
        self._url = run.resolve(noun.get("url", ""))
        if self._url.startswith("http"):
            self._url = f"ws{self._url[4:]}"
        address = noun.get("statusCallback")
        self._callback = (
            Webhook(run.resolve(address), noun.get("statusCallbackMethod", "POST"))
            if address
            else None
        )
        parameters = {
            parameter.get("name", ""): parameter.get("value", "")
            for parameter in noun.iterfind("Parameter")
        }
        started = run.board.exchange.seconds()
        self.record = StreamRecord(
            self.sid, self.name, parameters, both_ways, started, cut=self._cut
        )
        self._queue: asyncio.Queue[tuple[Frame, bytes]] = asyncio.Queue(_MOST_FRAMES)
        self._wake = asyncio.Event()

    async def open(self) -> bool:
        """Open the socket; return whether that worked."""
        postman = self._run.board.postman
        try:
            self._socket: ClientConnection = await open_socket(
                postman.reachable(self._url),
                additional_headers=postman.signature(self._url),
                compression=None,
                open_timeout=_HANDSHAKE_SECONDS,
                ping_interval=None,
                max_size=_MAX_MESSAGE,
                proxy=None,
            )
        except (OSError, InvalidHandshake, InvalidURI, TimeoutError) as error:
            problem = f"{HANDSHAKE} handshake failed: {type(error).__name__}"
            self._run.board.alerts.add(HANDSHAKE, problem, self._leg.sid)
            self._tell("stream-error", {"StreamError": problem})
            return False
        self._leg.streams.append(self.record)
        self.record.started_at = self._run.board.exchange.seconds()
        self._run.board.note(self._leg.sid, "stream starts", self.name)
        self._tell("stream-started", {})
        return True

    def _cut(self) -> None:
        self._socket.transport.abort()

    async def run(self) -> None:
        """Stream until the server closes the socket."""
        line = self._leg.ear.line
        identity = StreamIdentity(self.sid, self._leg.sid, self._run.board.options.account_sid)
        media = MediaSocket(self._socket, line, identity)
        listeners = self._leg.ear.listeners
        tasks: list[asyncio.Task[None]] = []
        try:
            await self._socket.send(CONNECTED)
            await media.start(self.record.parameters, self._tracks)
            line.happened(EventKind.STREAM_STARTED, self.sid)
            listeners.append(self._take)
            tasks = [asyncio.create_task(self._send(media))]
            if self._both_ways:
                tasks.append(asyncio.create_task(self._echo(media)))
            await self._receive(media)
        except ConnectionClosed:
            return
        except asyncio.CancelledError:
            with contextlib.suppress(ConnectionClosed):
                await media.stop()
            raise
        finally:
            if self._take in listeners:
                listeners.remove(self._take)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._both_ways:
                line.ear.clear(line.sample())
            await self._close()

    async def _receive(self, media: MediaSocket) -> None:
        if self._both_ways:
            await media.receive(after=self._wake.set)
        else:
            await self._socket.wait_closed()

    async def _close(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._socket.close()
        record = self.record
        record.ended_at = self._run.board.exchange.seconds()
        record.close_code = self._socket.close_code or 1006
        self._leg.ear.line.happened(EventKind.STREAM_ENDED, str(record.close_code))
        self._run.board.note(self._leg.sid, "stream ends", f"{self.name} {record.close_code}")
        self._tell("stream-stopped", {})

    def _take(self, frame: Frame, heard: bytes) -> None:
        """Take 20 ms from the handset; never blocks."""
        try:
            self._queue.put_nowait((frame, heard))
        except asyncio.QueueFull:
            self._run.board.alerts.add(UNREAD, "the server does not read", self._leg.sid)

    async def _send(self, media: MediaSocket) -> None:
        chunk = 0
        while True:
            frame, heard = await self._queue.get()
            if self._both_ways:
                for digit in frame.digits:
                    await media.digit(digit)
            for track in self._tracks:
                encoded = frame.encoded if track == "inbound" else frame_of(_whole(heard))[1]
                await media.media(encoded, chunk=chunk, track=track)
            chunk += 1

    async def _echo(self, media: MediaSocket) -> None:
        """Return each mark when its audio has been played."""
        line = self._leg.ear.line
        while True:
            self._wake.clear()
            await media.echo_due()
            due = line.ear.next_due
            # Never less than a moment: on virtual time, less may be no time at all.
            wait = None if due is None else max(1e-4, due / SAMPLE_RATE - line.seconds())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._wake.wait()

    def _tell(self, event: str, fields: Mapping[str, str]) -> None:
        form = {
            "AccountSid": self._run.board.options.account_sid,
            "CallSid": self._leg.sid,
            "StreamSid": self.sid,
            "StreamName": self.name,
            "StreamEvent": event,
            "Timestamp": now_utc().isoformat(timespec="milliseconds"),
        }
        self._run.board.tell(self._callback, form | dict(fields))


def _whole(heard: bytes) -> bytes:
    return heard.ljust(160, b"\xff")
