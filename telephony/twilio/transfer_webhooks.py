"""The routes of a warm transfer: verify, parse, tell the transfer, answer as it then stands.

`POST /twilio/transfer/{id}/…`. The name of a transfer has 128 random bits; a leg must be one of its
own. An answer depends on the state alone, so that a repeated request gets the same.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from telephony.calls import CallStatus
from telephony.desk import Goodbye, NextStep
from telephony.dialect import Form
from telephony.transfer import facts
from telephony.transfer.commands import Outcome
from telephony.transfer.facts import Fact
from telephony.transfer.records import After, TransferRecord
from telephony.transfers import Transfers
from telephony.twilio import transfer_forms, transfer_twiml, twiml
from telephony.twilio.transfer_twiml import CALLER, PERSON, TransferWords
from telephony.webhooks import forms
from telephony.webhooks.instructions import Instructions
from telephony.webhooks.routes import WebhookDeps
from telephony.webhooks.signed_forms import bad_form, signed_form

TRANSFER_PATH = "/twilio/transfer"
_OF_CALLER = ("room", "caller_left")
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)

_log = structlog.get_logger(__name__)


class ReturnDesk(Protocol):
    """Decides how a caller goes on who comes back from a person, or did not get to one."""

    def can_resume(self, caller_sid: str) -> bool:
        """Return whether the bot can take this caller back."""
        ...

    async def come_back(self, record: TransferRecord) -> NextStep:
        """Return how the caller of a transfer goes on: with the bot, or else by leaving a message.

        A repeated request gets the same.
        """
        ...

    def streams(self, caller_sid: str) -> int:
        """Return how many streams the call has had."""
        ...


@dataclass(frozen=True, slots=True)
class TransferDeps:
    """What the routes need."""

    transfers: Transfers
    desk: ReturnDesk
    webhooks: WebhookDeps
    words: TransferWords = field(default_factory=TransferWords)
    hold_url: str = ""
    """Of the sound that a caller hears who is alone in a room; empty for silence."""


def transfer_router(deps: TransferDeps) -> APIRouter:
    """Return the routes `POST /twilio/transfer/{id}/…`."""
    router = APIRouter(include_in_schema=False)
    routes = _Routes(deps)
    for name, answer in (
        ("screen", routes.screen),
        ("decision", routes.decision),
        ("agent-status", routes.agent_status),
        ("agent-left", routes.agent_left),
        ("conf", routes.conf),
        ("room", routes.room),
        ("wait", routes.wait),
        ("caller-left", routes.caller_left),
        ("back", routes.caller_left),
    ):
        router.add_api_route(
            f"{TRANSFER_PATH}/{{transfer_id}}/{name}",
            routes.serve(answer),
            methods=["POST"],
            response_model=None,
        )
    return router


@dataclass(frozen=True, slots=True)
class _Asked:
    """A webhook that was signed, and is about a transfer of ours."""

    request: Request
    form: Form
    record: TransferRecord
    person: int
    call_sid: str


_Answer = Callable[[_Asked], Awaitable[str]]


class _Routes:
    def __init__(self, deps: TransferDeps) -> None:
        self._deps = deps
        self._transfers = deps.transfers
        self._words = deps.words
        outer = deps.webhooks
        self._write = Instructions(outer.dialect, outer.public_url, outer.words)

    # --- the person's leg ------------------------------------------------------------------------

    async def screen(self, asked: _Asked) -> str:
        """They answered, or are sent away: what do they hear?"""
        if not self._is_of_person(asked):
            return self._not_needed()
        record = await self._tell(asked, facts.Screened(asked.person, asked.call_sid))
        if not self._transfers.machine(record).is_wanted(asked.person):
            return self._not_needed()
        url = self._transfers.orders.url(record, "decision", asked.person)
        return transfer_twiml.screening(record.brief, url, self._words)

    async def decision(self, asked: _Asked) -> str:
        """They pressed a key, or none."""
        if not self._is_of_person(asked):
            return self._not_needed()
        chose = transfer_forms.chose(asked.form, asked.person)
        accepts = chose.key is facts.Key.ACCEPT
        was_wanted = self._transfers.machine(asked.record).is_wanted(asked.person)
        record = await self._tell(asked, chose)
        if accepts and self._transfers.machine(record).is_wanted(asked.person):
            return self._room(record, asked.person, PERSON)
        if accepts or not was_wanted:
            return self._not_needed()
        return twiml.hangup(self._words.declined)

    async def agent_status(self, asked: _Asked) -> str:
        """Their leg got on, or is over."""
        if self._is_of_person(asked):
            await self._tell(asked, transfer_forms.leg_changed(asked.form, asked.person))
        return ""

    async def agent_left(self, asked: _Asked) -> str:
        """They left the room."""
        if self._is_of_person(asked):
            await self._tell(asked, facts.PersonLeft(asked.person))
        return twiml.hangup()

    async def conf(self, asked: _Asked) -> str:
        """Somebody came into the room, or left it."""
        label, fact = transfer_forms.room_changed(asked.form, asked.person)
        if (
            fact is None
            or (label == PERSON and not self._is_of_person(asked))
            or (label == CALLER and asked.call_sid != asked.record.caller_sid)
        ):
            return ""
        await self._tell(asked, fact)
        return ""

    # --- the caller's leg ------------------------------------------------------------------------

    async def room(self, asked: _Asked) -> str:
        """The caller is moved: into the room, or back, if it has emptied meanwhile."""
        if asked.call_sid != asked.record.caller_sid:
            return self._not_needed()
        record = await self._tell(asked, facts.RoomAsked())
        if self._transfers.machine(record).is_room_open:
            return self._room(record, record.state.person, CALLER)
        return await self._back(asked, record)

    async def wait(self, asked: _Asked) -> str:
        """The caller is alone in the room, for a moment."""
        return transfer_twiml.waiting(self._deps.hold_url)

    async def caller_left(self, asked: _Asked) -> str:
        """The caller comes out of the room: on with the bot, or goodbye."""
        if asked.call_sid != asked.record.caller_sid:
            return self._not_needed()
        if transfer_forms.status(asked.form) is CallStatus.COMPLETED:
            await self._tell(asked, facts.CallerGone())
            return twiml.hangup()
        bot = self._deps.desk.can_resume(asked.record.caller_sid)
        record = await self._tell(asked, facts.CallerReleased(bot))
        return await self._back(asked, record)

    async def _back(self, asked: _Asked, record: TransferRecord) -> str:
        talked = record.state.outcome is Outcome.BRIDGED
        step: NextStep
        if talked and record.after is After.GOODBYE:
            step = Goodbye(self._deps.webhooks.words.goodbye)
        else:
            step = await self._deps.desk.come_back(record)
        return self._write.next(asked.request, step, self._deps.desk.streams(record.caller_sid))

    # --- common ----------------------------------------------------------------------------------

    def serve(self, answer: _Answer) -> Callable[[Request, str], Awaitable[Response]]:
        """Return the route that gives an answer."""

        async def route(request: Request, transfer_id: str) -> Response:
            deps = self._deps.webhooks
            of_call = answer.__name__ != "conf"
            form = await signed_form(request, deps.gate, deps.dialect, of_call=of_call)
            if isinstance(form, Response):
                return form
            record = None
            if _ID.fullmatch(transfer_id):
                record = await self._transfers.load(transfer_id)
            if record is None:
                _log.warning("webhook of an unknown transfer", path=answer.__name__)
                if answer.__name__ in _OF_CALLER:
                    # A caller whose transfer we have forgotten is not to be lost for it.
                    return Response(self._write.apology(request), media_type="text/xml")
                return PlainTextResponse("no such transfer\n", status_code=404)
            try:
                person = transfer_forms.person_number(request.query_params.get("person", "0"))
                asked = _Asked(request, form, record, person, request.state.call_sid)
                async with asyncio.timeout(deps.desk_timeout):
                    document = await answer(asked)
            except forms.BadForm as error:
                return bad_form(error)
            except Exception as error:
                # Whatever is wrong with us, the caller must not be left in silence.
                _log.error("webhook_failed", path=answer.__name__, error=type(error).__name__)
                document = ""
                if request.state.call_sid == record.caller_sid:
                    document = self._write.apology(request)
            if not document:
                return Response(status_code=204)
            return Response(document, media_type="text/xml")

        return route

    async def _tell(self, asked: _Asked, fact: Fact) -> TransferRecord:
        record = await self._transfers.tell(asked.record.transfer_id, fact)
        return record or asked.record

    def _is_of_person(self, asked: _Asked) -> bool:
        """Whether the leg that asks is that person's, as far as it is known."""
        legs = asked.record.state.legs
        if asked.person >= len(legs):
            return False
        sid = legs[asked.person].sid
        own = sid in ("", asked.call_sid) and asked.call_sid != asked.record.caller_sid
        if not own:
            _log.warning("webhook of another call", transfer_id=asked.record.transfer_id[:8])
        return own

    def _room(self, record: TransferRecord, person: int, label: str) -> str:
        left = "agent-left" if label == PERSON else "caller-left"
        # The person waits for a second or two, and is to hear the caller's first word.
        music = label == CALLER and bool(self._deps.hold_url)
        return transfer_twiml.room(
            self._transfers.orders.room(record, person),
            label,
            action_url=self._transfers.orders.url(record, left, person),
            status_url=self._transfers.orders.url(record, "conf", person),
            wait_url=self._transfers.orders.url(record, "wait", person) if music else "",
        )

    def _not_needed(self) -> str:
        return twiml.hangup(self._words.not_needed)
