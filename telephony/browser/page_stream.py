"""The stream of our own test phone, a web page, as a codec without I/O.

Binary messages are audio, mu-law at 8,000 Hz, both ways and of any length. Text is JSON. From the
page: `{"event":"start","token":…,"called":…}` first, then `key`, `played` (a mark, by the position
of the page's own playout) and `hangup`. To the page: `mark` and `clear`, which forgets the marks of
what it drops.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

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
    WireMessage,
)
from telephony.messages import Message, checked_payload, key_in, name_in, read_message, text_in

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
    transfers=frozenset(),
)
"""What the page can do."""

TOKEN = "token"
CALLED = "called"


class PageStream:
    """One call from a page; see `telephony.media_leg.MediaLeg`.

    Args:
        call_id: Our name of the call; the page has none.
    """

    __slots__ = ("_call_id", "_samples", "_started", "_stopped")

    def __init__(self, call_id: str) -> None:
        self._call_id = call_id
        self._started = False
        self._stopped = False
        self._samples = 0

    @property
    def capabilities(self) -> LegCapabilities:
        """What the page can do."""
        return CAPABILITIES

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message of the page; see `telephony.media_leg.MediaLeg`."""
        if self._stopped:
            return ()
        if isinstance(message, bytes):
            return (self._media(message),)
        data = read_message(message)
        event = data.get("event")
        if event == "start":
            return (self._start(data),)
        if not self._started:
            raise ProtocolViolation("no start")
        match event:
            case "key":
                return (DtmfReceived(key_in(data, "key")),)
            case "played":
                return (MarkEchoed(name_in(data, "mark")),)
            case "hangup":
                self._stopped = True
                return (Stopped(),)
            case str():
                return ()
            case _:
                raise ProtocolViolation("no event name")

    def media(self, payload: bytes) -> bytes:
        """Return the message that plays mu-law of any length.

        Raises:
            StreamNotStarted: the page has not called yet.
        """
        self._check_started("media")
        return payload

    def mark(self, name: str) -> str:
        """Return the message that asks to be told once all audio sent so far was played.

        Raises:
            StreamNotStarted: the page has not called yet.
        """
        self._check_started("mark")
        return json.dumps({"event": "mark", "mark": name}, separators=(",", ":"))

    def clear(self) -> str:
        """Return the message that drops what was not played yet, and its marks.

        Raises:
            StreamNotStarted: the page has not called yet.
        """
        self._check_started("clear")
        return '{"event":"clear"}'

    def _start(self, data: Message) -> Started:
        if self._started:
            raise ProtocolViolation("second start")
        parameters = {TOKEN: text_in(data, TOKEN, ""), CALLED: text_in(data, CALLED, "")}
        self._started = True
        return Started(
            stream_sid=self._call_id,
            call_sid=self._call_id,
            account_sid="",
            custom_parameters=parameters,
            media_format=MediaFormat(Codec.ULAW, CAPABILITIES.rate, 1),
        )

    def _media(self, payload: bytes) -> MediaReceived:
        if not self._started:
            raise ProtocolViolation("media before start")
        began = self._samples
        self._samples += len(checked_payload(payload))
        return MediaReceived(
            payload=payload,
            timestamp_ms=began * 1_000 // CAPABILITIES.rate,
            chunk=began,
            sequence=began,
        )

    def _check_started(self, command: str) -> None:
        if not self._started:
            raise StreamNotStarted(f"{command} before start")
