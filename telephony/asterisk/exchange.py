"""What an Asterisk exchange asks of us beside the audio: who may, which call, and what comes next.

The exchange opens the media socket itself (websocket_client.conf) and logs in with HTTP Basic. The
dial string's `v(…)` puts the call's facts into the address. When the stream is over, the dialplan
asks `/asterisk/next` and gets one word; and once more when it has rung a person (`dialed`).
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64encode

import structlog
from fastapi import APIRouter, Request
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response

from telephony.calls import CallStatus, DialStatus
from telephony.desk import (
    CallDesk,
    DialEnded,
    Goodbye,
    IncomingCall,
    NextStep,
    StreamOver,
    TransferTo,
    Voicemail,
)

MEDIA_PATH = "/asterisk/media"
NEXT_PATH = "/asterisk/next"
SUBPROTOCOL = "media"
"""Offered by chan_websocket, which wants it back."""

USERNAME = "voicebot"

_LONGEST = 128
_DIALSTATUS = {
    "ANSWER": DialStatus.COMPLETED,
    "BUSY": DialStatus.BUSY,
    "NOANSWER": DialStatus.NO_ANSWER,
    "CANCEL": DialStatus.CANCELED,
}
"""What Asterisk's Dial() leaves in its variable DIALSTATUS; all else is a failure."""

_log = structlog.get_logger(__name__)


class ExchangeGate:
    """Lets the exchange in by its password.

    Args:
        password: As in its configuration.
    """

    def __init__(self, password: str) -> None:
        if not password:
            raise ValueError("an exchange cannot be told from others without a password")
        credentials = b64encode(f"{USERNAME}:{password}".encode())
        self._authorization = b"Basic " + credentials

    def allowed(self, connection: HTTPConnection) -> bool:
        """Return whether a request or upgrade comes from the exchange."""
        given = connection.headers.get("authorization", "").encode("latin-1", "replace")
        return hmac.compare_digest(given, self._authorization)


def call_of(connection: HTTPConnection) -> IncomingCall:
    """Return the call of a media socket, as far as its address tells: `id`, `caller`, `called`."""
    return IncomingCall(
        call_sid=_told(connection, "id") or f"a{secrets.token_hex(8)}",
        caller=_told(connection, "caller"),
        called=_told(connection, "called"),
    )


def exchange_router(desk: CallDesk, gate: ExchangeGate) -> APIRouter:
    """Return the route that the dialplan asks; the media socket itself is not among them."""
    router = APIRouter(include_in_schema=False)

    @router.get(NEXT_PATH, response_model=None)
    async def what_next(request: Request) -> Response:
        if not gate.allowed(request):
            _log.warning("webhook_forbidden", path=NEXT_PATH)
            return PlainTextResponse("", 401, {"www-authenticate": "Basic"})
        call_id = _told(request, "id")
        if dialed := _told(request, "dialed"):
            ended = DialEnded(call_id, _DIALSTATUS.get(dialed, DialStatus.FAILED))
            step = await desk.dial_ended(ended)
        else:
            step = await desk.stream_ended(StreamOver(call_id, CallStatus.IN_PROGRESS, 1))
        # CURL() keeps a final line break, so there is none.
        return PlainTextResponse(_word(step))

    return router


def _word(step: NextStep) -> str:
    match step:
        case TransferTo():
            return "person"
        case Voicemail():
            return "message"
        case Goodbye():
            return "hangup"
        case _:
            return "menu"


def _told(connection: HTTPConnection, name: str) -> str:
    value = connection.query_params.get(name, "")
    return value if len(value) <= _LONGEST and value.isprintable() else ""
