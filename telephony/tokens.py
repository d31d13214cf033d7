"""StreamTokens: the second proof, after the signature, that a media socket belongs to a call.

A token is minted in the signed `/twilio/voice` webhook, travels as a `<Parameter>` and comes back
in `start`. It serves once, for its own call, for a short time. Time is passed in.
"""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass

_TOKEN_BYTES = 16


@dataclass(frozen=True, slots=True)
class _Minted:
    token: str
    expires: float


class StreamTokens:
    """One-use tokens of 128 bits, at most one a call at a time.

    Args:
        life: Seconds that a token is good for.
        limit: Tokens kept at most; the oldest go first.
    """

    def __init__(self, life: float = 60.0, limit: int = 4_096) -> None:
        self._life = life
        self._limit = limit
        self._minted: OrderedDict[str, _Minted] = OrderedDict()

    def __len__(self) -> int:
        return len(self._minted)

    def mint(self, call_sid: str, now: float) -> str:
        """Return a new token for this call; one minted before is void from now on.

        Args:
            call_sid: The call that it is bound to.
            now: Seconds of any clock that never goes back.
        """
        self._minted.pop(call_sid, None)
        while self._minted and (
            len(self._minted) >= self._limit or next(iter(self._minted.values())).expires <= now
        ):
            self._minted.popitem(last=False)
        token = secrets.token_hex(_TOKEN_BYTES)
        self._minted[call_sid] = _Minted(token, now + self._life)
        return token

    def redeem(self, token: str, call_sid: str, now: float) -> bool:
        """Use a token up; False if it is wrong, used, too old or another call's.

        A wrong token leaves the right one in force, so a stranger cannot spoil a call.
        """
        minted = self._minted.get(call_sid)
        if minted is None:
            return False
        if minted.expires <= now:
            del self._minted[call_sid]
            return False
        if not hmac.compare_digest(minted.token.encode(), token.encode(errors="replace")):
            return False
        del self._minted[call_sid]
        return True
