"""Telnyx: golden frames, order, signatures and webhooks.

The frames are those of
developers.telnyx.com/docs/voice/programmable-voice/media-streaming and of
developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import (
    Connected,
    DtmfReceived,
    MarkEchoed,
    MediaFormat,
    MediaLeg,
    MediaReceived,
    Started,
    Stopped,
)
from telephony.telnyx.chunks import MOST_HELD
from telephony.telnyx.media_stream import TelnyxStream
from telephony.telnyx.signature import TOLERANCE, TelnyxGate
from telephony.telnyx.texml import TELNYX
from telephony.webhooks.routes import WebhookDeps, carrier_router
from tests.telephony.test_webhooks import FakeDesk

STREAM = "32DE0DEA-53CB-4B21-89A4-9E1819C043BC"
CONTROL = "v2:T02llQxIyaRkhfRKxgAP8nY511EhFLizdvdUKJiSw8d6A9BborherQ"
CALL_SID = "v2:7V3r4VFCGLTzKLOveE0-7vM9dX17-NRQgU1byo-uuOIX9JcDadLLKw"

CONNECTED = '{ "event": "connected", "version": "1.0.0" }'
START = f"""{{
 "event": "start", "sequence_number": "1",
 "start": {{
   "user_id": "3E6F995F-85F7-4705-9741-53B116D28237",
   "call_control_id": "{CONTROL}",
   "call_session_id": "ff55a038-6f5d-11ef-9692-02420aeffb1f",
   "from": "+13122010094", "to": "+13122123456", "tags": ["TAG1", "TAG2"],
   "client_state": "aGF2ZSBhIG5pY2UgZGF5ID1d",
   "custom_parameters": {{"token": "t0", "call": "{CALL_SID}"}},
   "media_format": {{ "encoding": "PCMU", "sample_rate": 8000, "channels": 1 }}
 }},
 "stream_id": "{STREAM}" }}"""
MEDIA = f"""{{ "event": "media", "sequence_number": "4",
 "media": {{ "track": "inbound", "chunk": "2", "timestamp": "5", "payload": "no+J" }},
 "stream_id": "{STREAM}" }}"""
MARK = f"""{{ "event": "mark", "stream_id": "{STREAM}", "sequence_number": "5",
 "mark": {{ "name": "some_mark_name" }} }}"""
DTMF = f"""{{ "event": "dtmf", "stream_id": "{STREAM}", "sequence_number": "5",
 "occurred_at": "2025-06-05T08:54:19.698408Z", "dtmf": {{ "digit": "1" }} }}"""
ERROR = f"""{{ "event": "error", "stream_id": "{STREAM}",
 "payload": {{ "code": 100003, "title": "malformed_frame", "detail": "…" }} }}"""
STOP = f"""{{ "event": "stop", "sequence_number": "5", "stream_id": "{STREAM}",
 "stop": {{ "user_id": "3E6F995F", "call_control_id": "{CONTROL}" }} }}"""

GOLDEN = (CONNECTED, START, MEDIA, MARK, DTMF, ERROR, STOP)

KEY = Ed25519PrivateKey.generate()
PUBLIC_KEY = base64.b64encode(
    KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
).decode()
NOW = 1_790_000_000
PUBLIC = "https://bot.example.com"


def started() -> TelnyxStream:
    stream = TelnyxStream()
    stream.receive(START)
    return stream


def chunk(number: int, **fields: object) -> str:
    media = {"track": "inbound", "chunk": str(number), "timestamp": str(20 * number)}
    payload = base64.b64encode(bytes([number])).decode()
    return json.dumps(
        {
            "event": "media",
            "sequence_number": str(number + 3),
            "stream_id": STREAM,
            "media": media | {"payload": payload} | fields,
        }
    )


def heard(numbers: list[int]) -> list[int]:
    """Return the order in which pieces come out that came in in some order."""
    stream = started()
    events = [event for number in numbers for event in stream.receive(chunk(number))]
    return [event.chunk for event in events if isinstance(event, MediaReceived)]


def test_a_call_from_its_start_to_its_end() -> None:
    stream: MediaLeg = TelnyxStream()

    events = [event for frame in GOLDEN for event in stream.receive(frame)]

    assert [
        Connected("Telnyx", "1.0.0"),
        Started(
            stream_sid=STREAM,
            call_sid=CALL_SID,
            account_sid="3E6F995F-85F7-4705-9741-53B116D28237",
            custom_parameters={"token": "t0", "call": CALL_SID},
            media_format=MediaFormat("audio/x-mulaw", 8000, 1),
        ),
        MediaReceived(b"\x9e\x8f\x89", timestamp_ms=5, chunk=2, sequence=4),
        MarkEchoed("some_mark_name"),
        DtmfReceived("1"),
        Stopped(),
    ] == events
    assert [] == list(stream.receive(MEDIA))
    assert not stream.capabilities.ordered


def test_a_stream_that_was_told_nothing_has_its_own_name_of_the_call() -> None:
    data = json.loads(START)
    del data["start"]["custom_parameters"]

    (event,) = TelnyxStream().receive(json.dumps(data))

    assert isinstance(event, Started)
    assert CONTROL == event.call_sid


@pytest.mark.parametrize(
    ("came", "order"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([1, 3, 2, 4], [1, 2, 3, 4]),
        ([4, 7, 6, 5, 8], [4, 5, 6, 7, 8]),
        ([1, 2, 2, 1, 3], [1, 2, 3]),
        # What comes too late stays out, however much of it there is.
        ([10, 1, 2, 3, 4, 5, 6, 11], [10, 11]),
        # One is lost: those that wait for it are played after a tenth of a second.
        ([1, 3, 4, 5, 6, 7, 8], [1, 3, 4, 5, 6, 7, 8]),
        # And one that comes after its turn is not played at all.
        ([1, 3, 4, 5, 6, 7, 8, 2, 9], [1, 3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_audio_is_heard_in_the_order_in_which_it_was_spoken(
    came: list[int], order: list[int]
) -> None:
    assert order == heard(came)


def test_no_more_waits_than_a_tenth_of_a_second() -> None:
    assert [1] == heard([1, *range(3, 3 + MOST_HELD)])


def test_the_other_track_is_not_the_callers() -> None:
    assert [] == list(started().receive(chunk(1, track="outbound")))


def test_what_we_send_names_no_stream() -> None:
    stream = started()

    assert '{"event":"mark","mark":{"name":"some_mark_name"}}' == stream.mark("some_mark_name")
    assert '{"event":"clear"}' == stream.clear()
    whole = json.loads(stream.media(b"\x01" * 320))
    assert {"event": "media", "media": {"payload": base64.b64encode(b"\x01" * 320).decode()}} == (
        whole
    )
    # Telnyx wants 20 ms at least.
    short = base64.b64decode(json.loads(stream.media(b"\x01"))["media"]["payload"])
    assert b"\x01" + b"\xff" * 159 == short


def test_nothing_can_be_sent_before_start() -> None:
    stream = TelnyxStream()

    for command in (lambda: stream.media(b""), lambda: stream.mark("m"), stream.clear):
        with pytest.raises(StreamNotStarted):
            command()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (START.replace("PCMU", "G722"), "media format is not mu-law"),
        (START.replace("8000", "16000"), "media format is not mu-law"),
        (MEDIA, "media before start"),
        ("{}", "no event name"),
    ],
)
def test_what_telnyx_should_not_send(frame: str, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=reason):
        TelnyxStream().receive(frame)


def test_another_streams_messages_are_refused() -> None:
    with pytest.raises(ProtocolViolation, match="wrong stream id"):
        started().receive(MEDIA.replace(STREAM, "other"))


# --- webhooks ------------------------------------------------------------------------------


def signed(body: bytes, at: int = NOW) -> dict[str, str]:
    signature = base64.b64encode(KEY.sign(f"{at}|".encode() + body)).decode()
    return {"telnyx-signature-ed25519": signature, "telnyx-timestamp": str(at)}


def request(headers: Mapping[str, str]) -> HTTPConnection:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": pairs})


def allowed(headers: Mapping[str, str], body: bytes = b"CallSid=1") -> bool:
    gate = TelnyxGate(PUBLIC_KEY, clock=lambda: NOW)
    connection = request(headers)
    return gate.worth_reading(connection) and gate.webhook_allowed(connection, {}, body)


def test_only_what_telnyx_signed_not_long_ago_is_let_in() -> None:
    body = b"CallSid=1"

    assert allowed(signed(body))
    assert allowed(signed(body, NOW - int(TOLERANCE)))
    assert not allowed(signed(body, NOW - int(TOLERANCE) - 1))
    assert not allowed(signed(body, NOW + int(TOLERANCE) + 1))
    assert not allowed(signed(b"CallSid=2"))
    assert not allowed({})
    old = signed(body, NOW - int(TOLERANCE) - 1)
    assert not TelnyxGate(PUBLIC_KEY, clock=lambda: NOW).webhook_allowed(request(old), {}, body)
    # A fresh timestamp does not make an old signature fresh.
    assert not allowed(signed(body, NOW - 9_999) | {"telnyx-timestamp": str(NOW)})
    for rubbish in ("", "AAAA", "ä", "=" * 88):
        headers = signed(body)
        assert not allowed(headers | {"telnyx-signature-ed25519": rubbish})
        assert not allowed(headers | {"telnyx-timestamp": rubbish})


@pytest.mark.parametrize("key", ["", "AAAA", "no key", "A" * 44])
def test_a_key_that_is_none_is_noticed_at_once(key: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (each has its own words)
        TelnyxGate(key)


async def ring(headers: Mapping[str, str], form: Mapping[str, str]) -> tuple[httpx.Response, str]:
    desk = FakeDesk()
    app = FastAPI()
    gate = TelnyxGate(PUBLIC_KEY, clock=lambda: NOW)
    deps = WebhookDeps(desk=desk, gate=gate, dialect=TELNYX, public_url=PUBLIC)
    app.include_router(carrier_router(deps))
    transport = httpx.ASGITransport(app, client=("203.0.113.9", 443))
    body = urlencode(form)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as http:
        answer = await http.post(
            "/telnyx/voice",
            content=body,
            headers={"content-type": "application/x-www-form-urlencoded", **headers},
        )
    return answer, repr(desk.asked)


async def test_a_ringing_call_is_connected_both_ways_and_goes_on_by_redirect() -> None:
    form = {"CallSid": CALL_SID, "From": "+15550100001", "To": "+15550100000"}

    answer, asked = await ring(signed(urlencode(form).encode()), form)

    assert CALL_SID in asked
    assert (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>'
        '<Stream bidirectionalCodec="PCMU" bidirectionalMode="rtp" codec="PCMU" '
        f'statusCallback="{PUBLIC}/telnyx/stream-status?stream=1" statusCallbackMethod="POST" '
        'url="wss://bot.example.com/telnyx/media">'
        f'<Parameter name="token" value="t1" /><Parameter name="call" value="{CALL_SID}" />'
        "</Stream></Connect>"
        f'<Redirect method="POST">{PUBLIC}/telnyx/stream-ended?stream=1</Redirect></Response>'
    ) == answer.text


async def test_a_forged_call_is_refused() -> None:
    answer, asked = await ring(signed(b"CallSid=1"), {"CallSid": "2"})

    assert (403, "[]") == (answer.status_code, asked)
