"""Plivo audio streaming as a codec without I/O.

Source of the messages:
plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference. `start` has the
stream's name within; `playAudio` names none; a mark is a `checkpoint`, and comes back as
`playedStream` (`played` in an older article) unless `clearAudio` dropped what was before it. There
is no `stop`: the socket closes. Custom parameters travel in one string, `extra_headers`.
"""

from __future__ import annotations

import json
from binascii import b2a_base64
from collections.abc import Sequence
from urllib.parse import unquote

from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import (
    Codec,
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
    is_unicode,
    key_in,
    name_in,
    number_in,
    object_in,
    payload_in,
    read_message,
    text_in,
)

CAPABILITIES = LegCapabilities(
    marks=True,
    clear=True,
    dtmf_in=True,
    dtmf_out=True,
    ordered=True,
    says_stop=False,
    pacing=Pacing.CARRIER,
    codec=Codec.ULAW,
    rate=8_000,
    transfers=frozenset({TransferKind.DIAL}),
)
"""What `<Stream bidirectional="true" contentType="audio/x-mulaw;rate=8000">` can do."""

LONGEST_HEADERS = 512
"""Bytes of all custom parameters together, as Plivo documents."""

_PREFIX = "x-ph-"
"""Plivo puts it before the names of custom headers of SIP."""


class PlivoStream:
    """One stream, from `start` until the socket closes; see `telephony.media_leg.MediaLeg`."""

    __slots__ = ("_stopped", "_stream_id")

    def __init__(self) -> None:
        self._stream_id = ""
        self._stopped = False

    @property
    def capabilities(self) -> LegCapabilities:
        """What the carrier can do on this stream."""
        return CAPABILITIES

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message from Plivo; see `telephony.media_leg.MediaLeg`."""
        data = read_message(message)
        if self._stopped:
            return ()
        match data.get("event"):
            case "media":
                return self._media(data)
            case "playedStream" | "played":
                self._check_stream(data)
                return (MarkEchoed(name_in(data, "name")),)
            case "dtmf":
                self._check_stream(data)
                return (DtmfReceived(key_in(object_in(data, "dtmf"), "digit")),)
            case "start":
                return (self._start(data),)
            case "stop":
                # Not documented, but sent by platforms that speak the same protocol.
                self._check_stream(data)
                self._stopped = True
                return (Stopped(),)
            case str():
                return ()
            case _:
                raise ProtocolViolation("no event name")

    def media(self, payload: bytes) -> str:
        """Return the message that plays mu-law of any length.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        self._check_started("media")
        encoded = b2a_base64(payload, newline=False).decode("ascii")
        return (
            '{"event":"playAudio","media":{"contentType":"audio/x-mulaw","sampleRate":8000,'
            f'"payload":"{encoded}"}}}}'
        )

    def mark(self, name: str) -> str:
        """Return the message that asks for an echo once all audio sent so far was played.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        self._check_started("checkpoint")
        command = {"event": "checkpoint", "streamId": self._stream_id, "name": name}
        return json.dumps(command, separators=(",", ":"))

    def clear(self) -> str:
        """Return the message that empties Plivo's queue; its marks are not echoed.

        Raises:
            StreamNotStarted: `start` was not received yet.
        """
        self._check_started("clearAudio")
        command = {"event": "clearAudio", "streamId": self._stream_id}
        return json.dumps(command, separators=(",", ":"))

    def _start(self, data: Message) -> Started:
        if self._stream_id:
            raise ProtocolViolation("second start")
        start = object_in(data, "start")
        found = object_in(start, "mediaFormat")
        if (text_in(found, "encoding", ""), number_in(found, "sampleRate")) != (Codec.ULAW, 8_000):
            raise ProtocolViolation("media format is not mu-law, 8000 Hz, mono")
        started = Started(
            stream_sid=name_in(start, "streamId"),
            call_sid=name_in(start, "callId"),
            account_sid=text_in(start, "accountId", ""),
            custom_parameters=_parameters(data.get("extra_headers", "")),
            media_format=MediaFormat(Codec.ULAW, 8_000, 1),
        )
        self._stream_id = started.stream_sid
        return started

    def _media(self, data: Message) -> Sequence[LegEvent]:
        self._check_stream(data)
        media = object_in(data, "media")
        if media.get("track", "inbound") != "inbound":
            return ()
        piece = MediaReceived(
            payload=payload_in(media),
            timestamp_ms=number_in(media, "timestamp"),
            chunk=number_in(media, "chunk"),
            sequence=number_in(data, "sequenceNumber"),
        )
        return (piece,)

    def _check_stream(self, data: Message) -> None:
        if not self._stream_id:
            raise ProtocolViolation(f"{data['event']} before start")
        if data.get("streamId") != self._stream_id:
            raise ProtocolViolation("wrong stream id")

    def _check_started(self, command: str) -> None:
        if not self._stream_id:
            raise StreamNotStarted(f"{command} before start")


def _parameters(headers: object) -> dict[str, str]:
    """Read `name=value;name=value`, as written or as it comes from SIP headers."""
    if (
        not isinstance(headers, str)
        or len(headers) > 2 * LONGEST_HEADERS
        or not is_unicode(headers)
    ):
        raise ProtocolViolation("extra_headers is not a short string")
    parameters = {}
    for pair in headers.strip("{} ").replace(",", ";").split(";"):
        name, equals, value = pair.replace(":", "=", 1).partition("=")
        if equals:
            name = name.strip("\"' ").lower().removeprefix(_PREFIX)
            parameters[name] = unquote(value.strip("\"' "))
    return parameters
