"""The public ASGI app: webhooks, the media websockets, and health.

`/healthz` answers while the process lives; `/readyz` only when the models and the phrase cache are
warm, whatever the carrier's state. Models load after the port is open, so that both can be asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

from telephony.asterisk.exchange import MEDIA_PATH as EXCHANGE_PATH
from telephony.asterisk.exchange import ExchangeGate, exchange_router
from telephony.desk import NextStep
from telephony.twilio.carrier import TWILIO
from telephony.twilio.transfer_webhooks import TransferDeps, transfer_router
from telephony.webhooks.routes import WebhookDeps, carrier_router
from voicebot.bootstrap import Service
from voicebot.settings import Settings
from voicebot.web.carriers import carriers
from voicebot.web.fellowship import Fellowship
from voicebot.web.hold import HOLD_PATH, hold_router
from voicebot.web.hosting import CallHost
from voicebot.web.outbound import open_outbound
from voicebot.web.pace import SharedPace
from voicebot.web.phone_page import MEDIA_PATH as PAGE_PATH
from voicebot.web.phone_page import phone_page_router
from voicebot.web.reception import Reception
from voicebot.web.registers import LocalRegister, SharedRegister
from voicebot.web.staff_line import staff_router
from voicebot.web.transferring import PhoneTransfers, phone_transfers
from voicebot.web.workforce import Workforce
from voicebot.webchat.routes import chat_router

_WATCH_SECONDS = 1.0
"""Between two looks at how long callers' words wait for the recogniser."""


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
    transfers: PhoneTransfers | None = None
    workforce = Workforce(service.store.workers) if service.store.is_shared else None
    reception = Reception(
        settings.limits,
        settings.handoff,
        ready=lambda: service.ready,
        people=service.people,
        number=service.number_for,
        briefs=service.briefs,
        register=(
            SharedRegister(
                service.store, settings.limits.token_seconds, workforce, _shared_key(settings)
            )
            if workforce is not None
            else LocalRegister(settings.limits.token_seconds, service.store.usage)
        ),
        # Training begins while the carrier still opens the stream.
        expects=lambda called: hotlines.expect(hotlines.name_for(called)),
        delay=lambda: service.recogniser_delay,
        hung_up=lambda call_sid: transfers.hung_up(call_sid) if transfers else None,
        cut_off=lambda over: (fellowship or host).cut_off(over),
        stranded=lambda call_sid: _stranded(transfers, call_sid),
    )
    turn = None
    if workforce is not None:
        turn = SharedPace(service.store.workers, settings.twilio.calls_per_second).turn
    outbound = open_outbound(settings, service, reception, turn)
    warm = phone_transfers(
        settings,
        numbers=lambda called: _numbers(service.number_for(called), settings.handoff.others),
        briefs=service.briefs,
        people=service.people,
        staff=service.staff,
        again=reception.again,
        ready=lambda: service.ready,
        store=service.transfers,
        peers=workforce,
        turn=turn,
    )
    transfers = warm[0] if warm else None
    host = CallHost(settings, service, reception, outbound, transfers)
    served = list(carriers(settings))
    fellowship = (
        Fellowship(settings, service.store, workforce, host, served, transfers, reception.elsewhere)
        if workforce is not None
        else None
    )
    chats = service.chat_desk()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(service.load(progress)),
            asyncio.create_task(_watch(reception)),
            asyncio.create_task(outbound.run()),
            *([asyncio.create_task(service.staff.run())] if service.staff else []),
        ]
        if transfers is not None:
            tasks.append(asyncio.create_task(transfers.transfers.run()))
        if fellowship is not None:
            tasks.append(asyncio.create_task(fellowship.run()))
        if settings.chat.enabled:
            tasks.append(asyncio.create_task(chats.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await chats.close()
            if warm is not None:
                for part in warm:
                    await part.close()
            await service.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for carrier in served:
        deps = WebhookDeps(
            desk=reception,
            gate=carrier.gate,
            dialect=carrier.dialect,
            public_url=settings.public_url,
        )
        app.include_router(carrier_router(deps))
        if service.staff is not None and carrier.dialect is TWILIO:
            app.include_router(staff_router(service.staff, carrier.gate, carrier.dialect))
        if transfers is not None and carrier.dialect is TWILIO:
            hold = f"{settings.public_url}{HOLD_PATH}" if settings.handoff.hold == "music" else ""
            app.include_router(
                transfer_router(TransferDeps(transfers.transfers, transfers, deps, hold_url=hold))
            )
    app.include_router(outbound.router)
    app.include_router(hold_router())

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
            "calls_limit": reception.admission.capacity.limit,
            "recogniser_delay": round(service.recogniser_delay, 3),
            "chats": chats.live,
            "hotlines": {Path(name).name: state for name, state in hotlines.states().items()},
        }
        if service.trouble:
            body = {"status": "failed", "reason": service.trouble}
        return JSONResponse(body, status_code=200 if service.ready else 503)

    for carrier in served:
        app.add_api_websocket_route(
            carrier.dialect.media_path, _endpoint(partial(host.take_stream, carrier=carrier))
        )
    if password := settings.asterisk.password.get_secret_value():
        exchange = ExchangeGate(password)
        app.include_router(exchange_router(reception, exchange))
        app.add_api_websocket_route(
            EXCHANGE_PATH, _endpoint(partial(host.take_exchange, gate=exchange))
        )
    if settings.test_phone.token.get_secret_value():
        app.include_router(phone_page_router())
        app.add_api_websocket_route(PAGE_PATH, _endpoint(host.take_page))

    return app


def _shared_key(settings: Settings) -> str:
    """What all processes that share a store know, and nobody else."""
    return f"{settings.database_url} {settings.twilio.auth_token.get_secret_value()}"


async def _stranded(transfers: PhoneTransfers | None, call_sid: str) -> NextStep | None:
    return await transfers.stranded(call_sid) if transfers is not None else None


def _numbers(first: str, others: tuple[str, ...]) -> tuple[str, ...]:
    """Whom to ring, nobody twice; without a first number nobody is to be rung."""
    return tuple(dict.fromkeys((first, *others))) if first else ()


async def _watch(reception: Reception) -> None:
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        reception.observe()


def _endpoint(take: Callable[[WebSocket], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def endpoint(websocket: WebSocket) -> None:
        await take(websocket)

    return endpoint
