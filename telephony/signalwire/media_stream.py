"""SignalWire's cXML streams as a codec without I/O: Twilio's, in a wrapping that may be there.

Source of the messages: signalwire.com/docs/compatibility-api/cxml/reference/voice/stream, whose
examples of what SignalWire sends have the message itself in `rawEvent`, and the stream's name
beside it. Both forms are read. What we send is as at Twilio.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from telephony.media_leg import LegCapabilities, LegEvent, TransferKind, WireMessage
from telephony.messages import object_in, read_message
from telephony.twilio.media_stream import CAPABILITIES as TWILIO
from telephony.twilio.media_stream import MediaStream

CAPABILITIES = dataclasses.replace(TWILIO, transfers=frozenset({TransferKind.DIAL}))
"""What a bidirectional `<Connect><Stream>` of the default codec, PCMU, can do."""


class SignalWireStream(MediaStream):
    """One stream, from `connected` to `stop`; see `telephony.media_leg.MediaLeg`."""

    __slots__ = ()

    @property
    def capabilities(self) -> LegCapabilities:
        """What the carrier can do on this stream."""
        return CAPABILITIES

    def receive(self, message: WireMessage) -> Sequence[LegEvent]:
        """Take one message from SignalWire; see `telephony.media_leg.MediaLeg`."""
        data = read_message(message)
        if "rawEvent" in data:
            inner = object_in(data, "rawEvent")
            if "streamSid" in data:
                inner.setdefault("streamSid", data["streamSid"])
            data = inner
        event = self.receive_message(data)
        return () if event is None else (event,)
