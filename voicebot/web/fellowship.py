"""Fellowship: what a process does as one of several that share a store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from fastapi import FastAPI, Request, WebSocket
from pydantic import BaseModel, Field
from starlette.responses import Response

from telephony.calls import CallStatus
from telephony.desk import StreamOver
from voicebot.settings import Settings
from voicebot.store import Store
from voicebot.store.wire import Saved
from voicebot.store.workers import Worker
from voicebot.web.carriers import Carrier
from voicebot.web.hosting import CallHost
from voicebot.web.relay import CUT_OFF_PATH, Asking, Doorway
from voicebot.web.transferring import PhoneTransfers
from voicebot.web.workforce import Workforce


class _Question(BaseModel):
    """Does this call's session wait for a new stream?"""

    call_sid: str = Field(max_length=128)
    stream: int


class Fellowship:
    """Gives signs of life, takes the streams that others bring, and hears their news.

    Args:
        settings: Where to listen.
        store: All processes use the same.
        workforce: Those processes.
        host: Takes the streams.
        served: The carriers.
        transfers: Hear of transfers that others have changed.
        elsewhere: Returns another process that has a call's session, if one lives that has.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        workforce: Workforce,
        host: CallHost,
        served: Sequence[Carrier],
        transfers: PhoneTransfers | None,
        elsewhere: Callable[[str], Awaitable[Worker | None]],
    ) -> None:
        self._workforce = workforce
        self._host = host
        self._elsewhere = elsewhere
        self._asking = Asking()
        self._wire = store.wire
        self._transfers = transfers
        self._doorway = Doorway(settings.peer_host, workforce.secret, settings.limits.message_bytes)
        self._app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        for carrier in served:
            take = partial(host.take_relayed, carrier=carrier, doorway=self._doorway)
            self._app.add_api_websocket_route(f"/{carrier.dialect.name}", _endpoint(take))

        self._app.add_api_route(CUT_OFF_PATH, self._asked, methods=["POST"], response_model=None)

    async def run(self) -> None:
        """Do so until cancelled."""
        try:
            async with self._doorway.open(self._app) as address, asyncio.TaskGroup() as tasks:
                self._workforce.address = address
                tasks.create_task(self._workforce.run())
                tasks.create_task(self._wire.listen(self._hear))
        finally:
            await self._asking.close()

    async def cut_off(self, over: StreamOver) -> bool:
        """Return whether the session of a call waits for a new stream, in whichever process."""
        if self._host.has(over.call_sid):
            return await self._host.cut_off(over)
        worker = await self._elsewhere(over.call_sid)
        return worker is not None and await self._asking.is_cut_off(worker, over)

    async def _asked(self, request: Request, question: _Question) -> Response:
        if not self._doorway.is_one_of_us(request):
            return Response(status_code=403)
        over = StreamOver(question.call_sid, CallStatus.IN_PROGRESS, question.stream)
        return Response(status_code=200 if await self._host.cut_off(over) else 404)

    def _hear(self, news: Saved) -> None:
        if self._transfers is not None:
            self._transfers.transfers.changed(news.transfer_id, news.version)


def _endpoint(take: Callable[[WebSocket], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def endpoint(websocket: WebSocket) -> None:
        await take(websocket)

    return endpoint
