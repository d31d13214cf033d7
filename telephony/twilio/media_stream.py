"""Twilio Media Streams as a codec without I/O.

Source of the messages: twilio.com/docs/voice/media-streams/websocket-messages. Of what Twilio
sends, `sequenceNumber`, `chunk` and `timestamp` are strings, `sampleRate` and `channels` numbers;
`connected` has no `streamSid`. Audio is always mu-law at 8,000 Hz and may come in any length.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from typing import Any

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
    MAX_MESSAGE,
    MAX_PAYLOAD,
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

__all__ = [
    "CAPABILITIES",
    "MAX_MESSAGE",
    "MAX_PAYLOAD",
    "Connected",
    "DtmfReceived",
    "LegEvent",
    "MarkEchoed",
    "MediaFormat",
    "MediaReceived",
    "MediaStream",
    "Started",
    "Stopped",
]

CAPABILITIES = LegCapabilities(
    marks=True,
    clear=True,
    dtmf_in=True,
    dtmf_out=False,
    ordered=True,
    says_stop=True,
    pacing=Pacing.CARRIER,
    codec=Codec.ULAW,
    rate=8_000,
    transfers=frozenset({TransferKind.DIAL, TransferKind.CONFERENCE}),
)
"""What a bidirectional `<Connect><Stream>` can do."""


class MediaStream:
    """One stream, from `connected` to `stop`; see `telephony.media_leg.MediaLeg`."""

    __slots__ = ("_media_prefix", "_stopped", "_stream_sid")

    def __init__(self) -> None:
        self._stream_sid = ""
        self._stopped = False
        self._media_prefix = ""

    @property
    def capabilities(self) -> LegCapabilities:
        """What the carrier can do on this stream."""
        return CAPABILITIES

    @property
    def stream_sid(self) -> str:
        """Twilio's name of the stream (`MZ…`); empty before `start`."""
        return self._stream_sid

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message from Twilio; see `telephony.media_leg.MediaLeg`."""
        event = self.receive_message(read_message(message))
        return () if event is None else (event,)

    def receive_text(self, text: str) -> LegEvent | None:
        """Take one message from Twilio; None for events that are unknown or come after `stop`.

        Raises:
            ProtocolViolation: the message breaks the protocol.
        """
        return self.receive_message(read_message(text))

    def receive_message(self, message: Message) -> LegEvent | None:
        """Take one message that was read already.

        Raises:
            ProtocolViolation: the message breaks the protocol.
        """
        if self._stopped:
            return None
        match message.get("event"):
            case "media":
                return self._media(message)
            case "mark":
                return self._mark(message)
            case "dtmf":
                return self._dtmf(message)
            case "start":
                return self._start(message)
            case "connected":
                return Connected(
                    protocol=text_in(message, "protocol", ""),
                    version=text_in(message, "version", ""),
                )
            case "stop":
                self._check_stream(message)
                self._stopped = True
                return Stopped()
            case str():
                return None
            case _:
                raise ProtocolViolation("no event name")

    def media(self, payload: bytes) -> str:
        """Return the message that plays mu-law of any length.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        if not self._media_prefix:
            raise StreamNotStarted("media before start")
        return f'{self._media_prefix}{b2a_base64(payload, newline=False).decode("ascii")}"}}}}'

    def mark(self, name: str) -> str:
        """Return the message that asks for an echo once all audio sent so far was played.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        return self._command("mark", {"mark": {"name": name}})

    def clear(self) -> str:
        """Return the message that empties Twilio's buffer; outstanding marks are echoed too.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        return self._command("clear", {})

    def _command(self, event: str, body: Mapping[str, Any]) -> str:
        if not self._stream_sid:
            raise StreamNotStarted(f"{event} before start")
        message = {"event": event, "streamSid": self._stream_sid, **body}
        return json.dumps(message, separators=(",", ":"))

    def _start(self, message: Message) -> Started:
        if self._stream_sid:
            raise ProtocolViolation("second start")
        start = object_in(message, "start")
        stream_sid = name_in(start, "streamSid")
        if message.get("streamSid", stream_sid) != stream_sid:
            raise ProtocolViolation("two stream sids in start")
        started = Started(
            stream_sid=stream_sid,
            call_sid=name_in(start, "callSid"),
            account_sid=text_in(start, "accountSid", ""),
            custom_parameters=parameters_in(start, "customParameters"),
            media_format=_media_format(start),
        )
        self._stream_sid = stream_sid
        opening = {"event": "media", "streamSid": stream_sid, "media": {"payload": ""}}
        self._media_prefix = json.dumps(opening, separators=(",", ":")).removesuffix('"}}')
        return started

    def _media(self, message: Message) -> MediaReceived | None:
        self._check_stream(message)
        media = object_in(message, "media")
        if media.get("track", "inbound") not in ("inbound", "inbound_track"):
            return None
        return MediaReceived(
            payload=payload_in(media),
            timestamp_ms=number_in(media, "timestamp"),
            chunk=number_in(media, "chunk"),
            sequence=number_in(message, "sequenceNumber"),
        )

    def _mark(self, message: Message) -> MarkEchoed:
        self._check_stream(message)
        return MarkEchoed(name=name_in(object_in(message, "mark"), "name"))

    def _dtmf(self, message: Message) -> DtmfReceived:
        self._check_stream(message)
        return DtmfReceived(digit=key_in(object_in(message, "dtmf"), "digit"))

    def _check_stream(self, message: Message) -> None:
        if not self._stream_sid:
            raise ProtocolViolation(f"{message['event']} before start")
        if message.get("streamSid") != self._stream_sid:
            raise ProtocolViolation("wrong stream sid")


def _media_format(start: Message) -> MediaFormat:
    found = object_in(start, "mediaFormat")
    media_format = MediaFormat(
        encoding=text_in(found, "encoding", ""),
        rate=number_in(found, "sampleRate"),
        channels=number_in(found, "channels"),
    )
    if media_format != MediaFormat(Codec.ULAW, CAPABILITIES.rate, 1):
        raise ProtocolViolation("media format is not mu-law, 8000 Hz, mono")
    return media_format
