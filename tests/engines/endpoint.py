"""An OpenAI-compatible endpoint for tests: a real HTTP server, as hostile as it likes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[asyncio.StreamWriter, dict[str, Any]], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def event(text: str, **more: Any) -> bytes:
    """Return a piece of an answer as the API streams it."""
    data = {"choices": [{"index": 0, "delta": {"content": text, **more}}]}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def writes(*pieces: str, pause: float = 0.0, done: bool = True) -> Behaviour:
    """Stream an answer in pieces."""

    async def behave(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        writer.write(HEAD)
        for piece in pieces:
            writer.write(event(piece))
            await writer.drain()
            await asyncio.sleep(pause)
        if done:
            writer.write(b"data: [DONE]\n\n")

    return behave


def sends(*chunks: bytes, pause: float = 0.0) -> Behaviour:
    """Send bytes as they are."""

    async def behave(writer: asyncio.StreamWriter, body: dict[str, Any]) -> None:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(pause)

    return behave


@dataclass
class Endpoint:
    """Where it listens, and what was asked of it."""

    base_url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)


@asynccontextmanager
async def endpoint(behave: Behaviour) -> AsyncIterator[Endpoint]:
    """Serve on a port of this machine while the block lasts."""
    held: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        held.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                int(line.split(":")[1])
                for line in head.lower().split("\r\n")
                if line.startswith("content-length:")
            )
            body = json.loads(await reader.readexactly(length))
            here.asked.append(body)
            here.headers.append(head)
            await behave(writer, body)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The other side has had enough, as it should.
        finally:
            writer.close()
            held.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    here = Endpoint(f"http://127.0.0.1:{port}/v1")
    try:
        yield here
    finally:
        server.close()
        for task in list(held):
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
