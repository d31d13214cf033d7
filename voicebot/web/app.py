"""The public ASGI app: webhooks, the media websocket, and health.

`/healthz` answers while the process lives; `/readyz` only when the models and the phrase cache are
warm, whatever the carrier's state. Models load after the port is open, so that both can be asked.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from structlog.contextvars import bound_contextvars

from telephony.media_leg import Started
from telephony.twilio.desk import IncomingCall
from telephony.twilio.media_stream import MediaStream
from telephony.twilio.signature import RequestGate, SignatureCheck
from telephony.twilio.webhooks import MEDIA_PATH, WebhookDeps, twilio_router
from voicebot.bootstrap import Service
from voicebot.call.parts import Outcome
from voicebot.call.session import CallSession
from voicebot.hotlines import Hotline, HotlineUnavailable
from voicebot.journal import CallAnswered
from voicebot.media.handshake import StreamRefused, read_start
from voicebot.media.phone import PhoneLine
from voicebot.settings import Settings
from voicebot.web.reception import TOKEN, Reception
from voicebot.webchat.routes import chat_router

_log = structlog.get_logger(__name__)


def create_app(
    settings: Settings, service: Service, *, progress: Callable[[str, int, int], None]
) -> FastAPI:
    """Return the app.

    Args:
        settings: Read once, here.
        service: Loaded in the background once the app has started.
        progress: Told of the long steps of loading: what, done, of how many.
    """
    hotlines = service.hotlines
    reception = Reception(
        settings.limits,
        settings.handoff,
        ready=lambda: service.ready,
        people=service.people,
        # Training begins while the carrier still opens the stream.
        expects=lambda called: hotlines.expect(hotlines.name_for(called)),
    )
    signatures = (
        None
        if settings.development
        else SignatureCheck(settings.twilio.auth_tokens, settings.public_url)
    )
    gate = RequestGate(signatures)
    chats = service.chat_desk()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(service.load(progress))]
        if settings.chat.enabled:
            tasks.append(asyncio.create_task(chats.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await chats.close()
            await service.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(
        twilio_router(WebhookDeps(desk=reception, gate=gate, public_url=settings.public_url))
    )

    if settings.chat.enabled:
        app.include_router(chat_router(chats, settings.chat.origins, settings.public_url))
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.chat.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["content-type"],
            expose_headers=["retry-after"],
        )

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        body = {
            "status": "ready" if service.ready else "loading",
            "calls": reception.live,
            "chats": chats.live,
            "hotlines": {Path(name).name: state for name, state in hotlines.states().items()},
        }
        if service.trouble:
            body = {"status": "failed", "reason": service.trouble}
        return JSONResponse(body, status_code=200 if service.ready else 503)

    @app.websocket(MEDIA_PATH)
    async def media(websocket: WebSocket) -> None:
        if not gate.upgrade_allowed(websocket):
            _log.warning("stream refused", reason="signature")
            await websocket.close(1008)  # Before accept: the peer sees HTTP 403.
            return
        await websocket.accept()
        stream = MediaStream()
        try:
            started = await read_start(websocket, stream, settings.limits.start_seconds)
            incoming = reception.admit(started.call_sid, started.custom_parameters.get(TOKEN, ""))
            if incoming is None:
                raise StreamRefused("token")
            if not service.ready:
                raise StreamRefused("not ready")
        except StreamRefused as refusal:
            _log.warning("stream refused", reason=refusal.reason)
            await _close(websocket, 1008)
            return
        try:
            async with hotlines.lease(hotlines.name_for(incoming.called)) as hotline:
                await _host(websocket, stream, started, incoming, hotline)
        except HotlineUnavailable as trouble:
            # The carrier then asks how the call goes on, and the caller gets the fallback.
            _log.error("call without its hotline", reason=str(trouble))
            await _close(websocket, 1011)

    async def _host(
        websocket: WebSocket,
        stream: MediaStream,
        started: Started,
        incoming: IncomingCall,
        hotline: Hotline,
    ) -> None:
        call = CallAnswered(
            call_id=f"c{secrets.token_hex(8)}",
            channel="phone",
            domain=hotline.domain.name,
            answered_at=time.time(),
            carrier_call_id=started.call_sid,
            caller=incoming.caller,
            called=incoming.called,
            versions=service.versions(hotline.domain),
        )
        line = PhoneLine(
            websocket,
            stream,
            service.speech_detector(),
            lead=settings.playout.lead,
            post=lambda event: session.post(event),
            clock=lambda: session.now,
        )
        session = CallSession(
            call,
            started.stream_sid,
            service.session_parts(hotline, line.speaker, line.ears),
            service.session_policy,
        )
        with bound_contextvars(call_id=call.call_id):
            reception.began(started.call_sid)
            outcome = Outcome("failed")
            try:
                outcome = await _look_after(session, line)
            finally:
                reception.ended(started.call_sid, outcome)
                seconds = round(session.now, 1)
                _log.info("call ended", disposition=outcome.disposition, seconds=seconds)

    return app


async def _look_after(session: CallSession, line: PhoneLine) -> Outcome:
    """Run the line and the session side by side; neither outlives the other."""
    carrying = asyncio.create_task(line.run())
    try:
        return await session.run()
    finally:
        try:
            async with asyncio.timeout(5.0):
                await line.close()
                await carrying
        except TimeoutError:
            carrying.cancel()
            _log.warning("media line did not close in time")


async def _close(websocket: WebSocket, code: int) -> None:
    try:
        async with asyncio.timeout(2.0):
            await websocket.close(code)
    except (TimeoutError, RuntimeError):
        return  # The peer is gone, or does not answer: nothing is left to close.
