"""The test phone's protocol."""

from __future__ import annotations

import pytest

from telephony.browser.page_stream import PageStream
from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import DtmfReceived, MarkEchoed, MediaLeg, MediaReceived, Started, Stopped

START = '{"event":"start","token":"t0","called":"+15550100001"}'
KEY = '{"event":"key","key":"5"}'
PLAYED = '{"event":"played","mark":"s1"}'
HANGUP = '{"event":"hangup"}'

GOLDEN = (START, KEY, PLAYED, HANGUP)


def test_a_call_from_its_start_to_its_end() -> None:
    leg: MediaLeg = PageStream("b1")

    events = [
        e for m in (START, bytes(160), bytes(80), KEY, PLAYED, HANGUP) for e in leg.receive(m)
    ]

    assert isinstance(events[0], Started)
    assert {"token": "t0", "called": "+15550100001"} == events[0].custom_parameters
    assert ("b1", "b1") == (events[0].call_sid, events[0].stream_sid)
    assert "t0" not in repr(events[0])
    assert [
        MediaReceived(bytes(160), timestamp_ms=0, chunk=0, sequence=0),
        MediaReceived(bytes(80), timestamp_ms=20, chunk=160, sequence=160),
        DtmfReceived("5"),
        MarkEchoed("s1"),
        Stopped(),
    ] == events[1:]
    assert [] == [*leg.receive(KEY), *leg.receive(bytes(160))]


def test_what_we_send() -> None:
    leg = PageStream("b1")
    for command in (lambda: leg.media(b""), lambda: leg.mark("m"), leg.clear):
        with pytest.raises(StreamNotStarted):
            command()
    leg.receive(START)

    assert (b"\x01\x02", '{"event":"mark","mark":"s1"}', '{"event":"clear"}') == (
        leg.media(b"\x01\x02"),
        leg.mark("s1"),
        leg.clear(),
    )


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (bytes(160), "media before start"),
        (KEY, "no start"),
        ("{}", "no start"),
        ('{"event":"start","token":7}', "token is not a short string"),
        ("[]", "not a JSON object"),
    ],
)
def test_what_the_page_does_not_send(message: str | bytes, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=reason):
        PageStream("b1").receive(message)
