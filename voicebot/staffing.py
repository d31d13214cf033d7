"""StaffDesk: offers callers to people, and keeps the line; the same for all processes.

The machines decide (`voicebot.staff`), the store compares and sets: nobody is offered two callers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

import structlog

from telephony.transfer.commands import Went
from voicebot.staff.line import Waiting, Waits
from voicebot.staff.presence import Doing, Presence
from voicebot.staff.roster import Roster
from voicebot.staff.turn import Turn, turn_of
from voicebot.store import StoreError
from voicebot.store.staff import StaffBook

_LOOK_SECONDS = 2.0
"""Between two looks at who is there, for callers who have not asked yet."""

_log = structlog.get_logger(__name__)


class StaffDesk:
    """See `telephony.transfer_orders.Staff`; all that may block runs in threads."""

    def __init__(
        self,
        roster: Roster,
        book: StaffBook,
        *,
        talk: float,
        patience: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """
        Args:
            roster: The people.
            book: What they are doing.
            talk: Seconds of a talk, on average.
            patience: Seconds that a caller waits on the line at most.
            clock: Seconds since the epoch.
        """
        self.roster = roster
        self.patience = patience
        self._book = book
        self._talk = talk
        self._clock = clock
        self.outlook = Turn(wait=0.0)
        """For somebody who would ask now, as it was seen last."""

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock()

    async def run(self) -> None:
        """Look at who is there, until cancelled."""
        while True:
            try:
                self.outlook = await self.turn(Waiting("", "", self.now))
            except StoreError as error:
                _log.error("nobody knows who is there", reason=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    # --- what they say themselves -------------------------------------------------------------

    async def sign(self, person: str, *, away: bool) -> Presence:
        """Sign a person of the roster in or out; return what they are doing then.

        Raises:
            StoreError: the database failed.
        """
        now = self.now

        def signed(state: Presence) -> Presence:
            return state.sign_out(now) if away else state.sign_in(now)

        state = await asyncio.to_thread(self._book.change, person, signed)
        return state or Presence(person)

    async def state(self, person: str) -> Presence:
        """Return what a person is doing.

        Raises:
            StoreError: the database failed.
        """
        presences = await asyncio.to_thread(self._book.presences)
        return presences.get(person, Presence(person)).at(self.now)

    # --- offers ----------------------------------------------------------------------------------

    async def offer(self, number: str, call: str) -> bool:
        """Offer a caller to a person; False where they are not free.

        Raises:
            StoreError: the database failed; nobody was offered anything.
        """
        person = self.roster.by_number(number)
        if person is None:
            return True
        now = self.now

        def offered(state: Presence) -> Presence | None:
            is_already = state.at(now).doing is Doing.RINGING and state.call == call
            return state if is_already else state.offer(call, now)

        return await asyncio.to_thread(self._book.change, person.id, offered) is not None

    async def mark(self, number: str, call: str, went: Went) -> None:
        """Note what became of an offer; nothing where that does not fit any more.

        Raises:
            StoreError: the database failed.
        """
        person = self.roster.by_number(number)
        if person is None:
            return
        now, roster = self.now, self.roster

        def marked(state: Presence) -> Presence | None:
            match went:
                case Went.TAKEN:
                    # An offer that took too long counts as over, and was taken all the same.
                    again = state.offer(call, now)
                    return state.take(call, now) or (again.take(call, now) if again else None)
                case Went.MISSED:
                    return state.miss(call, now, most=roster.misses)
                case Went.DECLINED | Went.SPARED:
                    return state.decline(call, now)
                case Went.FINISHED:
                    return state.finish(call, now, wrap_up=roster.wrap_up)

        await asyncio.to_thread(self._book.change, person.id, marked)

    # --- the line --------------------------------------------------------------------------------

    async def join(self, one: Waiting) -> None:
        """Somebody waits from now on, or waits in another way and keeps their place.

        Raises:
            StoreError: the database failed.
        """
        await asyncio.to_thread(self._book.join, one)

    async def leave(self, call: str) -> None:
        """Somebody waits on the line no more; whoever waits for a call still does.

        Raises:
            StoreError: the database failed.
        """
        await asyncio.to_thread(self._book.leave, call, Waits.ON_THE_LINE)

    async def turn(self, one: Waiting, tried: Collection[str] = ()) -> Turn:
        """Return whom to ring for somebody who waits; see `turn_of`.

        Raises:
            StoreError: the database failed.
        """
        return await asyncio.to_thread(self._turn, one, tried)

    def _turn(self, one: Waiting, tried: Collection[str]) -> Turn:
        now = self.now
        # A process that died has left its callers in the line.
        waiting = [
            w
            for w in self._book.waiting()
            if w.kind is Waits.FOR_A_CALL or now - w.since < 2 * self.patience
        ]
        return turn_of(
            one,
            waiting,
            self.roster,
            self._book.presences(),
            now,
            talk=self._talk,
            tried=tried,
        )
