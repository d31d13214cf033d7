"""Telnyx media streaming as a codec without I/O.

Source of the messages:
developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket. Names are in snake
case; `stream_id` stands beside `start`, and what we send names no stream. Order is not guaranteed,
so audio is put in the order of its chunks here. `start` holds a `call_control_id` and not the
webhook's `CallSid`, which therefore travels as a parameter.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Sequence

import structlog

from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import (
    Codec,
    Connected,
    DtmfReceived,
    LegCapabilities,
    LegEvent,
    MarkEchoed,
    MediaFormat,
    MediaReceived,
    Pacing,
    Started,
    Stopped,
    TransferKind,
    WireMessage,
)
from telephony.messages import (
    Message,
    key_in,
    name_in,
    number_in,
    object_in,
    parameters_in,
    payload_in,
    read_message,
    text_in,
)
from telephony.telnyx.chunks import ChunkOrder
from telephony.webhooks.instructions import CALL

CAPABILITIES = LegCapabilities(
    marks=True,
    clear=True,
    dtmf_in=True,
    dtmf_out=False,
    ordered=False,
    says_stop=True,
    pacing=Pacing.CARRIER,
    codec=Codec.ULAW,
    rate=8_000,
    transfers=frozenset({TransferKind.DIAL}),
)
"""What `<Connect><Stream bidirectionalMode="rtp" bidirectionalCodec="PCMU">` can do."""

SHORTEST = 160
"""Bytes of the shortest piece that Telnyx plays (20 ms)."""

_SILENCE = b"\xff"
_log = structlog.get_logger(__name__)


class TelnyxStream:
    """One stream, from `connected` to `stop`; see `telephony.media_leg.MediaLeg`."""

    __slots__ = ("_order", "_stopped", "_stream_id")

    def __init__(self) -> None:
        self._stream_id = ""
        self._stopped = False
        self._order = ChunkOrder()

    @property
    def capabilities(self) -> LegCapabilities:
        """What the carrier can do on this stream."""
        return CAPABILITIES

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message from Telnyx; see `telephony.media_leg.MediaLeg`."""
        data = read_message(message)
        if self._stopped:
            return ()
        match data.get("event"):
            case "media":
                return self._media(data)
            case "mark":
                self._check_stream(data)
                return (MarkEchoed(name_in(object_in(data, "mark"), "name")),)
            case "dtmf":
                self._check_stream(data)
                return (DtmfReceived(key_in(object_in(data, "dtmf"), "digit")),)
            case "start":
                return (self._start(data),)
            case "connected":
                return (Connected(protocol="Telnyx", version=text_in(data, "version", "")),)
            case "stop":
                self._check_stream(data)
                self._stopped = True
                return (Stopped(),)
            case "error":
                self._check_stream(data)
                # What we sent was refused; the stream itself goes on.
                code = number_in(object_in(data, "payload"), "code")
                _log.warning("stream error", carrier="telnyx", code=code)
                return ()
            case str():
                return ()
            case _:
                raise ProtocolViolation("no event name")

    def media(self, payload: bytes) -> str:
        """Return the message that plays mu-law; less than 20 ms is filled up with silence.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        self._check_started("media")
        whole = payload.ljust(SHORTEST, _SILENCE) if payload else payload
        encoded = b2a_base64(whole, newline=False).decode("ascii")
        return f'{{"event":"media","media":{{"payload":"{encoded}"}}}}'

    def mark(self, name: str) -> str:
        """Return the message that asks for an echo once all audio sent so far was played.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        self._check_started("mark")
        return json.dumps({"event": "mark", "mark": {"name": name}}, separators=(",", ":"))

    def clear(self) -> str:
        """Return the message that empties Telnyx's queue; its marks are echoed too.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        self._check_started("clear")
        return '{"event":"clear"}'

    def _start(self, data: Message) -> Started:
        if self._stream_id:
            raise ProtocolViolation("second start")
        start = object_in(data, "start")
        parameters = parameters_in(start, "custom_parameters")
        found = object_in(start, "media_format")
        media_format = (
            text_in(found, "encoding", ""),
            number_in(found, "sample_rate"),
            number_in(found, "channels"),
        )
        # The older of the two names was in use until 2024.
        if media_format not in (("PCMU", 8_000, 1), (Codec.ULAW, 8_000, 1)):
            raise ProtocolViolation("media format is not mu-law, 8000 Hz, mono")
        started = Started(
            stream_sid=name_in(data, "stream_id"),
            call_sid=parameters.get(CALL) or name_in(start, "call_control_id"),
            account_sid=text_in(start, "user_id", ""),
            custom_parameters=parameters,
            media_format=MediaFormat(Codec.ULAW, 8_000, 1),
        )
        self._stream_id = started.stream_sid
        return started

    def _media(self, data: Message) -> Sequence[LegEvent]:
        self._check_stream(data)
        media = object_in(data, "media")
        if media.get("track", "inbound") not in ("inbound", "inbound_track"):
            return ()
        piece = MediaReceived(
            payload=payload_in(media),
            timestamp_ms=number_in(media, "timestamp"),
            chunk=number_in(media, "chunk"),
            sequence=number_in(data, "sequence_number"),
        )
        return self._order.put(piece)

    def _check_stream(self, data: Message) -> None:
        if not self._stream_id:
            raise ProtocolViolation(f"{data['event']} before start")
        if data.get("stream_id") != self._stream_id:
            raise ProtocolViolation("wrong stream id")

    def _check_started(self, command: str) -> None:
        if not self._stream_id:
            raise StreamNotStarted(f"{command} before start")
