"""cXML: what SignalWire's webhooks are answered with, and how it proves who it is.

Sources: signalwire.com/docs/compatibility-api/cxml/reference/voice/stream and
developer.signalwire.com/guides/webhook-security. Webhooks are signed as at Twilio, with the
project's signing key. Upgrades are not; they bear the token of `authBearerToken`, which is made
from the signing key, so that any process knows it.
"""

from __future__ import annotations

import hashlib
import hmac

from starlette.requests import HTTPConnection

from telephony.dialect import Dialect, Form
from telephony.requests import path_with_query
from telephony.twilio.signature import SignatureCheck
from telephony.twiml_like import TwimlLike

HEADERS = ("X-SignalWire-Signature", "X-Twilio-Signature")
"""Where the signature may stand; the second is the older name."""


def bearer(signing_key: str) -> str:
    """Return the token that SignalWire is to bring when it opens the media socket."""
    return hmac.new(signing_key.encode(), b"media socket", hashlib.sha256).hexdigest()


def dialect(signing_key: str) -> Dialect:
    """Return how SignalWire speaks; `realtime` has it catch up after delays."""
    stream = {"authBearerToken": bearer(signing_key), "realtime": "true"}
    return Dialect("signalwire", TwimlLike(stream))


class SignalWireGate:
    """See `telephony.dialect.Gate`.

    Args:
        signing_key: Of the project.
        public_url: Where SignalWire reaches us.
    """

    def __init__(self, signing_key: str, public_url: str) -> None:
        self._check = SignatureCheck([signing_key], public_url)
        self._authorization = f"Bearer {bearer(signing_key)}".encode()

    def worth_reading(self, request: HTTPConnection) -> bool:
        """Return whether a request may turn out to be allowed, before its body is read."""
        return any(header in request.headers for header in HEADERS)

    def webhook_allowed(self, request: HTTPConnection, form: Form, body: bytes) -> bool:
        """Return whether SignalWire signed this webhook."""
        path = path_with_query(request)
        return any(
            self._check.webhook_ok(path, form, request.headers.get(header)) for header in HEADERS
        )

    def upgrade_allowed(self, websocket: HTTPConnection) -> bool:
        """Return whether the media socket brings our bearer token."""
        given = websocket.headers.get("authorization", "").encode("latin-1", "replace")
        return hmac.compare_digest(given, self._authorization)
