"""The web chat alone, for who tries a hotline in a browser of this machine: no telephone, no voice.

Without the recogniser and the voice it is there within seconds.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from voicebot.bootstrap import Service
from voicebot.settings import Settings
from voicebot.webchat.routes import chat_router

HOST = "127.0.0.1"


class ChatPageError(Exception):
    """The page cannot be served; the message says why."""


def serve_chat_page(settings: Settings, port: int, ready: Callable[[str], None]) -> None:
    """Serve the chat of a hotline until SIGINT or SIGTERM.

    Args:
        settings: Of the process.
        port: To listen on; 0 for any that is free.
        ready: Told of the page's address once it can be talked to.

    Raises:
        DomainError: the hotline's folder has mistakes.
        StoreError: the database cannot be used.
        ChatPageError: the port is taken, or the hotline cannot be loaded.
    """
    service = Service(settings, voice=False)
    with socket.socket() as listening:
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((HOST, port))
        except OSError as error:
            raise ChatPageError(f"port {port} cannot be used: {error.strerror}") from error
        address = f"http://{HOST}:{listening.getsockname()[1]}"

        def loaded() -> None:
            if service.ready:
                ready(f"{address}/chat")
            else:
                server.should_exit = True

        config = uvicorn.Config(
            create_chat_app(settings, service, loaded),
            log_config=None,
            access_log=False,
            ws_max_size=settings.limits.message_bytes,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        server.run([listening])
    if service.trouble:
        raise ChatPageError(service.trouble)


def create_chat_app(settings: Settings, service: Service, loaded: Callable[[], None]) -> FastAPI:
    """Return an app with the chat and nothing else.

    Args:
        settings: Of the process.
        service: Loaded in the background once the app has started.
        loaded: Told when the service is `ready`, or in `trouble`.
    """
    chats = service.chat_desk()

    async def load() -> None:
        await service.load(lambda part, done, of: None)
        loaded()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(load()), asyncio.create_task(chats.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await chats.close()
            await service.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(chat_router(chats, settings.chat.origins, ""))
    return app
