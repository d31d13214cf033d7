"""Check of `X-Twilio-Signature`; in development, of who may call without one.

The signature is base64(HMAC-SHA1(auth token, URL + sorted form fields)); the URL is the public one,
as Twilio was told, so it is built from the configured address and never from request headers. For
the upgrade of a media socket the URL begins with `wss://`, as written in the TwiML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from twilio.request_validator import RequestValidator

from telephony.requests import is_local_peer, path_with_query

HEADER = "X-Twilio-Signature"

FormValues = Mapping[str, str | Sequence[str]]
"""Form fields; a field that came several times has a list."""


class SignatureCheck:
    """Tells Twilio's requests from others'.

    Args:
        tokens: Auth tokens in force; two of them while they are rotated.
        public_url: Where Twilio reaches us, `https://host[:port][/prefix]`.
    """

    def __init__(self, tokens: Sequence[str], public_url: str) -> None:
        self._validators = tuple(RequestValidator(token) for token in tokens if token)
        if not self._validators:
            raise ValueError("a signature cannot be checked without an auth token")
        self._public_url = public_url.rstrip("/")
        parts = urlsplit(self._public_url)
        socket_scheme = {"https": "wss", "http": "ws"}.get(parts.scheme)
        if socket_scheme is None or not parts.netloc:
            raise ValueError("the public address must look like https://bot.example.com")
        self._socket_url = parts._replace(scheme=socket_scheme).geturl()

    def webhook_ok(self, path_with_query: str, form: FormValues, signature: str | None) -> bool:
        """Return whether Twilio signed this POST; never raises, whatever comes.

        Args:
            path_with_query: As requested, below the public address.
            form: All fields of the body.
            signature: The header's value; None if there was none.
        """
        return self._valid(self._public_url + path_with_query, _Fields(form), signature)

    def upgrade_ok(self, path: str, signature: str | None) -> bool:
        """Return whether Twilio signed this websocket upgrade; never raises, whatever comes."""
        return self._valid(self._socket_url + path, _Fields(), signature)

    def _valid(self, url: str, form: _Fields, signature: str | None) -> bool:
        if not signature:
            return False
        try:
            return any(check.validate(url, form, signature) for check in self._validators)
        except (ValueError, TypeError):
            # An address that cannot be split, or text that cannot be encoded, was not signed.
            return False


class _Fields(dict[str, "str | Sequence[str]"]):
    """Form fields as the validator of `twilio` wants them."""

    def getall(self, name: str) -> list[str]:
        value = self[name]
        return [value] if isinstance(value, str) else list(value)


class RequestGate:
    """Decides whether a request or upgrade is let in.

    Args:
        signatures: What to check with; None in development, when only callers on this very
            machine are let in, unsigned.
    """

    def __init__(self, signatures: SignatureCheck | None) -> None:
        self._signatures = signatures

    @property
    def development(self) -> bool:
        """Whether unsigned requests of this machine are let in, and no others."""
        return self._signatures is None

    def worth_reading(self, request: HTTPConnection) -> bool:
        """Return whether a request may turn out to be allowed, before its body is read."""
        return is_local_peer(request) if self._signatures is None else HEADER in request.headers

    def webhook_allowed(self, request: HTTPConnection, form: FormValues, body: bytes = b"") -> bool:
        """Return whether to serve this webhook."""
        if self._signatures is None:
            return is_local_peer(request)
        return self._signatures.webhook_ok(
            path_with_query(request), form, request.headers.get(HEADER)
        )

    def upgrade_allowed(self, websocket: HTTPConnection) -> bool:
        """Return whether to accept this media socket."""
        if self._signatures is None:
            return is_local_peer(websocket)
        return self._signatures.upgrade_ok(
            path_with_query(websocket), websocket.headers.get(HEADER)
        )
