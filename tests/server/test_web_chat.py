"""The web chat over real sockets, with the real hotline behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.server.conftest import Server
from voicebot.folds.transcript import transcript_of
from voicebot.store import CallRow

pytestmark = pytest.mark.models

PAGE = {"Origin": "https://shop.example.com"}
ELSEWHERE = {"Origin": "https://evil.example.net"}


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, headers=PAGE) as client:
        yield client


async def opened(http: httpx.AsyncClient, **body: str) -> str:
    answer = await http.post("/chat", json=body)
    assert 201 == answer.status_code, answer.text
    chat_id: str = answer.json()["id"]
    return chat_id


def socket(server: Server, chat_id: str, after: int = 0, origin: str = PAGE["Origin"]) -> connect:
    url = f"{server.url.replace('http:', 'ws:')}/chat/{chat_id}?after={after}"
    return connect(url, additional_headers={"Origin": origin}, proxy=None)


async def until(socket: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """Return the events up to the first of a kind."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not found or found[-1]["type"] != kind:
            found.append(json.loads(await socket.recv()))
    return found


async def tell(socket: ClientConnection, text: str, **more: str) -> list[dict[str, Any]]:
    await socket.send(json.dumps({"type": "message", "text": text, **more}))
    return await until(socket, "question")


def newest_chat(server: Server) -> CallRow:
    return next(row for row in server.store.calls() if row.channel == "chat")


async def test_an_order_is_cancelled_over_a_websocket(
    server: Server, http: httpx.AsyncClient
) -> None:
    answer = await http.post("/chat")
    assert PAGE["Origin"] == answer.headers["access-control-allow-origin"]
    greeting = answer.json()["events"][0]
    assert ("question", 1) == (greeting["type"], greeting["seq"])
    assert "Maple Street" in greeting["text"]
    chat_id = answer.json()["id"]
    async with socket(server, chat_id, after=1) as page:
        which = (await tell(page, "I need help with my order", id="m1"))[-1]
        assert ["track", "return", "cancel"] == [r["text"] for r in which["quick_replies"]]
        await tell(page, "cancel")
        shown = await tell(page, "it's order 4 4 1 1 8")
        assert [True, False] == [e["busy"] for e in shown if e["type"] == "busy"]
        assert "code" == shown[-1]["expects"], "a chat has no caller id: a proof is asked for"
        shown = await tell(page, "02118")
        assert "yes_no" == shown[-1]["expects"]
    # The page is reloaded in the middle, and goes on.
    async with socket(server, chat_id, after=shown[-1]["seq"]) as page:
        done = await tell(page, "yes")
        assert any("cancelled" in event.get("text", "") for event in done)
        await page.send(json.dumps({"text": "no thanks"}))
        last = await until(page, "end")
        assert "resolved" == last[-1]["disposition"]
        with pytest.raises(ConnectionClosed):
            await page.recv()
    over = await http.post(f"/chat/{chat_id}/messages", json={"text": "hello"})
    assert (410, "over") == (over.status_code, over.json()["error"]["code"])
    everything = (await http.get(f"/chat/{chat_id}")).json()
    assert everything["over"]
    assert list(range(1, len(everything["events"]) + 1)) == [
        event["seq"] for event in everything["events"]
    ]
    async with asyncio.timeout(5):
        while newest_chat(server).ended_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    row = newest_chat(server)
    assert ("chat", "retail", "resolved") == (row.channel, row.domain, row.disposition)
    transcript = transcript_of(server.store.entries(row.call_id))
    said = [turn.text for turn in transcript.turns if turn.speaker.value == "caller"]
    assert "it's order 4 4 1 1 8" in said
    assert {"find_order", "cancel_order"} <= {
        t.tool for turn in transcript.turns for t in turn.tools
    }
    assert chat_id not in server.log.read_text()
    assert "4 4 1 1 8" not in server.log.read_text(), "words stay out of the log"


async def test_plain_http_is_enough(http: httpx.AsyncClient) -> None:
    chat_id = await opened(http)
    answer = await http.post(f"/chat/{chat_id}/messages", json={"text": "what about returns?"})
    shown = next(e for e in answer.json()["events"] if e["type"] == "message")
    assert "markdown" == shown["format"]
    assert [link["url"] for link in shown["links"]]
    assert [image["url"] for image in shown["images"]]
    assert "Start a return" == shown["cards"][0]["title"]
    assert (await http.delete(f"/chat/{chat_id}")).json() == {"over": True}


async def test_a_page_chooses_its_hotline(http: httpx.AsyncClient) -> None:
    answer = await http.post("/chat", json={"hotline": "clinic"})
    assert "Elm Park Clinic" in answer.json()["events"][0]["text"]
    for name in ("nowhere", "../retail", "/etc"):
        assert 404 == (await http.post("/chat", json={"hotline": name})).status_code
    broken = await http.post("/chat", json={"hotline": "wrong"})
    assert (503, "unavailable") == (broken.status_code, broken.json()["error"]["code"])
    assert "prompts.yaml" not in broken.text


async def test_a_person_is_an_event(server: Server, http: httpx.AsyncClient) -> None:
    async with socket(server, await opened(http)) as page:
        await page.send(json.dumps({"text": "let me talk to a human please"}))
        shown = await until(page, "end")
    assert "handoff" in [event["type"] for event in shown]
    assert "transferred" == shown[-1]["disposition"]


@pytest.mark.parametrize("path", ["/chat", "/chat/x/messages", "/chat/x"])
async def test_a_foreign_page_is_refused(http: httpx.AsyncClient, path: str) -> None:
    method = "GET" if path == "/chat/x" else "POST"
    answer = await http.request(method, path, headers=ELSEWHERE)
    assert (403, "origin") == (answer.status_code, answer.json()["error"]["code"])
    assert "access-control-allow-origin" not in answer.headers


async def test_a_foreign_page_gets_no_socket(server: Server, http: httpx.AsyncClient) -> None:
    chat_id = await opened(http)
    with pytest.raises(InvalidStatus) as refused:
        await socket(server, chat_id, origin=ELSEWHERE["Origin"])
    assert 403 == refused.value.response.status_code
    with pytest.raises(InvalidStatus):
        await socket(server, "guessed")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b'{"txt": "a"}', 400),
        (b'{"text": 5}', 400),
        (b'{"text": "a", "id": ["x"]}', 400),
        (b'{"text": "a", "id": "%s"}' % (b"x" * 65), 400),
        (b'{"text": "  "}', 422),
        (b'{"text": "%s"}' % (b"x" * 1_001), 413),
        (b'{"text": "%s"}' % (b"x" * 20_000), 413),
        (b"\xff\xfe", 400),
        (b"[" * 10_000, 400),
    ],
    ids=lambda value: repr(value)[:24],
)
async def test_what_is_no_message_is_refused(
    http: httpx.AsyncClient, body: bytes, status: int
) -> None:
    chat_id = await opened(http)
    answer = await http.post(f"/chat/{chat_id}/messages", content=body)
    assert status == answer.status_code
    assert answer.json()["error"]["message"]
    assert 1 == len((await http.get(f"/chat/{chat_id}")).json()["events"])


async def test_what_is_no_message_does_not_end_a_socket_at_once(
    server: Server, http: httpx.AsyncClient
) -> None:
    async with socket(server, await opened(http), after=1) as page:
        for wrong in ("{", "[]", b"\x00\x01", '{"type": "dance"}', '{"text": null}'):
            await page.send(wrong)
            assert "bad_request" == (await until(page, "error"))[-1]["code"]
        await page.send('{"type": "ping"}')
        assert "pong" == (await until(page, "pong"))[-1]["type"]
        assert "question" == (await tell(page, "what are your opening hours"))[-1]["type"]
        for _ in range(15):
            await page.send("{")
        with pytest.raises(ConnectionClosed):
            await until(page, "end")


async def test_a_flood_is_slowed_down(http: httpx.AsyncClient) -> None:
    chat_id = await opened(http)
    answers = [
        await http.post(f"/chat/{chat_id}/messages", json={"text": "hello"}) for _ in range(33)
    ]
    slowed = [answer for answer in answers if answer.status_code == 429]
    assert slowed
    assert int(slowed[0].headers["retry-after"]) >= 1
    # It is this conversation's own rate.
    assert (
        200
        == (
            await http.post(f"/chat/{await opened(http)}/messages", json={"text": "hello"})
        ).status_code
    )


async def test_a_message_sent_twice_is_answered_once(http: httpx.AsyncClient) -> None:
    chat_id = await opened(http)
    body = {"text": "where is my order", "id": "m-1"}
    first = (await http.post(f"/chat/{chat_id}/messages", json=body)).json()
    assert first == (await http.post(f"/chat/{chat_id}/messages", json=body)).json()


async def test_many_talk_at_once(server: Server, http: httpx.AsyncClient) -> None:
    async def talk() -> str:
        async with socket(server, await opened(http), after=1) as page:
            return str((await tell(page, "how long does delivery take"))[1]["text"])

    assert {
        "Delivery takes three to five days. Express takes one day, and costs twelve dollars."
    } == (set(await asyncio.gather(*(talk() for _ in range(20)))))
