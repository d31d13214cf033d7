"""A warm transfer under test: the real driver and routes, with a carrier's orders written down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from telephony.calls import AccountStatus, CallStatus, ControlOutcome
from telephony.control import OutgoingCall
from telephony.desk import FallbackMenu, NextStep, Resume, Voicemail
from telephony.transfer.records import After, MemoryTransfers, TransferRecord
from telephony.transfers import News, TransferOrder, Transfers
from telephony.twilio.carrier import TWILIO
from telephony.twilio.signature import RequestGate, SignatureCheck
from telephony.twilio.transfer_webhooks import TransferDeps, transfer_router
from telephony.webhooks.routes import WebhookDeps

PUBLIC = "https://bot.example.com"
TOKEN = "auth-token"
CALLER = "CAcaller"
PEOPLE = ("+15550109991", "+15550109992")


@dataclass
class WrittenOrders:
    """Takes orders, and carries them out on nobody."""

    dialled: list[OutgoingCall] = field(default_factory=list)
    redirected: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    members: frozenset[str] = frozenset()
    made: list[tuple[str, CallStatus]] = field(default_factory=list)
    """What the carrier says of calls to whoever is asked about."""
    fails: Exception | None = None
    outcome: ControlOutcome = ControlOutcome.DONE

    async def dial(self, call: OutgoingCall) -> str:
        self.dialled.append(call)
        self._fail()
        return f"CAperson{len(self.dialled) - 1}"

    async def redirect(self, call_sid: str, url: str) -> ControlOutcome:
        self.redirected.append((call_sid, url.removeprefix(f"{PUBLIC}/twilio/transfer/")))
        self._fail()
        return self.outcome

    async def hang_up(self, call_sid: str) -> ControlOutcome:
        self.ended.append(call_sid)
        self._fail()
        return self.outcome

    async def update_twiml(self, call_sid: str, twiml: str) -> ControlOutcome:
        raise AssertionError("a transfer gives addresses, not documents")

    async def room_members(self, room: str) -> frozenset[str]:
        self._fail()
        return self.members

    async def call_status(self, call_sid: str) -> CallStatus | None:
        raise AssertionError("not asked about single calls")

    async def calls_to(self, number: str, since: float) -> tuple[tuple[str, CallStatus], ...]:
        self._fail()
        return tuple(self.made)

    async def check_account(self) -> AccountStatus:
        return AccountStatus("AC1", "active")

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


class Returns:
    """Takes callers back, or has them leave a message."""

    def __init__(self) -> None:
        self.bot = True

    def can_resume(self, caller_sid: str) -> bool:
        return self.bot

    async def come_back(self, record: TransferRecord) -> NextStep:
        return Resume({"token": "again"}) if self.bot else Voicemail()

    def streams(self, caller_sid: str) -> int:
        return 1


class Line:
    """A transfer that was begun, and the carrier that asks its webhooks."""

    def __init__(self, *, public_url: str = PUBLIC) -> None:
        self.orders = WrittenOrders()
        self.returns = Returns()
        self.store = MemoryTransfers()
        self.news: list[News] = []
        self.transfers = Transfers(self.orders, self.store, base_url=f"{PUBLIC}/twilio/transfer")
        app = FastAPI()
        gate = RequestGate(SignatureCheck([TOKEN], PUBLIC))
        webhooks = WebhookDeps(desk=_NoDesk(), gate=gate, dialect=TWILIO, public_url=public_url)
        app.include_router(transfer_router(TransferDeps(self.transfers, self.returns, webhooks)))
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=("203.0.113.9", 443)), base_url=PUBLIC
        )
        self.id = ""

    async def begin(self, after: After = After.BOT) -> None:
        order = TransferOrder(CALLER, PEOPLE, "+15550100000", "Hotline call. A refund.", after)
        self.id = await self.transfers.begin(order, self.news.append)
        await self.quiet()

    async def quiet(self) -> None:
        """Let the orders that were given have their results."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def post(
        self, name: str, call_sid: str, *, person: int = 0, token: str = TOKEN, **form: str
    ) -> httpx.Response:
        path = f"/twilio/transfer/{self.id}/{name}?person={person}"
        data = {"CallSid": call_sid, **form} if call_sid else form
        signature = RequestValidator(token).compute_signature(PUBLIC + path, data)
        response = await self.http.post(path, data=data, headers={"X-Twilio-Signature": signature})
        await self.quiet()
        return response

    async def record(self) -> TransferRecord:
        record = await self.store.load(self.id)
        assert record is not None
        return record

    async def take(self, person: int = 0) -> httpx.Response:
        """The person answers, and presses 1."""
        sid = f"CAperson{person}"
        await self.post("screen", sid, person=person)
        return await self.post("decision", sid, person=person, Digits="1")

    async def joins(self, label: str, sid: str) -> None:
        await self.post("conf", sid, StatusCallbackEvent="participant-join", ParticipantLabel=label)

    async def close(self) -> None:
        await self.http.aclose()
        await self.transfers.close()


class _NoDesk:
    """Calls do not ring here."""

    async def answer(self, call: Any) -> FallbackMenu:
        return FallbackMenu(person=False)

    stream_ended = menu_answered = dial_ended = answer

    async def stream_reported(self, report: Any) -> None:
        return None

    message_left = stream_reported
