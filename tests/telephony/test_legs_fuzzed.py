"""Whatever comes over whichever carrier's socket, nothing but a protocol violation is raised."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.asterisk.media_socket import MediaSocket
from telephony.browser.page_stream import PageStream
from telephony.errors import ProtocolViolation
from telephony.media_leg import LegEvent, MediaLeg, Started, TransferKind, WireMessage
from telephony.plivo.media_stream import PlivoStream
from telephony.signalwire.media_stream import SignalWireStream
from telephony.telnyx.media_stream import TelnyxStream
from telephony.twilio.media_stream import MediaStream
from tests.telephony import (
    test_asterisk,
    test_media_stream,
    test_page_stream,
    test_plivo,
    test_signalwire,
    test_telnyx,
)
from tests.telephony.test_media_stream import json_values

TWILIO = (
    test_media_stream.CONNECTED,
    test_media_stream.START,
    test_media_stream.MEDIA,
    test_media_stream.DTMF,
    test_media_stream.MARK,
    test_media_stream.STOP,
)

LEGS: dict[str, tuple[Callable[[], MediaLeg], tuple[str, ...]]] = {
    "twilio": (MediaStream, TWILIO),
    "telnyx": (TelnyxStream, test_telnyx.GOLDEN),
    "plivo": (PlivoStream, test_plivo.GOLDEN),
    "signalwire": (SignalWireStream, test_signalwire.GOLDEN),
    "asterisk": (lambda: MediaSocket("call"), test_asterisk.GOLDEN),
    "page": (lambda: PageStream("call"), test_page_stream.GOLDEN),
}


@st.composite
def mutated(draw: st.DrawFn, frames: tuple[str, ...]) -> str:
    """A golden frame with one field, at any depth, replaced or removed; or with a piece cut out."""
    frame = draw(st.sampled_from(frames))
    if not frame.lstrip().startswith("{"):
        cut = draw(st.integers(0, len(frame)))
        return frame[:cut] + draw(st.text(max_size=20)) + frame[cut + draw(st.integers(0, 9)) :]
    data = json.loads(frame)
    inner = data
    while inner:
        key = draw(st.sampled_from(sorted(inner)))
        if isinstance(inner[key], dict) and draw(st.booleans()):
            inner = inner[key]
            continue
        if draw(st.booleans()):
            inner[key] = draw(json_values)
        else:
            del inner[key]
        break
    return json.dumps(data)


@pytest.mark.parametrize("carrier", sorted(LEGS))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nothing_but_a_protocol_violation_is_ever_raised(carrier: str, data: st.DataObject) -> None:
    make, frames = LEGS[carrier]
    messages: st.SearchStrategy[WireMessage] = (
        mutated(frames)
        | st.sampled_from(frames)
        | st.text()
        | st.binary(max_size=400)
        | json_values.map(json.dumps)
    )
    fresh, started = make(), make()
    for frame in frames:
        if any(isinstance(event, Started) for event in heard(started, frame)):
            break
    for message in data.draw(st.lists(messages, max_size=6)):
        for leg in (fresh, started):
            for event in heard(leg, message):
                assert len(repr(event)) < 200_000


def heard(leg: MediaLeg, message: WireMessage) -> list[LegEvent]:
    try:
        return list(leg.receive(message))
    except ProtocolViolation:
        return []


@pytest.mark.parametrize("carrier", sorted(LEGS))
def test_every_leg_tells_what_it_can(carrier: str) -> None:
    """The pipeline knows mu-law at 8,000 Hz, and a carrier that buffers and clears."""
    capabilities = LEGS[carrier][0]().capabilities

    assert ("audio/x-mulaw", 8_000, "carrier", True) == (
        capabilities.codec,
        capabilities.rate,
        capabilities.pacing,
        capabilities.clear,
    )


def test_only_where_a_carrier_has_rooms_is_the_person_asked_first() -> None:
    rooms = {
        name
        for name, (make, _) in LEGS.items()
        if TransferKind.CONFERENCE in make().capabilities.transfers
    }

    assert {"twilio"} == rooms
