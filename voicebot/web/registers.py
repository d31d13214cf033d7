"""Registers: the calls that rang, the proof that a media stream is theirs, and how they ended.

With one process its memory is enough. With several, the webhook of a call, its media stream and
the webhook that follows may each come to another process, and what they need is in the store.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from telephony.desk import IncomingCall
from telephony.tokens import StreamTokens
from voicebot.call.parts import Outcome
from voicebot.journal import HandoffDecided
from voicebot.store import Store, StoreError
from voicebot.store.queries import CallState
from voicebot.store.ringing import RingingBook

T = TypeVar("T")

_log = structlog.get_logger(__name__)

OUTCOME_SECONDS = 3.0
"""How long an outcome is waited for: the webhook can overtake the end of the session."""
_POLL_SECONDS = 0.1
_STORE_SECONDS = 4.0
"""Longest wait for the store while a carrier waits for an answer."""
_REMEMBERED = 1_024


class CallRegister(Protocol):
    """Knows the calls; every method may be asked in any process that shares the register."""

    async def ring(self, call: IncomingCall, now: float) -> str:
        """Note a call that is taken, and return the one-use token of its media stream."""
        ...

    async def again(self, call: IncomingCall, now: float) -> str:
        """Return the token of another media stream of a call that rang before."""
        ...

    async def redeem(self, call_sid: str, token: str, now: float) -> IncomingCall | None:
        """Use a token up and return its call; None if it is wrong, used or too old."""
        ...

    async def called(self, call_sid: str) -> str:
        """Return the number that was called; empty for a call that never rang."""
        ...

    def began(self, call_sid: str) -> None:
        """A session looks after the call from now on, in this process."""
        ...

    def ended(self, call_sid: str, outcome: Outcome) -> None:
        """That session is over."""
        ...

    async def outcome(self, call_sid: str) -> Outcome | None:
        """Return how the session of a call ended; None if there was none, or it does not end."""
        ...


@dataclass(slots=True)
class _Known:
    call: IncomingCall
    outcome: asyncio.Future[Outcome] | None = None
    """Set while a session looks after the call, and done when it ended."""


class LocalRegister:
    """The register of a process that takes calls alone; bounded.

    Args:
        life: Seconds that a token is good for.
    """

    def __init__(self, life: float) -> None:
        self._tokens = StreamTokens(life=life)
        self._calls: OrderedDict[str, _Known] = OrderedDict()

    async def ring(self, call: IncomingCall, now: float) -> str:
        """See `CallRegister.ring`."""
        self._calls[call.call_sid] = _Known(call)
        while len(self._calls) > _REMEMBERED:
            self._calls.popitem(last=False)
        return self._tokens.mint(call.call_sid, now)

    async def again(self, call: IncomingCall, now: float) -> str:
        """See `CallRegister.again`."""
        return self._tokens.mint(call.call_sid, now)

    async def redeem(self, call_sid: str, token: str, now: float) -> IncomingCall | None:
        """See `CallRegister.redeem`."""
        if not self._tokens.redeem(token, call_sid, now):
            return None
        known = self._calls.get(call_sid)
        return known.call if known is not None else None

    async def called(self, call_sid: str) -> str:
        """See `CallRegister.called`."""
        known = self._calls.get(call_sid)
        return known.call.called if known is not None else ""

    def began(self, call_sid: str) -> None:
        """See `CallRegister.began`."""
        if (known := self._calls.get(call_sid)) is not None:
            known.outcome = asyncio.get_running_loop().create_future()

    def ended(self, call_sid: str, outcome: Outcome) -> None:
        """See `CallRegister.ended`."""
        known = self._calls.get(call_sid)
        if known is not None and known.outcome is not None and not known.outcome.done():
            known.outcome.set_result(outcome)

    async def outcome(self, call_sid: str) -> Outcome | None:
        """See `CallRegister.outcome`."""
        known = self._calls.get(call_sid)
        if known is None or known.outcome is None:
            return None
        try:
            async with asyncio.timeout(OUTCOME_SECONDS):
                return await asyncio.shield(known.outcome)
        except TimeoutError:
            return None


class SharedRegister:
    """The register of several processes: ringing calls are in the store, outcomes in the journals.

    A store that does not answer costs a new caller the bot, not the call: `ring` raises, and the
    webhook answers with the keypad menu.

    Args:
        store: All processes use the same.
        life: Seconds that a token is good for.
    """

    def __init__(self, store: Store, life: float) -> None:
        self._store = store
        self._ringing: RingingBook = store.ringing
        self._life = life

    async def ring(self, call: IncomingCall, now: float) -> str:
        """See `CallRegister.ring`.

        Raises:
            StoreError: the database failed, or did not answer in time.
        """
        return await _in_time(lambda: self._ringing.ring(call, now, self._life))

    async def again(self, call: IncomingCall, now: float) -> str:
        """See `CallRegister.again`; raises as `ring` does."""
        return await self.ring(call, now)

    async def redeem(self, call_sid: str, token: str, now: float) -> IncomingCall | None:
        """See `CallRegister.redeem`."""
        try:
            return await _in_time(lambda: self._ringing.redeem(call_sid, token, now))
        except StoreError as error:
            _log.error("a stream could not be checked", call_sid=call_sid, reason=str(error))
            return None

    async def called(self, call_sid: str) -> str:
        """See `CallRegister.called`."""
        try:
            return await _in_time(lambda: self._ringing.called(call_sid))
        except StoreError:
            return ""

    def began(self, call_sid: str) -> None:
        """The session's own journal tells."""

    def ended(self, call_sid: str, outcome: Outcome) -> None:
        """The session's own journal tells."""

    async def outcome(self, call_sid: str) -> Outcome | None:
        """See `CallRegister.outcome`."""
        until = asyncio.get_running_loop().time() + OUTCOME_SECONDS
        try:
            while True:
                found, outcome = await _in_time(lambda: self._look(call_sid))
                if outcome is not None or not found:
                    return outcome
                if asyncio.get_running_loop().time() >= until:
                    return None
                await asyncio.sleep(_POLL_SECONDS)
        except StoreError as error:
            _log.error("an outcome could not be read", call_sid=call_sid, reason=str(error))
            return None

    def _look(self, call_sid: str) -> tuple[bool, Outcome | None]:
        """Return whether a session may still end, and how it ended."""
        row = self._store.newest_of(call_sid)
        if row is None:
            # Its stream was let in, but its journal is not in the store yet.
            return self._ringing.is_redeemed(call_sid), None
        if row.state is not CallState.ENDED:
            return row.state is CallState.IN_PROGRESS, None
        handoffs = [
            entry.event
            for entry in self._store.entries(row.call_id)
            if isinstance(entry.event, HandoffDecided)
        ]
        wanted = row.disposition in _HANDED_OVER
        return True, Outcome(row.disposition, handoffs[-1] if handoffs and wanted else None)


_HANDED_OVER = ("transferred", "failed")
"""Dispositions of sessions after which somebody takes over, if a hand-over was decided."""


async def _in_time(ask: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(_STORE_SECONDS):
            return await asyncio.to_thread(ask)
    except TimeoutError:
        raise StoreError("The database did not answer in time.") from None
