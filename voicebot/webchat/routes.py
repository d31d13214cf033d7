"""The wire of the web chat: JSON over HTTP and WebSocket. Checks and passes on; decides nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request, WebSocket
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocketDisconnect

from voicebot.webchat.desk import ChatDesk
from voicebot.webchat.page import ASSETS, asset, headers, page
from voicebot.webchat.refusals import ChatRefused
from voicebot.webchat.talk import Talk

BODY_BYTES = 16_384
"""Of a request; a message is far smaller."""
_NAME = 64
"""Longest name that a page gives a message."""

_MISTAKES = 20
"""Messages that are none, before a socket is closed."""

_log = structlog.get_logger(__name__)


def chat_router(desk: ChatDesk, origins: Collection[str], public_url: str) -> APIRouter:
    """Return the routes.

    Args:
        desk: Keeps the conversations.
        origins: Pages that may use them, besides those of this server; `*` for all.
        public_url: Where this server is reached; its pages may use them too.
    """
    router = APIRouter(prefix="/chat")
    allowed = {origin.rstrip("/").lower() for origin in origins}

    def check_origin(connection: HTTPConnection) -> None:
        """Browsers say which page asks; other programs do not, and need no protection."""
        origin = connection.headers.get("origin", "").rstrip("/").lower()
        own = (urlsplit(public_url).netloc.lower(), connection.headers.get("host", "").lower())
        known = origin in allowed or "*" in allowed or urlsplit(origin).netloc in own
        if origin and not known:
            raise ChatRefused("origin", 403, "This page may not use the chat.")

    @router.get("")
    async def chat_page(hotline: str = "") -> Response:
        try:
            domain = await desk.domain(hotline)
        except ChatRefused as refusal:
            # A hotline that is being loaded is looked at again.
            later = {"Refresh": "2"} if refusal.code == "not_ready" else {}
            return HTMLResponse(f"<p>{refusal}</p>", refusal.status, headers(origins) | later)
        shown = page(domain, hotline, desk.longest_message)
        return HTMLResponse(shown, headers=headers(origins))

    @router.get("/assets/{name}")
    async def page_asset(name: str) -> Response:
        if name not in ASSETS:
            return JSONResponse({"error": {"code": "not_found"}}, status_code=404)
        return Response(asset(name), media_type=ASSETS[name], headers=headers(origins))

    @router.post("")
    async def open_chat(request: Request) -> JSONResponse:
        try:
            check_origin(request)
            data = await _body(request, needed=False)
            talk = await desk.open(_client(request), _text(data, "hotline", 128, needed=False))
        except ChatRefused as refusal:
            return _refusal(refusal)
        return JSONResponse({"id": talk.id, "events": talk.after(0)}, status_code=201)

    @router.get("/{chat_id}")
    async def read_chat(request: Request, chat_id: str, after: int = 0) -> JSONResponse:
        try:
            check_origin(request)
            talk = desk.find(chat_id)
        except ChatRefused as refusal:
            return _refusal(refusal)
        return JSONResponse({"events": talk.after(after), "over": talk.over})

    @router.post("/{chat_id}/messages")
    async def post_message(request: Request, chat_id: str) -> JSONResponse:
        try:
            check_origin(request)
            talk = desk.find(chat_id)
            data = await _body(request)
            task = desk.say(talk, _text(data, "text"), _text(data, "id", _NAME, needed=False))
            # Shielded: the turn goes on if the client does not wait for it.
            before = await asyncio.shield(task)
        except ChatRefused as refusal:
            return _refusal(refusal)
        return JSONResponse({"events": talk.after(before), "over": talk.over})

    @router.delete("/{chat_id}")
    async def end_chat(request: Request, chat_id: str) -> JSONResponse:
        try:
            check_origin(request)
            desk.find(chat_id).end("caller_hung_up", "closed")
        except ChatRefused as refusal:
            return _refusal(refusal)
        return JSONResponse({"over": True})

    @router.websocket("/{chat_id}")
    async def socket(websocket: WebSocket, chat_id: str, after: int = 0) -> None:
        try:
            check_origin(websocket)
            talk = desk.find(chat_id)
            queue = talk.watch(after)
        except ChatRefused as refusal:
            _log.warning("chat socket refused", reason=refusal.code)
            await websocket.close(1008)  # Before accept: the peer sees HTTP 403.
            return
        try:
            await websocket.accept()
            await _converse(websocket, desk, talk, queue)
        except (WebSocketDisconnect, RuntimeError):
            pass  # The page is gone; the conversation waits for it.
        finally:
            talk.leave(queue)

    return router


async def _converse(
    websocket: WebSocket, desk: ChatDesk, talk: Talk, queue: asyncio.Queue[dict[str, Any]]
) -> None:
    """Show events and take messages side by side, until the conversation or the socket ends."""
    sending = asyncio.create_task(_send(websocket, queue))
    hearing = asyncio.create_task(_hear(websocket, desk, talk, queue))
    try:
        await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, hearing):
            task.cancel()
        await asyncio.gather(sending, hearing, return_exceptions=True)
    if talk.over:
        with contextlib.suppress(RuntimeError):
            await websocket.close(1000)


async def _send(websocket: WebSocket, queue: asyncio.Queue[dict[str, Any]]) -> None:
    while True:
        event = await queue.get()
        async with asyncio.timeout(10):
            await websocket.send_json(event)
        if event["type"] == "end":
            return


async def _hear(
    websocket: WebSocket, desk: ChatDesk, talk: Talk, queue: asyncio.Queue[dict[str, Any]]
) -> None:
    mistakes = 0
    while mistakes < _MISTAKES:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        answer: dict[str, Any] | None = None
        name = ""
        try:
            data = _parsed(message.get("text") or "")
            match data.get("type", "message"):
                case "message":
                    name = _text(data, "id", _NAME, needed=False)
                    desk.say(talk, _text(data, "text"), name)
                case "ping":
                    answer = {"type": "pong"}
                case _:
                    raise ChatRefused("bad_request", 400, "`type` must be `message` or `ping`.")
        except ChatRefused as refusal:
            answer = refusal.event(name)
            mistakes += refusal.code == "bad_request"
        if answer is not None:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(answer)


def _client(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else ""


async def _body(request: Request, *, needed: bool = True) -> dict[str, Any]:
    """Return the JSON object of a request, reading no more than it may hold."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise ChatRefused("too_long", 413, f"At most {BODY_BYTES} bytes, please.")
    if not body.strip() and not needed:
        return {}
    try:
        return _parsed(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise ChatRefused("bad_request", 400, "The body must be JSON in UTF-8.") from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ChatRefused("bad_request", 400, 'Send a JSON object, like {"text": "hello"}.')
    return data


def _text(data: dict[str, Any], key: str, longest: int = 0, *, needed: bool = True) -> str:
    value = data.get(key, "")
    if not isinstance(value, str) or (needed and key not in data):
        raise ChatRefused("bad_request", 400, f"`{key}` must be a text.")
    if longest and len(value) > longest:
        raise ChatRefused("bad_request", 400, f"`{key}` has more than {longest} characters.")
    return value.encode("utf-8", "replace").decode("utf-8")


def _refusal(refusal: ChatRefused) -> JSONResponse:
    error = {"code": refusal.code, "message": str(refusal)}
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else None
    return JSONResponse({"error": error}, status_code=refusal.status, headers=headers)
