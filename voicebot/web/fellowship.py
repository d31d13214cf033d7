"""Fellowship: what a process does as one of several that share a store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import structlog
from fastapi import FastAPI, WebSocket

from voicebot.settings import Settings
from voicebot.store import Store
from voicebot.store.wire import Saved
from voicebot.web.carriers import Carrier
from voicebot.web.hosting import CallHost
from voicebot.web.relay import Doorway
from voicebot.web.transferring import PhoneTransfers
from voicebot.web.workforce import Workforce

_log = structlog.get_logger(__name__)


class Fellowship:
    """Gives signs of life, takes the streams that others bring, and hears their news.

    Args:
        settings: Where to listen.
        store: All processes use the same.
        workforce: Those processes.
        host: Takes the streams.
        served: The carriers.
        transfers: Hear of transfers that others have changed.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        workforce: Workforce,
        host: CallHost,
        served: Sequence[Carrier],
        transfers: PhoneTransfers | None,
    ) -> None:
        self._workforce = workforce
        self._wire = store.wire
        self._transfers = transfers
        self._doorway = Doorway(settings.peer_host, workforce.secret, settings.limits.message_bytes)
        self._app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        for carrier in served:
            take = partial(host.take_relayed, carrier=carrier, doorway=self._doorway)
            self._app.add_api_websocket_route(f"/{carrier.dialect.name}", _endpoint(take))

    async def run(self) -> None:
        """Do so until cancelled."""
        async with self._doorway.open(self._app) as address, asyncio.TaskGroup() as tasks:
            self._workforce.address = address
            tasks.create_task(self._workforce.run())
            tasks.create_task(self._wire.listen(self._hear))

    def _hear(self, news: Saved) -> None:
        if self._transfers is not None:
            self._transfers.transfers.changed(news.transfer_id, news.version)


def _endpoint(take: Callable[[WebSocket], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def endpoint(websocket: WebSocket) -> None:
        await take(websocket)

    return endpoint
