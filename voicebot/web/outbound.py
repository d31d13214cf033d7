"""The outbound side of the server: its driver, its webhooks, and how its calls meet a hotline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter

from dialogue.loading import load_domain
from telephony.desk import CallAnswer, Goodbye, IncomingCall
from telephony.twilio.outbound_webhooks import OutboundDeps, outbound_router
from telephony.twilio.rest import TwilioCallControl
from telephony.twilio.signature import RequestGate, SignatureCheck
from voicebot.bootstrap import Service
from voicebot.call.parts import SessionParts
from voicebot.dialling.desk import Dialling, DiallingPolicy
from voicebot.dialling.orders import allowed_by, limits_of
from voicebot.dialling.plans import Plan, adapt
from voicebot.hotlines import Hotline
from voicebot.settings import Settings
from voicebot.web.outbound_api import outbound_api
from voicebot.web.reception import Reception

_SORRY = "Sorry, we can't talk right now. Goodbye."


@dataclass(frozen=True, slots=True)
class Outbound:
    """What the app needs of the outbound side."""

    service: Service
    router: APIRouter
    dialling: Dialling | None = None
    """None where this server places no calls."""
    carrier: TwilioCallControl | None = None

    async def plan_for(self, call_sid: str) -> Plan | None:
        """Return what a call is about; None if it is none of those that we made."""
        return await self.dialling.plan_for(call_sid) if self.dialling else None

    def parts(
        self, parts: SessionParts, hotline: Hotline, plan: Plan | None, number: str
    ) -> SessionParts:
        """Return the parts of a session that knows what it calls about, and takes opt-outs."""
        if hotline.domain.outbound is None:
            return parts
        settled = self.dialling.settled if self.dialling else None
        return adapt(parts, self.service.store.outbound, number, plan, settled)

    async def run(self) -> None:
        """Place calls until cancelled, where this server does."""
        if self.dialling is None or self.carrier is None:
            return
        try:
            await self.dialling.run()
        finally:
            await self.carrier.close()


def open_outbound(
    settings: Settings,
    service: Service,
    reception: Reception,
    turn: Callable[[], Awaitable[None]] | None = None,
) -> Outbound:
    """Return the outbound side of a server.

    Args:
        settings: What may be called, and by which account.
        service: The hotlines and the store.
        reception: Takes the calls that are answered.
        turn: Returns when a call may be made.
    """
    router, hotlines = APIRouter(), service.hotlines
    token = settings.outbound.api_token.get_secret_value()
    if token:
        router.include_router(
            outbound_api(service.store.outbound, settings.outbound, token, hotlines.names)
        )
    if not settings.outbound.enabled:
        return Outbound(service, router)

    async def connect(call: IncomingCall, hotline: str) -> CallAnswer | Goodbye:
        if not service.ready or not hotlines.expect(hotline):
            return Goodbye(_SORRY)
        return await reception.expect(call)

    async def message(hotline: str) -> str:
        described = (await asyncio.to_thread(load_domain, hotline)).outbound
        return described.message if described else ""

    twilio = settings.twilio
    carrier = TwilioCallControl(
        twilio.account_sid,
        twilio.auth_token.get_secret_value(),
        api_base_url=twilio.api_base_url,
        api_key_sid=twilio.api_key_sid,
        api_key_secret=twilio.api_key_secret.get_secret_value(),
        turn=turn,
    )
    dialling = Dialling(
        service.store.outbound,
        carrier,
        DiallingPolicy(
            caller_id=settings.outbound.number,
            public_url=settings.public_url,
            limits=limits_of(settings.outbound),
            allowed=allowed_by(settings.outbound),
            longest=int(settings.limits.call_seconds),
        ),
        connect=connect,
        message=message,
        ready=lambda: service.ready,
    )
    gate = RequestGate(SignatureCheck(twilio.auth_tokens, settings.public_url))
    deps = OutboundDeps(desk=dialling, gate=gate, public_url=settings.public_url)
    router.include_router(outbound_router(deps))
    return Outbound(service, router, dialling, carrier)
