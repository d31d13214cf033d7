"""Asterisk's chan_websocket: golden frames in both forms, and the exchange's questions.

The frames are those of docs.asterisk.org/Configuration/Channel-Drivers/WebSocket.
"""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from telephony.asterisk.exchange import ExchangeGate, call_of, exchange_router
from telephony.asterisk.media_socket import MediaSocket
from telephony.calls import CallStatus, DialStatus
from telephony.desk import (
    DialEnded,
    FallbackMenu,
    Goodbye,
    NextStep,
    Resume,
    StreamOver,
    TransferTo,
    Voicemail,
)
from telephony.errors import ProtocolViolation, StreamNotStarted
from telephony.media_leg import (
    DtmfReceived,
    MarkEchoed,
    MediaFormat,
    MediaLeg,
    MediaReceived,
    Started,
)
from tests.telephony.test_webhooks import FakeDesk

CONNECTION = "e226e283-c90a-4ea9-9e37-389000b9ef47"
START = f"""{{
    "event": "MEDIA_START", "connection_id": "{CONNECTION}",
    "channel": "WebSocket/connectionid", "channel_id": "pbx1-123456789.999",
    "format": "ulaw", "optimal_frame_size": 160, "ptime": 20,
    "channel_variables": {{ "SOME_CHANNEL_VARIABLE": "some value" }} }}"""
PLAIN_START = (
    f"MEDIA_START connection_id:{CONNECTION} channel:WebSocket/connectionid "
    "channel_id:pbx1-123456789.999 format:ulaw optimal_frame_size:160 ptime:20"
)
DTMF = '{ "event": "DTMF_END", "channel_id": "pbx1-123456789.999", "digit": "#" }'
MARK = '{ "event": "MEDIA_MARK_PROCESSED", "channel_id": "pbx1-1.9", "correlation_id": "s1" }'
XOFF = '{ "event": "MEDIA_XOFF", "channel_id": "pbx1-123456789.999" }'
STATUS = """{ "event": "STATUS", "channel_id": "pbx1-1.9", "queue_length": 43, "xon_level": 800,
    "xoff_level": 900, "queue_full": false, "bulk_media": true, "media_paused": false }"""
PLAIN_DTMF = "DTMF_END digit:1"
PLAIN_STATUS = (
    "STATUS queue_length:43 xon_level:800 xoff_level:900 queue_full:false bulk_media:true "
    "media_paused:false"
)

GOLDEN = (START, DTMF, MARK, XOFF, STATUS, PLAIN_START, PLAIN_DTMF, PLAIN_STATUS, "MEDIA_XON")
PASSWORD = "a password of the exchange"


def started(start: str = START) -> MediaSocket:
    leg = MediaSocket("pbx-1.9")
    leg.receive(start)
    return leg


@pytest.mark.parametrize("start", [START, PLAIN_START])
def test_a_call_begins(start: str) -> None:
    leg: MediaLeg = MediaSocket("pbx-1.9")

    assert [
        Started(
            stream_sid=CONNECTION,
            call_sid="pbx-1.9",
            account_sid="",
            custom_parameters={},
            media_format=MediaFormat("audio/x-mulaw", 8000, 1),
        )
    ] == list(leg.receive(start))


def test_audio_comes_in_binary_messages_and_all_else_in_text() -> None:
    leg = started()

    events = [
        event
        for frame in (b"\xff" * 160, b"\x7f" * 160, DTMF, MARK, XOFF, STATUS)
        for event in leg.receive(frame)
    ]

    assert [
        MediaReceived(b"\xff" * 160, timestamp_ms=0, chunk=1, sequence=1),
        MediaReceived(b"\x7f" * 160, timestamp_ms=20, chunk=2, sequence=2),
        DtmfReceived("#"),
        MarkEchoed("s1"),
    ] == events


def test_the_older_text_has_no_marks_and_says_so() -> None:
    leg = started(PLAIN_START)

    assert [DtmfReceived("1")] == list(leg.receive(PLAIN_DTMF))
    assert [] == [*leg.receive(PLAIN_STATUS), *leg.receive("MEDIA_XON")]
    assert not leg.capabilities.marks
    assert started().capabilities.marks
    assert "FLUSH_MEDIA" == leg.clear()


def test_what_we_send() -> None:
    leg = started()

    assert '{"command":"MARK_MEDIA","correlation_id":"s1"}' == leg.mark("s1")
    assert '{"command":"FLUSH_MEDIA"}' == leg.clear()
    assert b"\x01" * 320 == leg.media(b"\x01" * 320)
    # Asterisk drops what does not fill a frame.
    assert b"\x01" * 161 + b"\xff" * 159 == leg.media(b"\x01" * 161)
    fresh = MediaSocket("x")
    for command in (lambda: fresh.media(b""), lambda: fresh.mark("m"), fresh.clear):
        with pytest.raises(StreamNotStarted):
            command()


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (START.replace("ulaw", "slin16"), "dial with c"),
        (START.replace("160", "640"), "dial with c"),
        (b"\xff" * 160, "media before MEDIA_START"),
        (DTMF, "no MEDIA_START"),
        ("", "no event name"),
        ("GET / HTTP/1.1", "no MEDIA_START"),
        ("hello", "no event name"),
        ("{}", "no event name"),
        ("X" * 70_000, "message too long"),
    ],
)
def test_what_no_exchange_should_send(frame: str | bytes, reason: str) -> None:
    with pytest.raises(ProtocolViolation, match=reason):
        MediaSocket("x").receive(frame)


def test_an_oversized_piece_of_audio_is_refused() -> None:
    with pytest.raises(ProtocolViolation, match="payload too long"):
        started().receive(bytes(20_000))


def connection(query: str, authorization: str = "") -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "http",
            "query_string": query.encode(),
            "headers": [(b"authorization", authorization.encode())],
        }
    )


def test_the_address_tells_which_call_it_is() -> None:
    call = call_of(connection("id=pbx-1.9&caller=%2B15550100001&called=100"))

    assert ("pbx-1.9", "+15550100001", "100") == (call.call_sid, call.caller, call.called)


def test_a_call_without_facts_gets_a_name_of_ours() -> None:
    odd = call_of(connection(f"id={'x' * 200}&caller=%00"))

    assert odd.call_sid != call_of(connection("")).call_sid
    assert ("", "") == (odd.caller, odd.called)


async def ask(
    step: NextStep, password: str = PASSWORD, query: str = "id=pbx-1.9"
) -> tuple[httpx.Response, FakeDesk]:
    desk = FakeDesk(steps=step)
    app = FastAPI()
    app.include_router(exchange_router(desk, ExchangeGate(PASSWORD)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as http:
        auth = httpx.BasicAuth("voicebot", password)
        return await http.get(f"/asterisk/next?{query}", auth=auth), desk


@pytest.mark.parametrize(
    ("step", "word"),
    [
        (TransferTo("+15551234567", 25), "person"),
        (Voicemail(), "message"),
        (FallbackMenu(person=True), "menu"),
        (Resume({}), "menu"),
        (Goodbye(), "hangup"),
    ],
)
async def test_the_dialplan_is_told_in_one_word_how_the_call_goes_on(
    step: NextStep, word: str
) -> None:
    answer, desk = await ask(step)

    assert (200, word) == (answer.status_code, answer.text)
    assert [StreamOver("pbx-1.9", CallStatus.IN_PROGRESS, 1)] == desk.asked


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("ANSWER", DialStatus.COMPLETED),
        ("NOANSWER", DialStatus.NO_ANSWER),
        ("CHANUNAVAIL", DialStatus.FAILED),
    ],
)
async def test_and_once_more_when_a_person_was_rung(told: str, status: DialStatus) -> None:
    answer, desk = await ask(Voicemail(), query=f"id=pbx-1.9&dialed={told}")

    assert "message" == answer.text
    assert [DialEnded("pbx-1.9", status)] == desk.asked


async def test_nobody_else_is_told() -> None:
    answer, desk = await ask(Goodbye(), "a wrong password")

    assert (401, []) == (answer.status_code, desk.asked)
