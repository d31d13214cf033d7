"""A dialling process under the fake carrier: a real store, real REST, real signed webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from telephony.desk import CallAnswer, Goodbye, IncomingCall
from telephony.simulator.carrier import CarrierOptions, FakeCarrier
from telephony.simulator.loopback import serve_on_loopback
from telephony.simulator.virtual_time import run_on_virtual_time
from telephony.twilio.outbound_webhooks import OutboundDeps, outbound_router
from telephony.twilio.rest import TwilioCallControl
from telephony.twilio.signature import RequestGate, SignatureCheck
from voicebot.dialling.desk import POLL, Dialling, DiallingPolicy
from voicebot.outbound.contacts import Attempt, Contact, Result, Retry, Terms
from voicebot.outbound.pace import Limits
from voicebot.outbound.permission import AllowList
from voicebot.store import CallList, Store, open_store

PUBLIC = "https://bot.example.com"
OURS = "+12125550100"
LEE = "+12125550143"
OKAFOR = "+12125550144"
SOON = Retry(20.0, 2)
TERMS = Terms("disputes", retries=dict.fromkeys((Result.BUSY, Result.LOST), SOON))
LIMITS = Limits(per_second=5.0, at_once=4)
MONDAY = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("America/New_York")).timestamp()


def virtually(
    test: Callable[..., Coroutine[Any, Any, None]],
) -> Callable[..., None]:
    """Run a test on virtual time."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        run_on_virtual_time(test(*args, **kwargs))

    return run


def clock() -> float:
    """Return the time of day, which begins on a Monday at ten in New York."""
    return MONDAY + asyncio.get_running_loop().time()


@dataclass
class World:
    """A carrier, a store, and whoever dials."""

    carrier: FakeCarrier
    store: Store
    app: FastAPI
    answers: list[IncomingCall] = field(default_factory=list)
    """Calls that were answered, as the conversation would see them."""
    says: str = "Hello from the bot, this takes a while, so please listen for some seconds."
    message: str = "We will call again."
    control: list[TwilioCallControl] = field(default_factory=list)

    def add(self, *numbers: str, terms: Terms = TERMS, name: str = "l1") -> None:
        """Order calls."""
        people = [Contact(f"{name}-{n}", name, to, True) for n, to in enumerate(numbers, 1)]
        self.store.outbound.add_list(CallList(name, "", terms, clock()), people)

    def attempts(self, name: str = "l1") -> list[Attempt]:
        """Return what was tried, in the order of the list."""
        return [one for record in self.store.outbound.records(name) for one in record.attempts]

    def results(self, name: str = "l1") -> list[str]:
        """Return what came of it."""
        return [one.result.value if one.result else "" for one in self.attempts(name)]

    async def until(self, holds: Callable[[], bool], timeout: float = 120.0) -> None:
        """Return once something holds."""
        for _ in range(int(timeout / 0.25)):
            if holds():
                return
            await asyncio.sleep(0.25)
        raise TimeoutError("\n".join(map(str, self.carrier.log)))

    @asynccontextmanager
    async def process(
        self, *, limits: Limits = LIMITS, poll: float = POLL
    ) -> AsyncIterator[Dialling]:
        """Run a process that dials, and kill it without a word at the end."""
        control = TwilioCallControl(
            self.carrier.account_sid, self.carrier.auth_token, api_base_url=self.carrier.api_url
        )

        async def connect(call: IncomingCall, hotline: str) -> CallAnswer | Goodbye:
            assert hotline == "disputes"
            self.answers.append(call)
            return Goodbye(self.says)

        async def message(hotline: str) -> str:
            return self.message

        dialling = Dialling(
            self.store.outbound,
            control,
            DiallingPolicy(OURS, PUBLIC, limits, AllowList()),
            connect=connect,
            message=message,
            clock=clock,
            poll=poll,
        )
        gate = RequestGate(SignatureCheck([self.carrier.auth_token], PUBLIC))
        before = list(self.app.router.routes)
        self.app.include_router(outbound_router(OutboundDeps(dialling, gate, PUBLIC)))
        running = asyncio.create_task(dialling.run())
        try:
            yield dialling
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            self.app.router.routes[:] = before
            await control.close()


@asynccontextmanager
async def world(folder: Path, options: CarrierOptions | None = None) -> AsyncIterator[World]:
    """Open a carrier and a store."""
    app = FastAPI(openapi_url=None)
    store = open_store(f"sqlite:///{folder / 'outbound.sqlite3'}")
    try:
        async with (
            serve_on_loopback(app) as url,
            FakeCarrier(options or CarrierOptions(), reach={PUBLIC: url}) as carrier,
        ):
            carrier.add_number(OURS, f"{PUBLIC}/twilio/voice")
            yield World(carrier, store, app)
    finally:
        store.close()
