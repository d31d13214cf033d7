"""Seeking: waits in the line for one caller, and has whoever becomes free rung."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from telephony.transfer import commands
from telephony.transfer.commands import Outcome, Reason, Settle
from telephony.transfers import News, TransferOrder, Transfers
from voicebot.journal import CallerQueued, PersonMissed
from voicebot.staff.line import Waiting
from voicebot.staff.turn import Turn
from voicebot.staffing import StaffDesk
from voicebot.store import StoreError

_LOOK_SECONDS = 1.0
"""Between two looks whether it is their turn."""
_STEP = 60.0
"""Seconds by which a wait must change to be told again."""
_ANOTHER = frozenset(
    {
        Reason.BUSY,
        Reason.NO_ANSWER,
        Reason.VOICEMAIL,
        Reason.DECLINED,
        Reason.FAILED,
        Reason.LEFT,
    }
)
"""Ends of an attempt after which somebody else may be rung."""

_log = structlog.get_logger(__name__)


class Seeking:
    """One caller's search for a person, from the wish to a talk or to the end of their patience."""

    def __init__(
        self,
        desk: StaffDesk,
        transfers: Transfers,
        order: Callable[[tuple[str, ...]], TransferOrder],
        one: Waiting,
        *,
        listen: Callable[[News], None],
        post: Callable[[PersonMissed | CallerQueued], None],
    ) -> None:
        """
        Args:
            desk: Knows the people and the line.
            transfers: Rings people.
            order: Returns what is to be done with people of these numbers.
            one: The caller's place in the line.
            listen: Told of the transfer that is under way, and how it all ends.
            post: Told how it gets on.
        """
        self._desk = desk
        self._transfers = transfers
        self._order = order
        self._one = one
        self._listen = listen
        self._post = post
        self._tried: set[str] = set()
        self._told_wait: float | None = None
        self.transfer_id = ""
        """The attempt that is under way."""
        self.is_over = False
        """The caller does not want, or cannot get, a person any more: nobody else is rung."""

    async def run(self) -> None:
        """Seek until it is settled."""
        try:
            await self._desk.join(self._one)
            settled = await self._seek()
        except StoreError as error:
            _log.error("nobody can be sought", reason=str(error))
            settled = Settle(Outcome.RETURNED, Reason.FAILED)
        finally:
            await self._leave()
        if settled is not None and not self.is_over:
            self._listen(settled)

    async def _seek(self) -> Settle | None:
        """Return how it ended; None where the caller's side was told already."""
        until = self._one.since + self._desk.patience
        missed: Reason | None = None
        while not self.is_over:
            turn = await self._desk.turn(self._one, self._tried)
            late = self._desk.now >= until
            if turn.people and not late:
                if missed is not None:
                    self._post(PersonMissed(missed.value))
                reason = await self._ring(turn)
                if reason is None:
                    return None
                missed = reason if self._tried else None
            elif turn.wait is None or late:
                reason = Reason.TOOK_TOO_LONG if late else missed or Reason.FAILED
                return Settle(Outcome.RETURNED, reason)
            else:
                self._tell_wait(turn.wait)
                await asyncio.sleep(_LOOK_SECONDS)
        return None

    async def _ring(self, turn: Turn) -> Reason | None:
        """Ring who is free; return why none of them took the call, None where that is not it."""
        over: asyncio.Future[Settle] = asyncio.get_running_loop().create_future()
        taken = asyncio.Event()

        def listen(news: News) -> None:
            if isinstance(news, commands.Announce | Settle):
                taken.set()
            if not isinstance(news, Settle):
                self._listen(news)
            elif not over.done():
                over.set_result(news)

        order = self._order(tuple(person.number for person in turn.people))
        self.transfer_id = await self._transfers.begin(order, listen)
        await taken.wait()
        announced = not over.done()
        if announced:
            await self._leave()
        settled = await over
        record = await self._transfers.load(self.transfer_id)
        another = settled.outcome is Outcome.RETURNED and settled.reason in _ANOTHER
        if announced or not another or record is None or self.is_over:
            self._listen(settled)
            return None
        # Who was offered somebody else at the same moment may be free again later.
        legs = zip(turn.people, record.state.legs, strict=False)
        self._tried |= {person.id for person, leg in legs if leg.fate is not None}
        self.transfer_id = ""
        return settled.reason

    def _tell_wait(self, wait: float) -> None:
        if self._told_wait is None or abs(wait - self._told_wait) >= _STEP:
            self._told_wait = wait
            self._post(CallerQueued(round(wait, 1)))

    async def _leave(self) -> None:
        try:
            await self._desk.leave(self._one.call)
        except StoreError as error:
            # The row counts for nobody once the patience of its caller is over.
            _log.error("still in line", reason=str(error))
