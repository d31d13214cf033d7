"""The relay: streams that come to one process are brought to the process that has the session.

A caller who comes back from a person gets a new media stream, and the carrier brings it to any of
the processes that listen on the port. Its session waits in one of them. So each also listens at an
address of its own, for the others alone, who show its secret; what they bring was let in by them.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

import httpx
import structlog
import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.requests import HTTPConnection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from telephony.desk import IncomingCall, StreamOver
from voicebot.store.workers import Worker
from voicebot.web.carriers import Carrier

_SECRET = "x-voicebot-secret"
_CALL = "x-voicebot-call"
CUT_OFF_PATH = "/cut-off"
_ASK_SECONDS = 3.0
_OPEN_SECONDS = 2.0
_SEND_SECONDS = 5.0
_BACKLOG = 256
_LONGEST_HEADER = 4_096

_log = structlog.get_logger(__name__)


class Remembering:
    """A websocket whose first messages can be told once more, to another process."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._kept: list[dict[str, Any]] | None = []

    async def receive(self) -> Any:
        """Return the next message, as the websocket does."""
        message = await self._websocket.receive()
        if self._kept is not None:
            self._kept.append(dict(message))
        return message

    def told(self) -> list[str | bytes]:
        """Return what came so far, and keep nothing more."""
        kept, self._kept = self._kept or [], None
        return [_content(message) for message in kept if message["type"] == "websocket.receive"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._websocket, name)


async def relay(
    websocket: Remembering, worker: Worker, carrier: Carrier, call: IncomingCall
) -> bool:
    """Bring a stream to another process until it is over.

    Args:
        websocket: Accepted, read up to `start`, and let in.
        worker: Who has the session.
        carrier: Whose stream it is.
        call: Which call it is for.

    Returns:
        False where the other one could not be reached; the stream is as it was.
    """
    address = f"ws{worker.address.removeprefix('http')}/{carrier.dialect.name}"
    headers = {_SECRET: worker.secret, _CALL: _packed(call)}
    try:
        there = await connect(
            address,
            additional_headers=headers,
            open_timeout=_OPEN_SECONDS,
            compression=None,
            proxy=None,
        )
    except (OSError, TimeoutError, WebSocketException) as error:
        _log.error("a stream could not be brought on", error=type(error).__name__)
        return False
    try:
        for content in websocket.told():
            await there.send(content)
        inwards = asyncio.create_task(_bring(websocket, there))
        outwards = asyncio.create_task(_fetch(websocket, there))
        await asyncio.wait((inwards, outwards), return_when=asyncio.FIRST_COMPLETED)
        for task in (inwards, outwards):
            task.cancel()
        await asyncio.gather(inwards, outwards, return_exceptions=True)
    except ConnectionClosed:
        _log.warning("the other process closed a stream at once")
    finally:
        await there.close()
        with contextlib.suppress(RuntimeError, TimeoutError):
            # It may be closed already.
            async with asyncio.timeout(_SEND_SECONDS):
                await websocket.close(there.close_code or 1000)
    return True


async def _bring(websocket: Remembering, there: ClientConnection) -> None:
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            await there.close(_code(message.get("code")))
            return
        async with asyncio.timeout(_SEND_SECONDS):
            await there.send(_content(message))


async def _fetch(websocket: Remembering, there: ClientConnection) -> None:
    async for content in there:
        async with asyncio.timeout(_SEND_SECONDS):
            if isinstance(content, str):
                await websocket.send_text(content)
            else:
                await websocket.send_bytes(content)


class Asking:
    """Asks other processes what only they know of their calls."""

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(timeout=_ASK_SECONDS, trust_env=False, verify=False)

    async def is_cut_off(self, worker: Worker, over: StreamOver) -> bool:
        """Return whether a session there waits for a new stream; False where it cannot be told."""
        try:
            answer = await self._http.post(
                f"{worker.address}{CUT_OFF_PATH}",
                headers={_SECRET: worker.secret},
                json={"call_sid": over.call_sid, "stream": over.stream},
            )
        except httpx.HTTPError as error:
            _log.warning("another process did not answer", error=type(error).__name__)
            return False
        return answer.status_code == 200

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


class Doorway:
    """Where other processes bring streams."""

    def __init__(self, host: str, secret: str, message_bytes: int) -> None:
        """
        Args:
            host: Address to listen at.
            secret: What the others show.
            message_bytes: Longest message.
        """
        self._host = host
        self._secret = secret
        self._message_bytes = message_bytes

    def is_one_of_us(self, connection: HTTPConnection) -> bool:
        """Return whether it is another process that comes."""
        shown = connection.headers.get(_SECRET, "")
        return hmac.compare_digest(shown.encode(), self._secret.encode())

    def call_of(self, websocket: WebSocket) -> IncomingCall | None:
        """Return for which call a stream is brought; None if nobody of us brings it."""
        if not self.is_one_of_us(websocket):
            return None
        packed = websocket.headers.get(_CALL, "")
        if len(packed) > _LONGEST_HEADER:
            return None
        try:
            return IncomingCall(**json.loads(base64.b64decode(packed, validate=True)))
        except (ValueError, TypeError):
            return None

    @contextlib.asynccontextmanager
    async def open(self, app: FastAPI) -> AsyncIterator[str]:
        """Serve the app at an address of this process, and yield it: `http://host:port`."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # Named as TCP, or asyncio would leave Nagle's algorithm on for what is accepted here.
        with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
            listening.bind((self._host, 0))
            listening.listen(_BACKLOG)
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws_max_size=self._message_bytes,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=2,
            )
            server = _Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            host = f"[{self._host}]" if ":" in self._host else self._host
            try:
                yield f"http://{host}:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                await serving


class _Server(uvicorn.Server):
    """Leaves the process's signals to the public server."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _content(message: dict[str, Any]) -> str | bytes:
    text: str | None = message.get("text")
    content: str | bytes = message.get("bytes", b"") if text is None else text
    return content


def _code(code: int | None) -> int:
    """Return a code that may be sent: in good order, or not (RFC 6455, 7.4.1)."""
    return code if code in (1000, 1001) else 1011


def _packed(call: IncomingCall) -> str:
    return base64.b64encode(json.dumps(asdict(call)).encode()).decode()
