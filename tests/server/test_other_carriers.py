"""Short calls of other carriers to the real server: heard, understood by keys, and ended."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from telephony.calls import CallStatus
from telephony.desk import Accept, FallbackMenu, Goodbye, IncomingCall, StreamOver
from tests.server.conftest import CLINIC, EXCHANGE_PASSWORD, TELNYX_KEY, Server
from tests.server.test_bad_input import close_code, quiet
from voicebot.call.parts import Outcome
from voicebot.folds.transcript import transcript_of
from voicebot.journal import DigitPressed, SpeechHeard, StreamEnded
from voicebot.settings import HandoffSettings, LimitSettings
from voicebot.store import CallRow
from voicebot.web.hosting import MOST_WAITING
from voicebot.web.reception import Reception

pytestmark = pytest.mark.models

TELNYX_CALL = "v3:KBnLO0ZK3DhKM5s7bE9VluaSmKsOchKht_fUYvxcp8ysbmzCCtpkmA=="
STREAM = "32DE0DEA-53CB-4B21-89A4-9E1819C043BC"


async def telnyx_post(http: httpx.AsyncClient, url: str, form: dict[str, str]) -> httpx.Response:
    """Post a webhook as Telnyx signs it."""
    body = urlencode(form).encode()
    now = str(int(time.time()))
    signature = TELNYX_KEY.sign(f"{now}|".encode() + body)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "telnyx-timestamp": now,
        "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
    }
    return await http.post(url, content=body, headers=headers)


def telnyx_media(number: int) -> str:
    media = {"track": "inbound", "chunk": str(number), "timestamp": str(20 * number)}
    payload = base64.b64encode(b"\xff" * 160).decode()
    message = {"event": "media", "stream_id": STREAM, "sequence_number": str(number + 1)}
    return json.dumps(message | {"media": media | {"payload": payload}})


async def until(socket: ClientConnection, wanted: str) -> AsyncIterator[dict[str, object]]:
    """Yield what comes, up to the first event of a name."""
    async with asyncio.timeout(10):
        while True:
            message = json.loads(await socket.recv())
            yield message
            if message["event"] == wanted:
                return


def row_of(server: Server, carrier_call_id: str) -> CallRow:
    return next(r for r in server.store.calls(50) if r.carrier_call_id == carrier_call_id)


async def test_calls_of_two_carriers_at_once(server: Server) -> None:
    await asyncio.gather(call_over_telnyx(server), call_over_asterisk(server))


async def call_over_telnyx(server: Server) -> None:
    form = {"CallSid": TELNYX_CALL, "From": "+15550100007", "To": CLINIC}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await telnyx_post(http, f"{server.url}/telnyx/voice", form)
        parameters = dict(re.findall(r'<Parameter name="(\w+)" value="([^"]+)"', answer.text))
        address = re.search(r' url="([^"]+)"', answer.text)
        following = re.search(r"<Redirect[^>]*>([^<]+)<", answer.text)
        assert address is not None
        assert following is not None
        start = {
            "user_id": "U1",
            "call_control_id": "v3:another name of the same call",
            "custom_parameters": parameters,
            "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
        }
        async with connect(address[1], proxy=None) as socket:
            await socket.send('{"event":"connected","version":"1.0.0"}')
            await socket.send(json.dumps({"event": "start", "stream_id": STREAM, "start": start}))
            # Out of order, as Telnyx may send them.
            for number in (1, 3, 2, 4):
                await socket.send(telnyx_media(number))
            mark = [message async for message in until(socket, "mark")][-1]
            await socket.send(json.dumps(mark | {"stream_id": STREAM, "sequence_number": "9"}))
            key = {"event": "dtmf", "stream_id": STREAM, "dtmf": {"digit": "7"}}
            await socket.send(json.dumps(key))
            await socket.send(json.dumps({"event": "stop", "stream_id": STREAM, "stop": {}}))
            await close_code(socket)
        await quiet(server)
        ended = await telnyx_post(http, following[1], form | {"CallStatus": "in-progress"})

    row = row_of(server, TELNYX_CALL)
    events = [entry.event for entry in server.store.entries(row.call_id)]
    assert "caller_hung_up" == row.disposition
    assert "+15550100007" == transcript_of(server.store.entries(row.call_id)).call.caller
    assert any(isinstance(event, SpeechHeard) for event in events)
    assert [DigitPressed("7")] == [e for e in events if isinstance(e, DigitPressed)]
    # The carrier asks how a call goes on that had stopped: the caller is still there.
    assert "<Gather" in ended.text


async def call_over_asterisk(server: Server) -> None:
    """A call whose dialplan asks afterwards how it goes on."""
    query = f"id=pbx-1.7&caller=101&called={quote(CLINIC)}"
    address = f"{server.url.replace('http', 'ws')}/asterisk/media?{query}"
    login = base64.b64encode(f"voicebot:{EXCHANGE_PASSWORD}".encode()).decode()
    with pytest.raises(InvalidStatus, match="403"):
        await connect(address, proxy=None)
    start = {"event": "MEDIA_START", "connection_id": "m1", "format": "ulaw"}
    async with connect(
        address,
        proxy=None,
        subprotocols=["media"],
        additional_headers={"Authorization": f"Basic {login}"},
    ) as socket:
        assert "media" == socket.subprotocol
        await socket.send(json.dumps(start | {"optimal_frame_size": 160, "ptime": 20}))
        heard = 0
        async with asyncio.timeout(10):
            while isinstance(message := await socket.recv(), bytes):
                assert 0 == len(message) % 160
                heard += len(message)
                await socket.send(b"\xff" * len(message))
        command = json.loads(message)
        assert "MARK_MEDIA" == command["command"]
        assert heard > 4_000
        mark = {"event": "MEDIA_MARK_PROCESSED", "correlation_id": command["correlation_id"]}
        await socket.send(json.dumps(mark))
        await socket.send('{"event":"DTMF_END","channel_id":"c1","digit":"7"}')
    await quiet(server)
    async with httpx.AsyncClient(trust_env=False) as http:
        auth = httpx.BasicAuth("voicebot", EXCHANGE_PASSWORD)
        answer = await http.get(f"{server.url}/asterisk/next?id=pbx-1.7", auth=auth)

    row = row_of(server, "pbx-1.7")
    events = [entry.event for entry in server.store.entries(row.call_id)]
    assert [StreamEnded("stop")] == [e for e in events if isinstance(e, StreamEnded)]
    assert [DigitPressed("7")] == [e for e in events if isinstance(e, DigitPressed)]
    assert "caller_hung_up" == row.disposition
    # But the dialplan asks only while there is a caller: it was another who closed the socket.
    assert "menu" == answer.text


async def test_strangers_at_the_sockets_do_not_pile_up(server: Server) -> None:
    address = server.url.replace("http", "ws") + "/telnyx/media"
    strangers = await asyncio.gather(*(connect(address, proxy=None) for _ in range(MOST_WAITING)))
    with pytest.raises(InvalidStatus, match="403"):
        await connect(address, proxy=None)
    await asyncio.gather(*(stranger.close() for stranger in strangers))

    async with connect(address, proxy=None) as late:
        await late.send("{}")
        assert 1008 == await close_code(late)


async def test_whoever_is_asked_about_after_a_hang_up_is_still_there() -> None:
    reception = Reception(
        LimitSettings(), HandoffSettings(number="+15550109999"), ready=lambda: True
    )
    accepted = await reception.answer(IncomingCall("CA1", "", ""))
    assert isinstance(accepted, Accept)
    reception.began("CA1")
    reception.ended("CA1", Outcome("caller_hung_up"))

    step = await reception.stream_ended(StreamOver("CA1", CallStatus.IN_PROGRESS, 1))
    gone = await reception.stream_ended(StreamOver("CA1", CallStatus.COMPLETED, 1))

    assert isinstance(step, FallbackMenu)
    assert isinstance(gone, Goodbye)
