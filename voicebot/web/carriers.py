"""The carriers that are served, as the settings say: how each speaks, and whom it lets in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from telephony.dialect import Dialect, Gate
from telephony.media_leg import MediaLeg
from telephony.plivo.media_stream import PlivoStream
from telephony.plivo.signature import PlivoGate
from telephony.plivo.xml import PLIVO
from telephony.signalwire import cxml
from telephony.signalwire.media_stream import SignalWireStream
from telephony.telnyx.media_stream import TelnyxStream
from telephony.telnyx.signature import TelnyxGate
from telephony.telnyx.texml import TELNYX
from telephony.twilio.carrier import TWILIO
from telephony.twilio.media_stream import MediaStream
from telephony.twilio.signature import RequestGate, SignatureCheck
from voicebot.settings import Settings


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier that rings by webhook and streams over a websocket."""

    dialect: Dialect
    gate: Gate
    leg: Callable[[], MediaLeg]
    """Makes the codec of one stream."""


def carriers(settings: Settings) -> Iterator[Carrier]:
    """Return the carriers to serve; in development Twilio's routes, for this machine only."""
    url = settings.public_url
    if settings.development:
        yield Carrier(TWILIO, RequestGate(None), MediaStream)
    elif settings.twilio.account_sid:
        check = SignatureCheck(settings.twilio.auth_tokens, url)
        yield Carrier(TWILIO, RequestGate(check), MediaStream)
    if settings.telnyx.public_key:
        yield Carrier(TELNYX, TelnyxGate(settings.telnyx.public_key), TelnyxStream)
    if settings.plivo.auth_tokens:
        yield Carrier(PLIVO, PlivoGate(settings.plivo.auth_tokens, url), PlivoStream)
    if key := settings.signalwire.signing_key.get_secret_value():
        gate = cxml.SignalWireGate(key, url)
        yield Carrier(cxml.dialect(key), gate, SignalWireStream)
