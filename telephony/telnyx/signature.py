"""Check of Telnyx's webhook signatures.

Source: developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks. The header
`telnyx-signature-ed25519` is base64 of an Ed25519 signature, made with Telnyx's private key, over
`timestamp|body`; `telnyx-timestamp` is in Unix seconds. The address is not signed.
"""

from __future__ import annotations

import time
from binascii import a2b_base64
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import HTTPConnection

from telephony.dialect import Form

SIGNATURE = "telnyx-signature-ed25519"
TIMESTAMP = "telnyx-timestamp"

TOLERANCE = 300.0
"""Seconds that a webhook may be old, or ahead of our clock, as in Telnyx's own libraries."""


class TelnyxGate:
    """See `telephony.dialect.Gate`.

    Upgrades bear no signature: whoever opens the media socket must bring a one-use token.

    Args:
        public_key: Telnyx's, base64, as the portal shows it for the account.
        clock: Unix time.

    Raises:
        ValueError: the key is none.
    """

    def __init__(self, public_key: str, clock: Callable[[], float] = time.time) -> None:
        self._key = Ed25519PublicKey.from_public_bytes(a2b_base64(public_key, strict_mode=True))
        self._clock = clock

    def worth_reading(self, request: HTTPConnection) -> bool:
        """Return whether a request may turn out to be allowed, before its body is read."""
        return SIGNATURE in request.headers and self._is_recent(request.headers.get(TIMESTAMP, ""))

    def webhook_allowed(self, request: HTTPConnection, form: Form, body: bytes) -> bool:
        """Return whether Telnyx signed this webhook, not long ago."""
        stamp = request.headers.get(TIMESTAMP, "")
        if not self._is_recent(stamp):
            return False
        try:
            signature = a2b_base64(request.headers.get(SIGNATURE, ""), strict_mode=True)
            self._key.verify(signature, stamp.encode("ascii") + b"|" + body)
        except (ValueError, InvalidSignature):
            return False
        return True

    def upgrade_allowed(self, websocket: HTTPConnection) -> bool:
        """Let every upgrade in as far as its token."""
        return True

    def _is_recent(self, stamp: str) -> bool:
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return False
        return abs(self._clock() - int(stamp)) <= TOLERANCE
