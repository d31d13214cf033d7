"""Plivo: golden frames, signatures and webhooks.

The frames are those of
plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference; the signatures were
made by `plivo.utils.signature_v3` of Plivo's own library, 4.63.0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from telephony.calls import CallStatus, DialStatus
from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import (
    DtmfReceived,
    MarkEchoed,
    MediaFormat,
    MediaLeg,
    MediaReceived,
    Started,
    Stopped,
)
from telephony.plivo.media_stream import PlivoStream
from telephony.plivo.signature import PlivoGate
from telephony.plivo.xml import PLIVO, PlivoXml, twilio_fields
from telephony.webhooks import forms
from telephony.webhooks.routes import WebhookDeps, carrier_router
from tests.telephony.test_webhooks import FakeDesk

STREAM = "87654321-4321-4321-4321-cba987654321"
CALL = "12345678-1234-1234-1234-123456789abc"

START = f"""{{
  "event": "start", "sequenceNumber": 1,
  "start": {{
    "callId": "{CALL}", "streamId": "{STREAM}", "accountId": "MA0000000000000000AA",
    "tracks": ["inbound"],
    "mediaFormat": {{ "encoding": "audio/x-mulaw", "sampleRate": 8000 }}
  }},
  "extra_headers": "userId=12345;sessionId=abc-xyz" }}"""
MEDIA = f"""{{
  "event": "media", "sequenceNumber": 42, "streamId": "{STREAM}",
  "media": {{ "track": "inbound", "timestamp": "1705312200000", "chunk": 41, "payload": "//uQ" }},
  "extra_headers": "userId=12345;sessionId=abc-xyz" }}"""
DTMF = f"""{{
  "event": "dtmf", "sequenceNumber": 50, "streamId": "{STREAM}",
  "dtmf": {{ "track": "inbound", "digit": "5", "timestamp": "1705312250000" }},
  "extra_headers": "userId=12345;sessionId=abc-xyz" }}"""
PLAYED = f"""{{ "event": "playedStream", "sequenceNumber": 75, "streamId": "{STREAM}",
  "name": "greeting-complete" }}"""
PLAYED_OLD = PLAYED.replace("playedStream", "played")
CLEARED = f'{{ "event": "clearedAudio", "sequenceNumber": 80, "streamId": "{STREAM}" }}'
STOP = f'{{ "event": "stop", "streamId": "{STREAM}" }}'

GOLDEN = (START, MEDIA, DTMF, PLAYED, PLAYED_OLD, CLEARED, STOP)
PUBLIC = "https://b.example.com"


def started() -> PlivoStream:
    stream = PlivoStream()
    stream.receive(START)
    return stream


def test_a_call_from_its_start_to_its_end() -> None:
    stream: MediaLeg = PlivoStream()

    events = [event for frame in GOLDEN for event in stream.receive(frame)]

    assert [
        Started(
            stream_sid=STREAM,
            call_sid=CALL,
            account_sid="MA0000000000000000AA",
            custom_parameters={"userid": "12345", "sessionid": "abc-xyz"},
            media_format=MediaFormat("audio/x-mulaw", 8000, 1),
        ),
        MediaReceived(b"\xff\xfb\x90", timestamp_ms=1_705_312_200_000, chunk=41, sequence=42),
        DtmfReceived("5"),
        MarkEchoed("greeting-complete"),
        MarkEchoed("greeting-complete"),
        Stopped(),
    ] == events
    assert [] == list(stream.receive(MEDIA))


@pytest.mark.parametrize(
    "headers",
    ["token=a%20b", "{token=a%20b}", "X-PH-token=a%20b", '{"X-PH-token": "a%20b"}', " Token = a b"],
)
def test_parameters_are_read_as_written_and_as_they_come_through_sip(headers: str) -> None:
    data = json.loads(START) | {"extra_headers": headers}

    (event,) = PlivoStream().receive(json.dumps(data))

    assert isinstance(event, Started)
    assert {"token": "a b"} == event.custom_parameters


def test_what_we_send() -> None:
    stream = started()

    assert {
        "event": "playAudio",
        "media": {"contentType": "audio/x-mulaw", "sampleRate": 8000, "payload": "//uQ"},
    } == json.loads(stream.media(b"\xff\xfb\x90"))
    assert {"event": "checkpoint", "streamId": STREAM, "name": "greeting-complete"} == json.loads(
        stream.mark("greeting-complete")
    )
    assert {"event": "clearAudio", "streamId": STREAM} == json.loads(stream.clear())
    fresh = PlivoStream()
    for command in (lambda: fresh.media(b""), lambda: fresh.mark("m"), fresh.clear):
        with pytest.raises(StreamNotStarted):
            command()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (START.replace("x-mulaw", "x-l16"), "media format is not mu-law"),
        (MEDIA, "media before start"),
        (START.replace('"userId=12345;sessionId=abc-xyz"', "[]"), "extra_headers is not"),
        (START.replace("userId", "x" * 2_000), "extra_headers is not"),
    ],
)
def test_what_plivo_should_not_send(frame: str, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=reason):
        PlivoStream().receive(frame)


# --- signatures ----------------------------------------------------------------------------


def connection(path: str, query: str, **headers: str) -> HTTPConnection:
    pairs = [
        (name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()
    ]
    scope: dict[str, Any] = {
        "type": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": pairs,
    }
    return HTTPConnection(scope)


def signed(path: str, query: str, signature: str, nonce: str = "n1") -> HTTPConnection:
    return connection(path, query, X_Plivo_Signature_V3=signature, X_Plivo_Signature_V3_Nonce=nonce)


FORM = {"b": ["2"], "a": ["1"]}
VOICE = "/ndC7pBs99OBs3XKzHIvt5smCpT0AFvVwUwr7Pm0uOQ="
WITH_QUERY = "4EFLiS9ZYGIZj0doGeDffMqpGnmLKNTs4GM7shCf13A="
NO_FIELDS = "z4O8hzLl33Tf2vBvmRe2TZmDw5wJI5BQX45E4D0MWrU="
SOCKET = "UsKu7S6kLeUtBFchEfPxxitynSZ10b7mZUGpXIkZIfU="


@pytest.mark.parametrize(
    ("path", "query", "form", "signature"),
    [
        ("/plivo/voice", "", FORM, VOICE),
        ("/plivo/x", "stream=1", FORM, WITH_QUERY),
        ("/plivo/x", "stream=1", {}, NO_FIELDS),
        ("/plivo/voice", "", FORM, f"other, {VOICE}"),
    ],
)
def test_what_plivo_signed_is_let_in(
    path: str, query: str, form: dict[str, list[str]], signature: str
) -> None:
    gate = PlivoGate(["old token", "token"], PUBLIC)
    request = signed(path, query, signature)

    assert gate.worth_reading(request)
    assert gate.webhook_allowed(request, form, b"")


@pytest.mark.parametrize(
    ("request_", "form"),
    [
        (signed("/plivo/voice", "", VOICE), {"b": ["3"], "a": ["1"]}),
        (signed("/plivo/voice", "x=1", VOICE), FORM),
        (signed("/plivo/voice", "", VOICE, nonce="n2"), FORM),
        (signed("/plivo/voice", "", VOICE, nonce=""), FORM),
        (signed("/plivo/voice", "", ""), FORM),
        (signed("/plivo/voice", "", "ä"), FORM),
        (signed("/plivo/voice", "", ",".join(["x"] * 99 + [VOICE])), FORM),
        (connection("/plivo/voice", ""), FORM),
    ],
)
def test_what_plivo_did_not_sign_is_not(request_: HTTPConnection, form: Any) -> None:
    assert not PlivoGate(["token"], PUBLIC).webhook_allowed(request_, form, b"")


def test_the_socket_is_signed_in_either_of_the_documented_ways() -> None:
    gate = PlivoGate(["token"], PUBLIC)
    manual = "RK6E6psby5QXKTWyHpl+ySBtHpFMLz7/R0/h/YnX+to="

    assert gate.upgrade_allowed(signed("/plivo/media", "", SOCKET))
    assert gate.upgrade_allowed(signed("/plivo/media", "", manual))
    assert not gate.upgrade_allowed(signed("/plivo/other", "", SOCKET))


# --- webhooks ------------------------------------------------------------------------------


def test_a_stream_is_followed_by_the_question_how_the_call_goes_on() -> None:
    document = PlivoXml().connect_stream(
        "wss://b.example.com/plivo/media", f"{PUBLIC}/a?b=1&c=2", f"{PUBLIC}/s", {"token": "a b"}
    )

    assert (
        '<?xml version="1.0" encoding="UTF-8"?><Response>'
        '<Stream bidirectional="true" contentType="audio/x-mulaw;rate=8000" '
        'extraHeaders="token=a%20b" keepCallAlive="true" statusCallbackMethod="POST" '
        f'statusCallbackUrl="{PUBLIC}/s">wss://b.example.com/plivo/media</Stream>'
        f'<Redirect method="POST">{PUBLIC}/a?b=1&amp;c=2</Redirect></Response>'
    ) == document


def test_the_other_documents() -> None:
    xml = PlivoXml()

    assert "<Response><Speak>Bye &amp; thanks.</Speak><Hangup /></Response>" in xml.hangup(
        "Bye & thanks.\x00"
    )
    assert '<Hangup reason="busy" />' in xml.reject(busy=True)
    assert (
        '<Dial action="https://x/d" method="POST" timeout="25"><Number>+15551234567</Number></Dial>'
    ) in xml.dial("+15551234567", caller_id="", timeout=25, action_url="https://x/d")
    assert (
        '<GetDigits action="https://x/k" method="POST" numDigits="1" retries="1" timeout="5">'
        "<Speak>Press 1.</Speak></GetDigits><Speak>Bye.</Speak><Hangup />"
    ) in xml.fallback_menu("https://x/k", menu="Press 1.", goodbye="Bye.")
    assert (
        '<Speak>Speak.</Speak><Record action="https://x/r" finishOnKey="#" maxLength="120" '
        'method="POST" playBeep="true" timeout="5" /><Speak>Bye.</Speak><Hangup />'
    ) in xml.voicemail("https://x/r", prompt="Speak.", goodbye="Bye.")


def test_what_plivo_would_refuse_is_refused_here() -> None:
    xml = PlivoXml()
    with pytest.raises(ValueError, match=r"E\.164"):
        xml.dial("15551234567", caller_id="", timeout=25, action_url="https://x/d")
    with pytest.raises(ValueError, match="exceed 512"):
        xml.connect_stream("wss://b/m", "https://x", "https://x", {"token": "t" * 600})
    with pytest.raises(ValueError, match="control character"):
        xml.connect_stream("wss://b/m", "https://x\x00", "https://x", {})
    with pytest.raises(ValueError, match="wss://"):
        xml.connect_stream("https://b/m", "https://x", "https://x", {})


def test_plivos_fields_are_read_by_twilios_names() -> None:
    call = forms.incoming_call(
        twilio_fields(
            {"CallUUID": [CALL], "From": ["14155551234"], "To": ["14155555678"], "Event": ["X"]}
        )
    )
    dialled = forms.dial_ended(twilio_fields({"CallUUID": [CALL], "DialStatus": ["timeout"]}))
    over = forms.stream_over(twilio_fields({"CallUUID": [CALL], "CallStatus": ["cancel"]}), 1)
    report = forms.stream_report(
        twilio_fields(
            {
                "CallUUID": [CALL],
                "StreamID": [STREAM],
                "Event": ["failed"],
                "StatusReason": ["connection_failed"],
            }
        )
    )
    message = forms.message(
        twilio_fields(
            {
                "CallUUID": [CALL],
                "RecordUrl": ["https://r/1.mp3"],
                "RecordingID": ["r1"],
                "RecordingDuration": ["-1"],
            }
        )
    )

    assert (CALL, "+14155551234", "+14155555678") == (call.call_sid, call.caller, call.called)
    assert DialStatus.NO_ANSWER is dialled.status
    assert CallStatus.CANCELED is over.status
    assert ("stream-error", "connection_failed", STREAM) == (
        report.event,
        report.error,
        report.stream_sid,
    )
    assert ("r1", "https://r/1.mp3", 0) == (
        message.recording_sid,
        message.recording_url,
        message.seconds,
    )


async def test_a_ringing_call_is_answered() -> None:
    desk = FakeDesk()
    app = FastAPI()
    gate = PlivoGate(["token"], PUBLIC)
    deps = WebhookDeps(desk=desk, gate=gate, dialect=PLIVO, public_url=PUBLIC)
    app.include_router(carrier_router(deps))
    form = {"CallUUID": CALL, "From": "14155551234", "To": "14155555678"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC) as http:
        refused = await http.post("/plivo/voice", data=form, headers=headers("other", form))
        answered = await http.post("/plivo/voice", data=form, headers=headers("token", form))

    assert 403 == refused.status_code
    assert "wss://b.example.com/plivo/media</Stream>" in answered.text
    assert 'extraHeaders="token=t1"' in answered.text
    assert 1 == len(desk.asked)


def headers(token: str, form: Mapping[str, str]) -> dict[str, str]:
    base = f"{PUBLIC}/plivo/voice?" + "".join(f"{name}{form[name]}" for name in sorted(form))
    digest = hmac.new(token.encode(), f"{base}.n1".encode(), hashlib.sha256).digest()
    return {
        "X-Plivo-Signature-V3": base64.b64encode(digest).decode(),
        "X-Plivo-Signature-V3-Nonce": "n1",
    }
