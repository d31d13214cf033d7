"""Check of Plivo's signatures, version 3.

Sources: plivo.com/docs/voice/concepts/signature-validation and, for the media socket,
plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference. The signature is
base64(HMAC-SHA256(auth token, base + "." + nonce)), where the base is the address with its query
sorted and, for a POST that has fields, a dot and the sorted fields; the header may hold several of
them, by commas. The reference of the media socket writes another base for it, `GET` + address +
nonce; both are accepted there, as is either scheme.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import parse_qs, urlsplit

from starlette.requests import HTTPConnection

from telephony.dialect import Form
from telephony.requests import path_with_query

SIGNATURE = "X-Plivo-Signature-V3"
NONCE = "X-Plivo-Signature-V3-Nonce"

_MOST_SIGNATURES = 8
_Bases = Callable[[str], Iterable[str]]
"""Returns what may have been signed with a nonce."""


class PlivoGate:
    """See `telephony.dialect.Gate`.

    Args:
        tokens: Auth tokens in force; two of them while they are rotated.
        public_url: Where Plivo reaches us, `https://host[:port][/prefix]`.
    """

    def __init__(self, tokens: Sequence[str], public_url: str) -> None:
        self._keys = tuple(token.encode() for token in tokens if token)
        if not self._keys:
            raise ValueError("a signature cannot be checked without an auth token")
        self._public_url = public_url.rstrip("/")

    def worth_reading(self, request: HTTPConnection) -> bool:
        """Return whether a request may turn out to be allowed, before its body is read."""
        return SIGNATURE in request.headers and NONCE in request.headers

    def webhook_allowed(self, request: HTTPConnection, form: Form, body: bytes) -> bool:
        """Return whether Plivo signed this webhook."""
        base = signed_base(self._public_url + path_with_query(request), form)
        return self._signed(request, lambda nonce: [f"{base}.{nonce}"])

    def upgrade_allowed(self, websocket: HTTPConnection) -> bool:
        """Return whether Plivo signed this websocket upgrade."""
        address = self._public_url + path_with_query(websocket)
        addresses = [address, "ws" + address.removeprefix("http")]

        def bases(nonce: str) -> Iterable[str]:
            for url in addresses:
                yield f"{signed_base(url, {})}.{nonce}"
                yield f"GET{url}{nonce}"

        return self._signed(websocket, bases)

    def _signed(self, request: HTTPConnection, bases: _Bases) -> bool:
        given = [part.strip() for part in request.headers.get(SIGNATURE, "").split(",")]
        nonce = request.headers.get(NONCE, "")
        if not nonce or len(given) > _MOST_SIGNATURES:
            return False
        return any(
            hmac.compare_digest(signature.encode("latin-1", "replace"), made)
            for base in bases(nonce)
            for made in (_signature(key, base) for key in self._keys)
            for signature in given
        )


def signed_base(url: str, form: Form) -> str:
    """Return the text that is signed for an address and the fields of a POST."""
    parts = urlsplit(url)
    query = parse_qs(parts.query, keep_blank_values=True)
    sorted_query = "&".join(f"{name}={v}" for name in sorted(query) for v in sorted(query[name]))
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if sorted_query or form:
        base += "?" + sorted_query
    if sorted_query and form:
        base += "."
    return base + "".join(f"{name}{v}" for name in sorted(form) for v in sorted(form[name]))


def _signature(key: bytes, base: str) -> bytes:
    return b64encode(hmac.new(key, base.encode(errors="replace"), hashlib.sha256).digest())
