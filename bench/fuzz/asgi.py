"""Requests and sockets handed to an ASGI application directly, as a server would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

CLIENT = ("203.0.113.9", 443)
DEADLINE = 20.0
"""Seconds after which a request or a closed socket counts as hung."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request."""

    status: int
    """500 where the application raised, 0 where it hung."""
    body: bytes = b""


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(n.encode("latin-1"), v.encode("latin-1", "replace")) for n, v in headers.items()]


def _scope(kind: str, path: str, query: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "https" if kind == "http" else "wss",
        "server": ("bot.example.com", 443),
        "client": CLIENT,
        "path": path,
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": _encoded(headers),
    }


async def request(
    app: Any, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> Answer:
    """Make one request."""
    scope = _scope("http", path, query, headers) | {"method": method}
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": body}]
    status, content = 0, bytearray()

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        content.extend(message.get("body", b""))

    try:
        async with asyncio.timeout(DEADLINE):
            await app(scope, receive, send)
    except TimeoutError:
        return Answer(0)
    except Exception:
        return Answer(500)
    return Answer(status, bytes(content))


@dataclass(slots=True)
class SocketAnswer:
    """What came of a media socket."""

    accepted: bool = False
    sent: int = 0
    """Messages that the application sent."""
    raised: str = ""
    hung: bool = False
    closed: list[int] = field(default_factory=list)


async def socket(
    app: Any,
    path: str,
    query: str,
    headers: Mapping[str, str],
    messages: Iterable[str | bytes],
    code: int,
) -> SocketAnswer:
    """Open a socket, send messages as fast as they are read, and break off."""
    answer = SocketAnswer()
    waiting = iter(messages)
    opened = False

    async def receive() -> dict[str, Any]:
        nonlocal opened
        if not opened:
            opened = True
            return {"type": "websocket.connect"}
        # What others have to do is done between two messages.
        await asyncio.sleep(0)
        if (message := next(waiting, None)) is None:
            return {"type": "websocket.disconnect", "code": code}
        if isinstance(message, bytes):
            return {"type": "websocket.receive", "bytes": message}
        return {"type": "websocket.receive", "text": message}

    async def send(message: dict[str, Any]) -> None:
        match message["type"]:
            case "websocket.accept":
                answer.accepted = True
            case "websocket.send":
                answer.sent += 1
            case "websocket.close":
                answer.closed.append(message.get("code", 1000))

    scope = _scope("websocket", path, query, headers) | {"subprotocols": []}
    try:
        async with asyncio.timeout(DEADLINE):
            await app(scope, receive, send)
    except TimeoutError:
        answer.hung = True
    except Exception as error:
        answer.raised = repr(error)
    return answer
