"""PhoneLine: one call's media stream on pipecat's websocket transport.

Three processors a call: pipecat's input and output, and the `CallBridge` between them. pipecat
carries frames in and messages out; turn-taking, playout and marks are ours, since its Twilio
serializer knows neither `mark` nor `stop` (see docs/decisions.md). Caller audio is handed on in
batches of two carrier frames: at 50 frames a second, frame plumbing is most of an idle call's cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import structlog
from fastapi import WebSocket
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    OutputTransportMessageUrgentFrame,
    SystemFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)
from pipecat.workers.runner import WorkerRunner
from starlette.types import Message

from telephony.errors import ProtocolViolation
from telephony.g711 import ulaw_to_pcm16
from telephony.media_leg import (
    DtmfReceived,
    LegEvent,
    MediaLeg,
    MediaReceived,
    Stopped,
    WireMessage,
)
from telephony.media_leg import MarkEchoed as LegMarkEchoed
from voicebot.call.inbox import SessionEvent
from voicebot.call.speech import MarkEchoed, SegmentSent
from voicebot.journal import DigitPressed, StreamEnded
from voicebot.media.canceller import EchoCanceller
from voicebot.media.echo import EchoGuard
from voicebot.media.listener import Listener
from voicebot.media.speaker import PacedSpeaker
from voicebot.ports import SAMPLE_RATE, SpeechDetector

BATCH = 320
"""Bytes of mu-law handed on at once: two frames of 20 ms."""

GOOD_ORDER = (1000, 1001, 1005)
"""Codes of a socket that the other end closed on purpose."""

VIOLATIONS = 100
"""Messages that break the protocol before the stream is given up; a few are ignored."""

_log = structlog.get_logger(__name__)


@dataclass
class LegEventFrame(SystemFrame):
    """Something other than audio came from the carrier."""

    events: tuple[LegEvent, ...] = ()


class StreamSerializer(FrameSerializer):
    """A carrier's media stream as pipecat frames; the codec itself is the leg."""

    def __init__(self, leg: MediaLeg) -> None:
        super().__init__()
        self._leg = leg
        self._batch = bytearray()
        self._violations = 0

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Return a message that was written by the codec as it is; nothing else is sent."""
        if isinstance(frame, OutputTransportMessageUrgentFrame):
            message: WireMessage = frame.message["wire"]
            return message
        return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """Return caller audio in batches (PCM16, 8 kHz), and other events as they come."""
        try:
            received = self._leg.receive(data)
        except ProtocolViolation as violation:
            return self._violated(violation)
        events: list[LegEvent] = []
        for event in received:
            if isinstance(event, MediaReceived):
                self._batch += event.payload
            else:
                events.append(event)
        if events:
            # Audio that came with them goes out with the next batch.
            return LegEventFrame(events=tuple(events))
        if len(self._batch) < BATCH:
            return None
        pcm = ulaw_to_pcm16(bytes(self._batch))
        self._batch.clear()
        return InputAudioRawFrame(audio=pcm, sample_rate=SAMPLE_RATE, num_channels=1)

    def _violated(self, violation: ProtocolViolation) -> Frame | None:
        self._violations += 1
        if self._violations == 1:
            _log.warning("media stream broke the protocol", reason=violation.reason)
        if self._violations < VIOLATIONS:
            return None
        return LegEventFrame(events=(Stopped(),))


class CallBridge(FrameProcessor):
    """Where frames become events of the call."""

    def __init__(
        self, on_audio: Callable[[bytes], None], on_event: Callable[[LegEvent], None]
    ) -> None:
        super().__init__()
        self._on_audio = on_audio
        self._on_event = on_event

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Take caller audio and leg events out of the pipeline; let the rest pass."""
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self._on_audio(frame.audio)
        elif isinstance(frame, LegEventFrame):
            for event in frame.events:
                self._on_event(event)
        else:
            await self.push_frame(frame, direction)


class _Socket:
    """A websocket that remembers how the other end closed it, which the transport does not tell."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self.closed = 0

    async def receive(self) -> Message:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            self.closed = message.get("code") or 1005
        return message

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)


class PhoneLine:
    """A stream that has sent `start`: the speaker and the ears of a session."""

    def __init__(
        self,
        websocket: WebSocket,
        leg: MediaLeg,
        detector: SpeechDetector,
        *,
        lead: float,
        hold: bytes = b"",
        post: Callable[[SessionEvent], None],
        clock: Callable[[], float],
    ) -> None:
        """Make the line; audio flows once `run` is called.

        Args:
            websocket: Accepted, and read up to `start`.
            leg: The codec that read it so far.
            detector: This call's own.
            lead: Seconds of speech kept ahead of the caller's ear.
            hold: Mu-law that is played in a loop to a caller who waits; empty for silence.
            post: Takes what happens on the line.
            clock: The call clock.
        """
        self._post = post
        self._stopped = False
        self._leg = leg
        self._socket = _Socket(websocket)
        self._transport = FastAPIWebsocketTransport(
            cast(WebSocket, self._socket),
            FastAPIWebsocketParams(
                serializer=StreamSerializer(leg),
                audio_in_enabled=True,
                audio_in_sample_rate=SAMPLE_RATE,
                audio_out_enabled=False,
                # Never from PIPECAT_ALLOWED_ORIGINS: carriers send no Origin.
                allowed_origins=[],
                ws_close_timeout=1.0,
            ),
        )
        loop = asyncio.get_running_loop()
        echo = EchoGuard()
        self._clock = clock
        self._canceller = EchoCanceller(echo)
        self.ears = Listener(detector, clock=clock, post=post, echo=echo)
        self.speaker = PacedSpeaker(
            leg,
            send=self._send,
            on_sent=lambda segment: post(SegmentSent(segment)),
            on_played=lambda segment: post(MarkEchoed(segment)),
            on_audio=lambda ulaw, due: echo.played(ulaw, clock() + due - loop.time()),
            lead=lead,
            hold=hold,
        )
        self._worker = PipelineWorker(
            Pipeline(
                [
                    self._transport.input(),
                    CallBridge(self._listen, self._heard),
                    self._transport.output(),
                ]
            ),
            params=PipelineParams(
                audio_in_sample_rate=SAMPLE_RATE, audio_out_sample_rate=SAMPLE_RATE
            ),
            enable_turn_tracking=False,
            enable_rtvi=False,
            idle_timeout_secs=None,
            check_dangling_tasks=False,
        )
        self._transport.add_event_handler("on_client_disconnected", self._disconnected)

    async def run(self) -> None:
        """Carry the call until the stream ends or `close` is called."""
        sending = asyncio.create_task(self._speak())
        runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
        try:
            await runner.add_workers(self._worker)
            await runner.run()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self._end("closed")

    async def close(self) -> None:
        """End the stream; the carrier goes on with the call as its webhook is told."""
        self._stopped = True
        await self._worker.cancel()

    async def lose(self) -> None:
        """Take the stream for lost, as the carrier says; nothing happens if it is over already."""
        self._end("dropped")
        await self._worker.cancel()

    async def _speak(self) -> None:
        try:
            await self.speaker.run()
        except TimeoutError:
            self._end("error:slow_reader")

    async def _send(self, message: WireMessage) -> None:
        frame = OutputTransportMessageUrgentFrame(message={"wire": message})
        await self._transport.output().send_message(frame)

    def _listen(self, pcm: bytes) -> None:
        self.ears.feed(self._canceller.clean(pcm, self._clock()))

    def _heard(self, event: LegEvent) -> None:
        match event:
            case LegMarkEchoed(name=name):
                self._post(MarkEchoed(name))
            case DtmfReceived(digit=digit):
                self._post(DigitPressed(digit))
            case Stopped():
                self._end("stop")

    async def _disconnected(self, transport: object, websocket: object) -> None:
        wanted = self._socket.closed in GOOD_ORDER and not self._leg.capabilities.says_stop
        self._end("stop" if wanted else "dropped")
        await self._worker.cancel()

    def _end(self, reason: str) -> None:
        if not self._stopped:
            self._stopped = True
            self._post(StreamEnded(reason))
