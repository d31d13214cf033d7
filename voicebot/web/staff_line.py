"""The telephone line on which people say whether they take calls: `POST /twilio/staff`.

They are known by their number and their PIN. The address of the menu is given only to a call that
brought the right PIN, and every request is signed by the carrier.
"""

from __future__ import annotations

import hmac
import time
from collections import deque
from collections.abc import Awaitable, Callable

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response
from twilio.twiml.voice_response import Gather, VoiceResponse

from telephony.dialect import Dialect, Form, Gate
from telephony.twilio import twiml
from telephony.webhooks import forms
from telephony.webhooks.signed_forms import bad_form, signed_form
from voicebot.staff.presence import Presence
from voicebot.staff.roster import Person
from voicebot.staffing import StaffDesk
from voicebot.store import StoreError

STAFF_PATH = "/twilio/staff"
_WRONG = 5
"""Wrong PINs of one person within `_WINDOW` seconds, after which theirs is not asked for."""
_WINDOW = 900.0
_MENU = "Press 1 if you take calls, 2 if you are away, 3 to hear what you are doing."

_Answer = Callable[[Person, Form], Awaitable[str]]

_log = structlog.get_logger(__name__)


def staff_router(desk: StaffDesk, gate: Gate, dialect: Dialect) -> APIRouter:
    """Return the routes; calls to them are for a number that only the people know."""
    router = APIRouter(include_in_schema=False)
    line = _StaffLine(desk)

    def serve(
        answer: Callable[[Person, Form], Awaitable[str]],
    ) -> Callable[..., Awaitable[Response]]:
        async def route(request: Request) -> Response:
            form = await signed_form(request, gate, dialect)
            if isinstance(form, Response):
                return form
            try:
                person = desk.roster.by_number(forms.text(form, "From", 64))
                if person is None or not person.pin:
                    document = twiml.hangup("Your number is not known here. Goodbye.")
                else:
                    document = await answer(person, form)
            except forms.BadForm as error:
                return bad_form(error)
            except StoreError as error:
                _log.error("nobody can sign in", reason=str(error))
                document = twiml.hangup("That did not work. Please try again later.")
            return Response(document, media_type="text/xml")

        return route

    for path, answer in (("", line.greet), ("/pin", line.pin), ("/menu", line.menu)):
        router.add_api_route(
            STAFF_PATH + path, serve(answer), methods=["POST"], response_model=None
        )
    return router


class _StaffLine:
    def __init__(self, desk: StaffDesk) -> None:
        self._desk = desk
        self._wrong: dict[str, deque[float]] = {}

    async def greet(self, person: Person, form: Form) -> str:
        """Ask for the PIN."""
        return _asked("Please enter your PIN, and then the hash key.", "/pin", key="#")

    async def pin(self, person: Person, form: Form) -> str:
        """Look at the PIN."""
        now = time.monotonic()
        wrong = self._wrong.setdefault(person.id, deque(maxlen=_WRONG))
        if len(wrong) == _WRONG and now - wrong[0] < _WINDOW:
            return twiml.hangup("That was wrong too often. Please try again later.")
        given = forms.text(form, "Digits", 32)
        if not hmac.compare_digest(given.encode(), person.pin.encode()):
            wrong.append(now)
            _log.warning("wrong PIN", person=person.id)
            return _asked("That was wrong. Please enter your PIN again.", "/pin", key="#")
        wrong.clear()
        return _asked(_MENU, "/menu")

    async def menu(self, person: Person, form: Form) -> str:
        """Do what they chose, and ask again."""
        match forms.text(form, "Digits", 32):
            case "1":
                state = await self._desk.sign(person.id, away=False)
            case "2":
                state = await self._desk.sign(person.id, away=True)
            case "3":
                state = await self._desk.state(person.id)
            case _:
                return twiml.hangup("Goodbye.")
        return _asked(f"{_told(state)} {_MENU}", "/menu")


def _told(state: Presence) -> str:
    doing = state.doing.value.replace("_", " ")
    return f"You are {doing}{', and away after this call' if state.leaving else ''}."


def _asked(text: str, path: str, *, key: str = "") -> str:
    response = VoiceResponse()
    gather = Gather(
        action=STAFF_PATH + path,
        method="POST",
        input="dtmf",
        timeout=8,
        **({"finish_on_key": key} if key else {"num_digits": 1}),
    )
    gather.say(text)
    response.append(gather)
    response.say("Goodbye.")
    response.hangup()
    return str(response)
