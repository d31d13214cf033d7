"""SignalWire: golden frames, signatures and the answer to a ringing call.

The frames are those of signalwire.com/docs/compatibility-api/cxml/reference/voice/stream, in mu-law
as for the default codec.
"""

from __future__ import annotations

import json

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection
from twilio.request_validator import RequestValidator

from telephony.errors import ProtocolViolation
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
from telephony.signalwire import cxml
from telephony.signalwire.media_stream import SignalWireStream
from telephony.webhooks.routes import WebhookDeps, carrier_router
from tests.telephony.test_webhooks import FakeDesk

STREAM = "7d56cc11-536d-4a45-b4fb-ed3d55be843b"
CALL = "76ac3c36-56da-4a3e-a0d6-b5f8df6da9ad"
KEY = "PSK_signing_key"
PUBLIC = "https://bot.example.com"

CONNECTED = """{
  "timestamp": "2025-09-26T16:25:04.792Z", "direction": "inbound", "eventType": "connected",
  "rawEvent": { "event": "connected", "protocol": "Call", "version": "0.2.0" } }"""
START = f"""{{
  "timestamp": "2025-09-26T16:25:04.794Z", "direction": "inbound", "eventType": "start",
  "streamSid": "{STREAM}", "callSid": "{CALL}", "sequenceNumber": "1",
  "rawEvent": {{
    "event": "start", "sequenceNumber": "1",
    "start": {{
      "streamSid": "{STREAM}", "accountSid": "b08dacad-2f6c-4de1-93d6-cc732e0c69c5",
      "callSid": "{CALL}", "tracks": ["inbound"],
      "mediaFormat": {{ "encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1 }}
    }} }} }}"""
MEDIA = f"""{{
  "timestamp": "2025-09-26T16:25:24.821Z", "direction": "inbound", "eventType": "media",
  "streamSid": "{STREAM}", "sequenceNumber": "1002",
  "rawEvent": {{
    "event": "media", "sequenceNumber": "1002",
    "media": {{ "track": "inbound", "chunk": "1001", "timestamp": "20041", "payload": "//5+" }} }}
  }}"""
DTMF = f"""{{
  "timestamp": "2025-09-26T16:25:15.123Z", "direction": "inbound", "eventType": "dtmf",
  "streamSid": "{STREAM}", "sequenceNumber": "25",
  "rawEvent": {{
    "event": "dtmf", "streamSid": "{STREAM}", "dtmf": {{ "duration": 2700, "digit": "8" }} }} }}"""
MARK = f"""{{
  "timestamp": "2025-09-26T16:25:24.740Z", "direction": "inbound", "eventType": "mark",
  "streamSid": "{STREAM}",
  "rawEvent": {{
    "event": "mark", "streamSid": "{STREAM}",
    "mark": {{ "name": "item_CK5XvgANb1jVorf5VQlKQ:43500" }} }} }}"""
CLEAR = f"""{{
  "timestamp": "2025-09-26T16:25:12.018Z", "direction": "outbound", "eventType": "clear",
  "streamSid": "{STREAM}", "rawEvent": {{ "event": "clear", "streamSid": "{STREAM}" }} }}"""
STOP = f"""{{
  "timestamp": "2025-09-26T16:25:24.863Z", "direction": "inbound", "eventType": "stop",
  "streamSid": "{STREAM}", "sequenceNumber": "1002",
  "rawEvent": {{ "event": "stop", "sequenceNumber": "1002" }} }}"""

GOLDEN = (CONNECTED, START, MEDIA, DTMF, MARK, CLEAR, STOP)


def unwrapped(frame: str) -> str:
    """Return a frame in Twilio's form."""
    data = json.loads(frame)
    inner = data["rawEvent"]
    return json.dumps(inner | ({"streamSid": data["streamSid"]} if "streamSid" in data else {}))


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_call_from_its_start_to_its_end(wrapped: bool) -> None:
    stream: MediaLeg = SignalWireStream()
    frames = GOLDEN if wrapped else [unwrapped(frame) for frame in GOLDEN]

    events = [event for frame in frames for event in stream.receive(frame)]

    assert [
        Connected("Call", "0.2.0"),
        Started(
            stream_sid=STREAM,
            call_sid=CALL,
            account_sid="b08dacad-2f6c-4de1-93d6-cc732e0c69c5",
            custom_parameters={},
            media_format=MediaFormat("audio/x-mulaw", 8000, 1),
        ),
        MediaReceived(b"\xff\xfe\x7e", timestamp_ms=20_041, chunk=1_001, sequence=1_002),
        DtmfReceived("8"),
        MarkEchoed("item_CK5XvgANb1jVorf5VQlKQ:43500"),
        Stopped(),
    ] == events


def test_what_we_send_is_as_at_twilio() -> None:
    stream = SignalWireStream()
    stream.receive(START)

    assert f'{{"event":"media","streamSid":"{STREAM}","media":{{"payload":"//5+"}}}}' == (
        stream.media(b"\xff\xfe\x7e")
    )
    assert {"event": "mark", "streamSid": STREAM, "mark": {"name": "m"}} == json.loads(
        stream.mark("m")
    )
    assert {"event": "clear", "streamSid": STREAM} == json.loads(stream.clear())


def test_linear_audio_is_refused() -> None:
    with pytest.raises(ProtocolViolation, match="media format is not mu-law"):
        SignalWireStream().receive(START.replace("x-mulaw", "x-L16"))


def socket(authorization: str) -> HTTPConnection:
    headers = [(b"authorization", authorization.encode())]
    return HTTPConnection({"type": "http", "headers": headers})


def test_the_socket_opens_to_the_bearer_of_our_token_only() -> None:
    gate = cxml.SignalWireGate(KEY, PUBLIC)

    assert gate.upgrade_allowed(socket(f"Bearer {cxml.bearer(KEY)}"))
    for other in ("", f"Bearer {cxml.bearer('another key')}", cxml.bearer(KEY), "Bearer ä"):
        assert not gate.upgrade_allowed(socket(other))


@pytest.mark.parametrize("header", cxml.HEADERS)
async def test_a_ringing_call_is_connected_and_goes_on_by_redirect(header: str) -> None:
    desk = FakeDesk()
    app = FastAPI()
    gate = cxml.SignalWireGate(KEY, PUBLIC)
    deps = WebhookDeps(desk=desk, gate=gate, dialect=cxml.dialect(KEY), public_url=PUBLIC)
    app.include_router(carrier_router(deps))
    form = {"CallSid": CALL, "From": "+15550100001", "To": "+15550100000"}
    url = f"{PUBLIC}/signalwire/voice"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC) as http:
        right = RequestValidator(KEY).compute_signature(url, form)
        answered = await http.post(url, data=form, headers={header: right})
        wrong = RequestValidator("another key").compute_signature(url, form)
        refused = await http.post(url, data=form, headers={header: wrong})

    assert 403 == refused.status_code
    assert (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Connect>'
        f'<Stream authBearerToken="{cxml.bearer(KEY)}" realtime="true" '
        f'statusCallback="{PUBLIC}/signalwire/stream-status?stream=1" statusCallbackMethod="POST" '
        'url="wss://bot.example.com/signalwire/media"><Parameter name="token" value="t1" />'
        "</Stream></Connect>"
        f'<Redirect method="POST">{PUBLIC}/signalwire/stream-ended?stream=1</Redirect></Response>'
    ) == answered.text
