"""What a server must survive: one log line each, no traceback, and other calls untouched."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from typing import Any

import httpx
import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.conftest import START_SECONDS, TOKEN, Server

pytestmark = pytest.mark.models

VALIDATOR = RequestValidator(TOKEN)
CALL = "CA" + "1" * 32


def ring(server: Server, call_sid: str = CALL) -> str:
    """Ring as the carrier does and return the stream's one-use token."""
    form = {
        "CallSid": call_sid,
        "AccountSid": "AC" + "0" * 32,
        "From": "+15550100001",
        "To": "+15550100000",
        "CallStatus": "ringing",
    }
    signature = VALIDATOR.compute_signature(server.voice_url, form)
    answer = httpx.post(
        server.voice_url,
        data=form,
        headers={"X-Twilio-Signature": signature},
        trust_env=False,
    )
    assert 200 == answer.status_code
    found = re.search(r'name="token" value="([^"]+)"', answer.text)
    assert found is not None
    return found[1]


def media_socket(server: Server, signature: str | None = None) -> connect:
    url = server.url.replace("http:", "ws:") + "/twilio/media"
    signature = signature or VALIDATOR.compute_signature(url, {})
    return connect(url, additional_headers={"X-Twilio-Signature": signature}, proxy=None)


def start(token: str, call_sid: str = CALL, stream_sid: str = "MZ1") -> str:
    return json.dumps(
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": stream_sid,
            "start": {
                "accountSid": "AC" + "0" * 32,
                "streamSid": stream_sid,
                "callSid": call_sid,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"token": token},
            },
        }
    )


def media(payload: bytes, stream_sid: str = "MZ1", number: int = 1) -> str:
    return json.dumps(
        {
            "event": "media",
            "sequenceNumber": str(number + 1),
            "streamSid": stream_sid,
            "media": {
                "track": "inbound",
                "chunk": str(number),
                "timestamp": str(20 * number),
                "payload": base64.b64encode(payload).decode(),
            },
        }
    )


async def close_code(socket: ClientConnection) -> int:
    try:
        async with asyncio.timeout(10):
            while True:
                await socket.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


async def events(socket: ClientConnection, wanted: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["event"] == wanted:
                return message


async def quiet(server: Server) -> None:
    """Wait until no call is under way."""
    async with asyncio.timeout(15), httpx.AsyncClient(trust_env=False) as http:
        while (await http.get(f"{server.url}/readyz")).json()["calls"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_an_unsigned_or_wrongly_signed_webhook_is_refused(server: Server) -> None:
    form = {"CallSid": CALL, "From": "+1", "To": "+1"}
    for headers in ({}, {"X-Twilio-Signature": "AAAA"}):
        answer = httpx.post(server.voice_url, data=form, headers=headers, trust_env=False)

        assert 403 == answer.status_code


async def test_a_wrong_upgrade_signature_is_refused_before_the_socket_opens(
    server: Server,
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await media_socket(server, "wrong")

    assert 403 == refused.value.response.status_code


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_wrong_or_missing_token_closes_with_1008(server: Server, token: str) -> None:
    ring(server, "CA" + "2" * 32)
    async with media_socket(server) as socket:
        await socket.send('{"event":"connected","protocol":"Call","version":"1.0.0"}')
        await socket.send(start(token, "CA" + "2" * 32))

        assert 1008 == await close_code(socket)


async def test_a_token_works_once_and_only_for_its_call(server: Server) -> None:
    call_sid = "CA" + "3" * 32
    token = ring(server, call_sid)
    async with media_socket(server) as socket:
        await socket.send(start(token, "CA" + "4" * 32))

        assert 1008 == await close_code(socket)
    async with media_socket(server) as first:
        await first.send(start(ring(server, "CA" + "5" * 32), "CA" + "5" * 32))
        await events(first, "media")
    async with media_socket(server) as second:
        await second.send(start(token, "CA" + "5" * 32))

        assert 1008 == await close_code(second)
    await quiet(server)


async def test_a_stream_that_never_starts_is_closed(server: Server) -> None:
    async with media_socket(server) as socket:
        began = asyncio.get_running_loop().time()

        assert 1008 == await close_code(socket)
        assert asyncio.get_running_loop().time() - began >= 0.9 * START_SECONDS


@pytest.mark.parametrize("opening", ["{not json", "[]", media(b"\xff" * 160), b"\x00\x01"])
async def test_garbage_instead_of_start_is_closed(server: Server, opening: str | bytes) -> None:
    async with media_socket(server) as socket:
        await socket.send(opening)

        assert 1008 == await close_code(socket)


async def test_garbage_in_a_call_does_not_end_it(server: Server) -> None:
    call_sid = "CA" + "6" * 32
    async with media_socket(server) as socket:
        await socket.send(start(ring(server, call_sid), call_sid))
        await events(socket, "media")
        for garbage in ("{not json", b"\x00\x01", "[]", '{"event":"media"}', '{"event":"new"}'):
            await socket.send(garbage)
        await socket.send(media(b"\xff" * 160, stream_sid="MZ-of-another-call"))
        for length in (1, 3, 159, 161, 7, 0):
            await socket.send(media(b"\xff" * length))

        # The greeting goes on to its mark: the call is alive.
        await events(socket, "mark")
    await quiet(server)


async def test_an_oversized_message_ends_its_own_call_only(server: Server) -> None:
    other = "CA" + "7" * 32
    async with media_socket(server) as bystander:
        await bystander.send(start(ring(server, other), other))
        call_sid = "CA" + "8" * 32
        async with media_socket(server) as socket:
            await socket.send(start(ring(server, call_sid), call_sid))
            await events(socket, "media")
            await socket.send("x" * 200_000)

            assert 1009 == await close_code(socket)
        await events(bystander, "mark")
    await quiet(server)


async def test_a_caller_who_vanishes_leaves_a_finished_journal(server: Server) -> None:
    call_sid = "CA" + "9" * 32
    async with media_socket(server) as socket:
        await socket.send(start(ring(server, call_sid), call_sid))
        await events(socket, "media")
        socket.transport.abort()
    await quiet(server)
    row = next(row for row in server.store.calls(50) if row.carrier_call_id == call_sid)

    assert "failed" == row.disposition
    assert "no new stream" == row.cause


async def test_a_caller_who_hangs_up_in_the_greeting_is_told_apart(server: Server) -> None:
    call_sid = "CA" + "a" * 32
    async with media_socket(server) as socket:
        await socket.send(start(ring(server, call_sid), call_sid))
        await events(socket, "media")
        await socket.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
        await close_code(socket)
    await quiet(server)
    row = next(row for row in server.store.calls(50) if row.carrier_call_id == call_sid)

    assert "caller_hung_up" == row.disposition


def test_nothing_of_this_left_a_traceback_or_a_secret_in_the_log(server: Server) -> None:
    log = server.log.read_text()

    assert "Traceback" not in log
    assert TOKEN not in log
    assert "+15550100001" not in log
    assert 0 == server.calls_under_way()
