"""Twilio Media Streams as a codec without I/O.

Source of the messages: twilio.com/docs/voice/media-streams/websocket-messages. Of what Twilio
sends, `sequenceNumber`, `chunk` and `timestamp` are strings, `sampleRate` and `channels` numbers;
`connected` has no `streamSid`. Audio is always mu-law at 8,000 Hz and may come in any length.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
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
    marks=True, clear=True, dtmf=True, pacing=Pacing.CARRIER, codec=Codec.ULAW, rate=8_000
)
"""What a bidirectional `<Connect><Stream>` can do."""

MAX_MESSAGE = 65_536
"""Characters of the longest message that is read; Twilio documents no limit of its own."""

MAX_PAYLOAD = 16_384
"""Bytes of the longest piece of audio accepted (2 s); Twilio sends 160 (20 ms) by convention."""

_DIGITS = frozenset("0123456789*#ABCD")
_LONGEST_NAME = 256
_LONGEST_NUMBER = 18
_MOST_PARAMETERS = 100


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

    def receive_text(self, text: str) -> LegEvent | None:
        """Take one message from Twilio; None for events that are unknown or come after `stop`.

        Raises:
            ProtocolViolation: the message breaks the protocol.
        """
        if len(text) > MAX_MESSAGE:
            raise ProtocolViolation("message too long")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            raise ProtocolViolation("not JSON") from None
        if not isinstance(message, dict):
            raise ProtocolViolation("not a JSON object")
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
                    protocol=_text(message, "protocol", ""), version=_text(message, "version", "")
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

    def _start(self, message: dict[str, Any]) -> Started:
        if self._stream_sid:
            raise ProtocolViolation("second start")
        start = _object(message, "start")
        stream_sid = _name(start, "streamSid")
        if message.get("streamSid", stream_sid) != stream_sid:
            raise ProtocolViolation("two stream sids in start")
        started = Started(
            stream_sid=stream_sid,
            call_sid=_name(start, "callSid"),
            account_sid=_text(start, "accountSid", ""),
            custom_parameters=_parameters(start),
            media_format=_media_format(start),
        )
        self._stream_sid = stream_sid
        opening = {"event": "media", "streamSid": stream_sid, "media": {"payload": ""}}
        self._media_prefix = json.dumps(opening, separators=(",", ":")).removesuffix('"}}')
        return started

    def _media(self, message: dict[str, Any]) -> MediaReceived | None:
        self._check_stream(message)
        media = _object(message, "media")
        if media.get("track", "inbound") not in ("inbound", "inbound_track"):
            return None
        encoded = media.get("payload")
        if not isinstance(encoded, str):
            raise ProtocolViolation("payload is not a string")
        try:
            payload = a2b_base64(encoded, strict_mode=True) if encoded else b""
        except ValueError:
            raise ProtocolViolation("payload is not base64") from None
        if len(payload) > MAX_PAYLOAD:
            raise ProtocolViolation("payload too long")
        return MediaReceived(
            payload=payload,
            timestamp_ms=_number(media, "timestamp"),
            chunk=_number(media, "chunk"),
            sequence=_number(message, "sequenceNumber"),
        )

    def _mark(self, message: dict[str, Any]) -> MarkEchoed:
        self._check_stream(message)
        return MarkEchoed(name=_name(_object(message, "mark"), "name"))

    def _dtmf(self, message: dict[str, Any]) -> DtmfReceived:
        self._check_stream(message)
        digit = _object(message, "dtmf").get("digit")
        if not isinstance(digit, str) or digit not in _DIGITS:
            raise ProtocolViolation("not a key of the telephone")
        return DtmfReceived(digit=digit)

    def _check_stream(self, message: dict[str, Any]) -> None:
        if not self._stream_sid:
            raise ProtocolViolation(f"{message['event']} before start")
        if message.get("streamSid") != self._stream_sid:
            raise ProtocolViolation("wrong stream sid")


def _object(message: dict[str, Any], key: str) -> dict[str, Any]:
    value = message.get(key)
    if not isinstance(value, dict):
        raise ProtocolViolation(f"{key} is not an object")
    return value


def _text(message: dict[str, Any], key: str, default: str) -> str:
    value = message.get(key, default)
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or not _is_unicode(value):
        raise ProtocolViolation(f"{key} is not a short string")
    return value


def _name(message: dict[str, Any], key: str) -> str:
    value = _text(message, key, "")
    if not value:
        raise ProtocolViolation(f"{key} is missing")
    return value


def _number(message: dict[str, Any], key: str) -> int:
    value = message.get(key)
    if isinstance(value, str):
        if value.isascii() and value.isdigit() and len(value) <= _LONGEST_NUMBER:
            return int(value)
    elif type(value) is int and 0 <= value < 10**_LONGEST_NUMBER:
        return value
    raise ProtocolViolation(f"{key} is not a number")


def _parameters(start: dict[str, Any]) -> dict[str, str]:
    parameters = start.get("customParameters", {})
    if not isinstance(parameters, dict) or len(parameters) > _MOST_PARAMETERS:
        raise ProtocolViolation("customParameters is not an object")
    for name, value in parameters.items():
        if not isinstance(value, str) or not _is_unicode(name) or not _is_unicode(value):
            raise ProtocolViolation("a custom parameter is not a string")
    return parameters


def _media_format(start: dict[str, Any]) -> MediaFormat:
    found = _object(start, "mediaFormat")
    media_format = MediaFormat(
        encoding=_text(found, "encoding", ""),
        rate=_number(found, "sampleRate"),
        channels=_number(found, "channels"),
    )
    if media_format != MediaFormat(Codec.ULAW, CAPABILITIES.rate, 1):
        raise ProtocolViolation("media format is not mu-law, 8000 Hz, mono")
    return media_format


def _is_unicode(text: str) -> bool:
    """Return whether the text can be encoded; JSON can smuggle in halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
