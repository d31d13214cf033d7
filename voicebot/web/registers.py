"""Registers: the calls that rang, the proof that a media stream is theirs, and how they ended.

With one process its memory is enough. With several, the webhook of a call, its media stream and
the webhook that follows may each come to another process, and what they need is in the store.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import structlog

from telephony.desk import IncomingCall
from telephony.tokens import StreamTokens
from voicebot.call.parts import Outcome
from voicebot.journal import HandoffDecided
from voicebot.store import Store, StoreError
from voicebot.store.deadline import in_time
from voicebot.store.queries import CallState
from voicebot.store.ringing import RingingBook
from voicebot.store.usage import Usage, UsageBook
from voicebot.store.workers import Worker
from voicebot.web.workforce import Workforce

_log = structlog.get_logger(__name__)

OUTCOME_SECONDS = 3.0
"""How long an outcome is waited for: the webhook can overtake the end of the session."""
_POLL_SECONDS = 0.1
_REMEMBERED = 1_024
_AGAIN = 10
"""Further streams of a call on one occasion."""


class CallRegister(Protocol):
    """Knows the calls; every method may be asked in any process that shares the register."""

    async def ring(self, call: IncomingCall, now: float) -> str:
        """Note a call that is taken, and return the one-use token of its media stream."""
        ...

    async def again(self, call_sid: str, now: float, why: str) -> str:
        """Return the token of another media stream of a call that rang before.

        Args:
            call_sid: The carrier's name of it.
            now: Seconds since the epoch.
            why: Names the occasion; for the same one the same token may be returned.
        """
        ...

    async def redeem(self, call_sid: str, token: str, now: float) -> IncomingCall | None:
        """Use a token up and return its call; None if it is wrong, used or too old."""
        ...

    async def called(self, call_sid: str) -> str:
        """Return the number that was called; empty for a call that never rang."""
        ...

    async def usage(self, caller: str, now: float) -> Usage | None:
        """Return what all processes have taken on; None where this one is alone, or does not know.

        Args:
            caller: Their number; empty if it is withheld.
            now: Seconds since the epoch.
        """
        ...

    async def elsewhere(self, call_sid: str) -> Worker | None:
        """Return another process that has the call's session; None where none lives that has."""
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
    again: tuple[str, str] = ("", "")
    """On which occasion it was given another token, and which."""


class LocalRegister:
    """The register of a process that takes calls alone; bounded.

    Args:
        life: Seconds that a token is good for.
        counts: What was stored of calls, also before this process began; None: nothing.
    """

    def __init__(self, life: float, counts: UsageBook | None = None) -> None:
        self._life = life
        self._counts = counts
        self._tokens = StreamTokens(life=life)
        self._calls: OrderedDict[str, _Known] = OrderedDict()

    async def ring(self, call: IncomingCall, now: float) -> str:
        """See `CallRegister.ring`."""
        self._calls[call.call_sid] = _Known(call)
        while len(self._calls) > _REMEMBERED:
            self._calls.popitem(last=False)
        return self._tokens.mint(call.call_sid, now)

    async def again(self, call_sid: str, now: float, why: str) -> str:
        """See `CallRegister.again`."""
        known = self._calls.get(call_sid)
        if known is None:
            return self._tokens.mint(call_sid, now)
        if known.again[0] != why:
            known.again = why, self._tokens.mint(call_sid, now)
        return known.again[1]

    async def redeem(self, call_sid: str, token: str, now: float) -> IncomingCall | None:
        """See `CallRegister.redeem`."""
        if not self._tokens.redeem(token, call_sid, now):
            return None
        known = self._calls.get(call_sid)
        if known is None:
            return None
        known.again = ("", "")
        return known.call

    async def usage(self, caller: str, now: float) -> Usage | None:
        """See `CallRegister.usage`."""
        return await _counted(self._counts, caller, now, self._life) if self._counts else None

    async def elsewhere(self, call_sid: str) -> Worker | None:
        """Nowhere."""
        return None

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
        workforce: Those processes.
        key: All processes have the same; tokens that any of them must be able to tell are made
            with it.
    """

    def __init__(self, store: Store, life: float, workforce: Workforce, key: str) -> None:
        self._store = store
        self._ringing: RingingBook = store.ringing
        self._life = life
        self._workforce = workforce
        self._key = key.encode()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ring(self, call: IncomingCall, now: float) -> str:
        """See `CallRegister.ring`.

        Raises:
            StoreError: the database failed, or did not answer in time.
        """
        return await in_time(lambda: self._ringing.ring(call, now, self._life))

    async def again(self, call_sid: str, now: float, why: str) -> str:
        """See `CallRegister.again`; raises as `ring` does."""
        # Two processes may be asked the same at once, and the carrier may take either answer.
        tokens = [self._token(f"{call_sid} {number} {why}") for number in range(_AGAIN)]
        return await in_time(lambda: self._ringing.again(call_sid, tokens, now, self._life))

    def _token(self, what: str) -> str:
        return hmac.new(self._key, what.encode(), hashlib.sha256).hexdigest()[:32]

    async def redeem(self, call_sid: str, token: str, now: float) -> IncomingCall | None:
        """See `CallRegister.redeem`."""
        me, living = self._workforce.me, self._workforce.living
        try:
            found = await in_time(lambda: self._ringing.redeem(call_sid, token, now, me, living))
        except StoreError as error:
            _log.error("a stream could not be checked", call_sid=call_sid, reason=str(error))
            return None
        return found[0] if found else None

    async def usage(self, caller: str, now: float) -> Usage | None:
        """See `CallRegister.usage`."""
        return await _counted(self._store.usage, caller, now, self._life)

    async def elsewhere(self, call_sid: str) -> Worker | None:
        """See `CallRegister.elsewhere`."""
        try:
            owner = await in_time(lambda: self._ringing.owner(call_sid))
        except StoreError as error:
            _log.error("a call's owner could not be read", call_sid=call_sid, reason=str(error))
            return None
        return self._workforce.find(owner)

    async def called(self, call_sid: str) -> str:
        """See `CallRegister.called`."""
        try:
            return await in_time(lambda: self._ringing.called(call_sid))
        except StoreError:
            return ""

    def began(self, call_sid: str) -> None:
        """The session's own journal tells."""

    def ended(self, call_sid: str, outcome: Outcome) -> None:
        """The session's own journal tells; the call has no owner any more."""
        task = asyncio.create_task(self._disown(call_sid))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _disown(self, call_sid: str) -> None:
        me = self._workforce.me
        try:
            await in_time(lambda: self._ringing.disown(call_sid, me))
        except StoreError as error:
            _log.warning("a call keeps its owner", call_sid=call_sid, reason=str(error))

    async def outcome(self, call_sid: str) -> Outcome | None:
        """See `CallRegister.outcome`."""
        until = asyncio.get_running_loop().time() + OUTCOME_SECONDS
        try:
            while True:
                found, outcome = await in_time(lambda: self._look(call_sid))
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


async def _counted(counts: UsageBook, caller: str, now: float, expected: float) -> Usage | None:
    try:
        return await in_time(lambda: counts.usage(caller, now, expected))
    except StoreError as error:
        # Each process counts for itself meanwhile.
        _log.error("calls could not be counted", reason=str(error))
        return None
