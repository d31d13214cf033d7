"""Asterisk's websocket channel driver (chan_websocket) as a codec without I/O.

Source of the messages: docs.asterisk.org/Configuration/Channel-Drivers/WebSocket. Audio goes in
binary messages, both ways and without headers; commands and events in text. Asterisk 20.18, 22.8
and 23.2 write them as JSON where the dial string says `f(json)`, with marks. The older plain text
is read as well; there the clock has to tell what was played. Audio must come in whole frames of
20 ms: Asterisk drops what is left over.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence

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
    TransferKind,
    WireMessage,
)
from telephony.messages import (
    MAX_MESSAGE,
    Message,
    checked_payload,
    is_unicode,
    key_in,
    name_in,
    number_in,
    read_message,
    text_in,
)

CAPABILITIES = LegCapabilities(
    marks=True,
    clear=True,
    dtmf_in=True,
    dtmf_out=False,
    ordered=True,
    says_stop=False,
    pacing=Pacing.CARRIER,
    codec=Codec.ULAW,
    rate=8_000,
    transfers=frozenset({TransferKind.DIALPLAN}),
)
"""What `Dial(WebSocket/…/c(ulaw)f(json))` can do."""

FRAME = 160
"""Bytes of 20 ms; sent audio is filled up to a multiple of it."""

_FRAME_MS = 20
_SILENCE = b"\xff"


class MediaSocket:
    """One call, from `MEDIA_START` until the socket closes; see `telephony.media_leg.MediaLeg`.

    Args:
        call_id: The exchange's name of the call, which its dial string put into our address.
    """

    __slots__ = ("_call_id", "_chunk", "_json", "_started")

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id
        self._json = True
        self._started = False
        self._chunk = 0

    @property
    def capabilities(self) -> LegCapabilities:
        """What the exchange can do on this call; known once it has started."""
        return CAPABILITIES if self._json else dataclasses.replace(CAPABILITIES, marks=False)

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message from Asterisk; see `telephony.media_leg.MediaLeg`."""
        if isinstance(message, bytes):
            return (self._media(message),)
        written = message.lstrip().startswith("{")
        data = read_message(message) if written else _read_plain(message)
        event = data.get("event")
        if not isinstance(event, str):
            raise ProtocolViolation("no event name")
        if event == "MEDIA_START":
            return (self._start(data, written),)
        if not self._started:
            raise ProtocolViolation("no MEDIA_START")
        if event == "DTMF_END":
            return (DtmfReceived(key_in(data, "digit")),)
        if event == "MEDIA_MARK_PROCESSED":
            return (MarkEchoed(name_in(data, "correlation_id")),)
        # XOFF and XON are about a queue of 18 s, and we keep a tenth of a second ahead.
        return ()

    def media(self, payload: bytes) -> bytes:
        """Return the message that plays mu-law; a last frame is filled up with silence.

        Raises:
            StreamNotStarted: `MEDIA_START` was not received yet.
        """
        self._check_started("media")
        return payload + _SILENCE * (-len(payload) % FRAME)

    def mark(self, name: str) -> str:
        """Return the command that asks for an echo once all audio sent so far was played.

        Raises:
            StreamNotStarted: `MEDIA_START` was not received yet.
        """
        return self._command("MARK_MEDIA", {"correlation_id": name})

    def clear(self) -> str:
        """Return the command that empties Asterisk's queue.

        Raises:
            StreamNotStarted: `MEDIA_START` was not received yet.
        """
        return self._command("FLUSH_MEDIA", {})

    def _command(self, command: str, parameters: Mapping[str, str]) -> str:
        self._check_started(command)
        if self._json:
            return json.dumps({"command": command, **parameters}, separators=(",", ":"))
        return " ".join((command, *parameters.values()))

    def _start(self, data: Message, written: bool) -> Started:
        if self._started:
            raise ProtocolViolation("second start")
        if text_in(data, "format", "") != "ulaw" or number_in(data, "optimal_frame_size") != FRAME:
            raise ProtocolViolation("media format is not ulaw; dial with c(ulaw)")
        started = Started(
            stream_sid=name_in(data, "connection_id"),
            call_sid=self._call_id,
            account_sid="",
            custom_parameters={},
            media_format=MediaFormat(Codec.ULAW, CAPABILITIES.rate, 1),
        )
        self._json = written
        self._started = True
        return started

    def _media(self, payload: bytes) -> MediaReceived:
        if not self._started:
            raise ProtocolViolation("media before MEDIA_START")
        self._chunk += 1
        return MediaReceived(
            payload=checked_payload(payload),
            timestamp_ms=(self._chunk - 1) * _FRAME_MS,
            chunk=self._chunk,
            sequence=self._chunk,
        )

    def _check_started(self, command: str) -> None:
        if not self._started:
            raise StreamNotStarted(f"{command} before MEDIA_START")


def _read_plain(text: str) -> Message:
    """Read `EVENT name:value name:value`, the older form."""
    if len(text) > MAX_MESSAGE or not is_unicode(text):
        raise ProtocolViolation("message too long")
    event, *pairs = text.split() or [""]
    if not event.isupper() or not event.replace("_", "").isalpha():
        raise ProtocolViolation("no event name")
    data: Message = {"event": event}
    for pair in pairs:
        name, colon, value = pair.partition(":")
        if colon:
            data[name] = value
    data["event"] = event
    return data
