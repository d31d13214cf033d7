"""CallHost: takes the media sockets of all carriers, and has a session look after each call."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import cast

import structlog
from fastapi import WebSocket
from structlog.contextvars import bound_contextvars

from telephony.asterisk import exchange
from telephony.asterisk.media_socket import MediaSocket
from telephony.browser import page_stream
from telephony.browser.page_stream import PageStream
from telephony.desk import Accept, IncomingCall, StreamOver
from telephony.media_leg import MediaLeg, Started, TransferKind
from voicebot.bootstrap import Service
from voicebot.call.parts import Outcome
from voicebot.call.session import CallSession
from voicebot.calling_back import CallBackTools
from voicebot.dialling.plans import Plan
from voicebot.hotlines import Hotline, HotlineUnavailable
from voicebot.journal import CallAnswered, StreamStarted
from voicebot.media.handshake import StreamRefused, read_start
from voicebot.media.hold_music import hold_music
from voicebot.media.line_switch import LineSwitch
from voicebot.media.phone import PhoneLine
from voicebot.settings import Settings
from voicebot.store import StoreError
from voicebot.web.carriers import Carrier
from voicebot.web.outbound import Outbound
from voicebot.web.reception import TOKEN, Reception
from voicebot.web.relay import Doorway, Remembering, relay
from voicebot.web.transferring import PhoneTransfers

_log = structlog.get_logger(__name__)

MOST_WAITING = 64
"""Sockets that may be open without having said which call they are for."""

_CUT_OFF_SECONDS = 1.0
"""Within which a session notices that its line is gone."""


class StreamRelayed(Exception):
    """The stream was brought to another process, and is over."""


_Admit = Callable[[Started], Awaitable[IncomingCall]]
"""Lets a stream in, or raises StreamRefused."""


class CallHost:
    """Opens lines.

    Args:
        settings: Times, limits, and the test phone's token.
        service: The models and hotlines.
        reception: Decides which calls are taken.
        outbound: Knows which calls we made, and what about.
        transfers: Rings people for callers who stay with the bot; None: calls end when a person is
            needed.
    """

    def __init__(
        self,
        settings: Settings,
        service: Service,
        reception: Reception,
        outbound: Outbound,
        transfers: PhoneTransfers | None = None,
    ) -> None:
        self._settings = settings
        self._service = service
        self._reception = reception
        self._outbound = outbound
        self._waiting = 0
        self._transfers = transfers
        self._live: dict[str, _Live] = {}
        """By the carrier's name of the call."""

    def has(self, call_sid: str) -> bool:
        """Return whether a call's session is here."""
        return call_sid in self._live

    async def cut_off(self, over: StreamOver) -> bool:
        """Return whether the call's session waits for a new stream, as this one broke off.

        The carrier may know of the end before the socket tells, and the session is told then.
        """
        live = self._live.get(over.call_sid)
        if live is None:
            return False
        try:
            async with asyncio.timeout(_CUT_OFF_SECONDS):
                if over.stream == live.streams:
                    await live.switch.lose()
                await live.session.off_line.wait()
        except TimeoutError:
            return False
        return live.session.is_cut_off

    async def take_stream(self, websocket: WebSocket, carrier: Carrier) -> None:
        """Take the stream of a call that a webhook announced, by its one-use token."""
        if not carrier.gate.upgrade_allowed(websocket):
            await _refuse_upgrade(websocket, "signature")
            return

        remembering = Remembering(websocket)

        async def admit(started: Started) -> IncomingCall:
            token = started.custom_parameters.get(TOKEN, "")
            incoming = await self._reception.admit(started.call_sid, token)
            if incoming is None:
                raise StreamRefused("token")
            if started.call_sid not in self._live:
                worker = await self._reception.elsewhere(started.call_sid)
                if worker is not None and await relay(remembering, worker, carrier, incoming):
                    raise StreamRelayed
            remembering.told()
            return incoming

        # It is a websocket, but for its memory.
        await self._open(cast(WebSocket, remembering), carrier.leg(), admit, "phone")

    async def take_relayed(self, websocket: WebSocket, carrier: Carrier, doorway: Doorway) -> None:
        """Take a stream that another process has let in, because the session is here."""
        call = doorway.call_of(websocket)
        if call is None:
            await _refuse_upgrade(websocket, "not one of us")
            return

        async def admit(started: Started) -> IncomingCall:
            if started.call_sid != call.call_sid:
                raise StreamRefused("another call")
            return call

        await self._open(websocket, carrier.leg(), admit, "phone")

    async def take_exchange(self, websocket: WebSocket, gate: exchange.ExchangeGate) -> None:
        """Take a call that an exchange brings itself."""
        if not gate.allowed(websocket):
            await _refuse_upgrade(websocket, "password")
            return
        call = exchange.call_of(websocket)

        async def admit(started: Started) -> IncomingCall:
            return await self._announced(call)

        offered = websocket.scope.get("subprotocols") or ()
        wanted = exchange.SUBPROTOCOL if exchange.SUBPROTOCOL in offered else None
        await self._open(websocket, MediaSocket(call.call_sid), admit, "phone", wanted)

    async def take_page(self, websocket: WebSocket) -> None:
        """Take a call from the test phone, by the token of the settings."""
        token = self._settings.test_phone.token.get_secret_value()

        async def admit(started: Started) -> IncomingCall:
            given = started.custom_parameters[page_stream.TOKEN]
            if not token or not hmac.compare_digest(given.encode(), token.encode()):
                raise StreamRefused("token")
            called = started.custom_parameters[page_stream.CALLED]
            return await self._announced(IncomingCall(started.call_sid, "", called))

        await self._open(websocket, PageStream(f"b{secrets.token_hex(8)}"), admit, "browser")

    async def _announced(self, call: IncomingCall) -> IncomingCall:
        """Have the reception take a call that no webhook announced."""
        answer = await self._reception.answer(call)
        if not isinstance(answer, Accept):
            raise StreamRefused("not taken")
        admitted = await self._reception.admit(call.call_sid, answer.parameters[TOKEN])
        if admitted is None:
            raise StreamRefused("token")
        return admitted

    async def _open(
        self,
        websocket: WebSocket,
        leg: MediaLeg,
        admit: _Admit,
        channel: str,
        subprotocol: str | None = None,
    ) -> None:
        if self._waiting >= MOST_WAITING:
            await _refuse_upgrade(websocket, "too many at once")
            return
        self._waiting += 1
        try:
            await websocket.accept(subprotocol)
            started = await read_start(websocket, leg, self._settings.limits.start_seconds)
            incoming = await admit(started)
            live = self._live.get(started.call_sid)
            if live is not None and not live.session.is_away:
                raise StreamRefused("a second stream")
            if not self._service.ready:
                raise StreamRefused("not ready")
        except StreamRelayed:
            return
        except StreamRefused as refusal:
            _log.warning("stream refused", reason=refusal.reason)
            await _close(websocket, 1008)
            return
        finally:
            self._waiting -= 1
        if live is not None:
            await self._go_on(live, websocket, leg, started)
            return
        hotlines = self._service.hotlines
        try:
            plan = await self._outbound.plan_for(started.call_sid)
            name = plan.terms.hotline if plan else hotlines.name_for(incoming.called)
            async with hotlines.lease(name) as hotline:
                await self._host(websocket, leg, started, incoming, hotline, plan, channel)
        except (HotlineUnavailable, StoreError) as trouble:
            # The carrier then asks how the call goes on, and the caller gets the fallback.
            _log.error("call without its hotline", reason=str(trouble))
            await _close(websocket, 1011)

    async def _host(
        self,
        websocket: WebSocket,
        leg: MediaLeg,
        started: Started,
        incoming: IncomingCall,
        hotline: Hotline,
        plan: Plan | None,
        channel: str,
    ) -> None:
        call = CallAnswered(
            call_id=f"c{secrets.token_hex(8)}",
            channel=channel,
            domain=hotline.domain.name,
            answered_at=time.time(),
            carrier_call_id=started.call_sid,
            caller=incoming.caller,
            called=incoming.called,
            versions=self._service.versions(hotline.domain),
        )
        switch = LineSwitch(lambda event: session.post(event))
        person = None
        asks_first = TransferKind.CONFERENCE in leg.capabilities.transfers
        if self._transfers is not None and asks_first:
            person = self._transfers.line(incoming, lambda news: session.post(news))
        parts = self._service.session_parts(hotline, switch, switch, person)
        if person is not None and self._service.staff is not None:
            tools = CallBackTools(
                parts.tools,
                self._service.staff,
                person,
                caller=incoming.caller,
                called=incoming.called,
            )
            parts = replace(parts, tools=tools)
        session = CallSession(
            call,
            started.stream_sid,
            self._outbound.parts(parts, hotline, plan, incoming.caller),
            self._service.session_policy,
        )
        live = self._live[started.call_sid] = _Live(session, switch)
        line = self._line(live, websocket, leg)
        with bound_contextvars(call_id=call.call_id):
            self._reception.began(started.call_sid)
            outcome = Outcome("failed")
            try:
                outcome = await _look_after(session, switch, line)
            finally:
                del self._live[started.call_sid]
                if self._transfers is not None:
                    self._transfers.forget(started.call_sid)
                self._reception.ended(started.call_sid, outcome)
                seconds = round(session.now, 1)
                _log.info("call ended", disposition=outcome.disposition, seconds=seconds)

    async def _go_on(
        self, live: _Live, websocket: WebSocket, leg: MediaLeg, started: Started
    ) -> None:
        """Go on with a call whose caller comes back."""
        live.streams += 1
        if self._transfers is not None:
            self._transfers.streamed(started.call_sid)
        line = self._line(live, websocket, leg)
        with bound_contextvars(call_id=live.session.call.call_id):
            live.session.post(StreamStarted(started.stream_sid))
            await live.switch.carry(line)

    def _line(self, live: _Live, websocket: WebSocket, leg: MediaLeg) -> PhoneLine:
        line: PhoneLine = PhoneLine(
            websocket,
            leg,
            self._service.speech_detector(),
            lead=self._settings.playout.lead,
            hold=hold_music() if self._settings.handoff.hold == "music" else b"",
            post=live.switch.post_of(lambda: line),
            clock=lambda: live.session.now,
        )
        live.switch.connect(line)
        return line


@dataclass(slots=True)
class _Live:
    """A call that a session looks after."""

    session: CallSession
    switch: LineSwitch
    streams: int = 1
    """How many it has had."""


async def _look_after(session: CallSession, switch: LineSwitch, line: PhoneLine) -> Outcome:
    """Run the first line and the session side by side; no line outlives the session."""
    carrying = asyncio.create_task(switch.carry(line))
    try:
        return await session.run()
    finally:
        try:
            async with asyncio.timeout(5.0):
                await switch.close()
                await carrying
        except TimeoutError:
            carrying.cancel()
            _log.warning("media line did not close in time")


async def _refuse_upgrade(websocket: WebSocket, reason: str) -> None:
    _log.warning("stream refused", reason=reason)
    await websocket.close(1008)  # Before accept: the peer sees HTTP 403.


async def _close(websocket: WebSocket, code: int) -> None:
    try:
        async with asyncio.timeout(2.0):
            await websocket.close(code)
    except (TimeoutError, RuntimeError):
        return  # The peer is gone, or does not answer: nothing is left to close.
