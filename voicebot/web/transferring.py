"""PhoneTransfers: warm transfers of telephone calls, between their sessions and the carrier."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import structlog

from dialogue.brief import Brief, Priority
from dialogue.errors import BriefError
from dialogue.spoken_brief import spoken_brief
from telephony.calls import is_e164
from telephony.desk import GoTo, IncomingCall, NextStep, Resume, Voicemail
from telephony.transfer import commands, facts
from telephony.transfer.commands import Outcome, Reason
from telephony.transfer.facts import Fact
from telephony.transfer.records import After, TransferRecord, TransferStore
from telephony.transfer.state import OVER, WITH_BOT, Stage, TransferPolicy
from telephony.transfers import News, Peers, TransferOrder, Transfers
from telephony.twilio.rest import TwilioCallControl
from telephony.twilio.transfer_webhooks import TRANSFER_PATH
from voicebot.briefs import BriefSender
from voicebot.call.transferring import TransferNews
from voicebot.journal import (
    CallerBridged,
    HandoffDecided,
    PersonMissed,
    PersonReady,
    TransferBegan,
    TransferEnded,
)
from voicebot.people import People
from voicebot.settings import Settings
from voicebot.staff.line import Waiting, Waits
from voicebot.staffing import StaffDesk
from voicebot.store import StoreError
from voicebot.web.seeking import Seeking

_MOVED_SECONDS = 3
"""Within which the carrier carries out an order to move a caller, at the longest."""
_PLAIN_BRIEF = "Hotline call."
"""Where there is no brief to speak."""

_log = structlog.get_logger(__name__)


_ENDS: Mapping[type[Fact], commands.Settle] = {
    facts.Withdrawn: commands.Settle(Outcome.RETURNED, Reason.WITHDRAWN),
    facts.CallerGone: commands.Settle(Outcome.GONE, Reason.HUNG_UP),
    facts.StreamLost: commands.Settle(Outcome.MESSAGE, Reason.STREAM_LOST),
}
"""How the search for a person ends by what befalls the caller while nobody is rung."""


class PhoneTransfers:
    """Rings people for the callers of this process."""

    def __init__(
        self,
        transfers: Transfers,
        *,
        numbers: Callable[[str], tuple[str, ...]],
        after: After,
        caller_id: str,
        briefs: BriefSender,
        people: People,
        again: Callable[[str, str], Awaitable[Resume]],
        ready: Callable[[], bool],
        staff: StaffDesk | None = None,
        shared: bool = False,
    ) -> None:
        """
        Args:
            transfers: Carries transfers out.
            numbers: Whom to ring, in this order, by the number that was called.
            after: What becomes of a caller after the talk.
            caller_id: Shown to people; empty: the number that was called.
            briefs: Sends briefs to where the people work.
            people: Counts those who talk.
            again: Returns how a caller (the carrier's name of the call) gets a new stream to their
                session, on some occasion.
            ready: Whether the bot can speak.
            staff: Knows who is free; None: `numbers` are rung whatever their people are doing.
            shared: Whether sessions may wait in other processes.
        """
        self.transfers = transfers
        self.numbers = numbers
        self.after = after
        self.caller_id = caller_id
        self.briefs = briefs
        self.people = people
        self._again = again
        self._ready = ready
        self.staff = staff
        self._shared = shared
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: dict[str, CallerLine] = {}

    def line(self, incoming: IncomingCall, post: Callable[[TransferNews], None]) -> CallerLine:
        """Return the line on which people are rung for a caller."""
        line = self._lines[incoming.call_sid] = CallerLine(self, incoming, post)
        return line

    def forget(self, call_sid: str) -> None:
        """The call's session is over."""
        if (line := self._lines.pop(call_sid, None)) is not None:
            line.close()

    def streamed(self, call_sid: str) -> None:
        """The call has another stream."""
        if (line := self._lines.get(call_sid)) is not None:
            line.streams += 1

    def hung_up(self, call_sid: str) -> None:
        """The carrier says that a caller has hung up."""
        if (line := self._lines.get(call_sid)) is not None:
            line.caller_gone()
        elif self._shared:
            task = asyncio.create_task(self._caller_gone(call_sid))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _caller_gone(self, call_sid: str) -> None:
        try:
            if (record := await self._under_way(call_sid)) is not None:
                await self.transfers.tell(record.transfer_id, facts.CallerGone())
        except StoreError as error:
            _log.error("a transfer was not told of its caller", reason=str(error))

    async def _under_way(self, call_sid: str) -> TransferRecord | None:
        record = await self.transfers.of_call(call_sid)
        return None if record is None or record.state.stage in OVER else record

    # --- for the webhooks ------------------------------------------------------------------------

    def can_resume(self, caller_sid: str) -> bool:
        """Return whether a session still waits for this caller."""
        return (self._shared or caller_sid in self._lines) and self._ready()

    async def come_back(self, record: TransferRecord) -> NextStep:
        """Return how a caller goes on: with the bot, or else by leaving a message."""
        if not self.can_resume(record.caller_sid):
            return Voicemail()
        return await self._again(record.caller_sid, f"back from {record.transfer_id}")

    async def stranded(self, call_sid: str) -> NextStep | None:
        """Return how a caller goes on whose bot has died; None if nobody expects them.

        Somebody who took the call already gets them; nobody else is rung for them any more.
        """
        record = await self._under_way(call_sid)
        if record is None:
            return None
        if record.state.stage in WITH_BOT:
            record = await self.transfers.tell(record.transfer_id, facts.StreamLost())
        if record is None or record.state.stage not in (Stage.MOVING, Stage.BRIDGED):
            return None
        # The order to move them is under way. Going there as well, they would leave the room again.
        url = self.transfers.orders.url(record, "room", record.state.person)
        return GoTo(url, _MOVED_SECONDS)

    def streams(self, caller_sid: str) -> int:
        """Return how many streams a call has had."""
        line = self._lines.get(caller_sid)
        return line.streams if line is not None else 1

    async def close(self) -> None:
        """Give up what is under way."""
        for call_sid, line in tuple(self._lines.items()):
            self.forget(call_sid)
            self._tasks |= line.tasks
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.transfers.close()


class CallerLine:
    """Rings people for one caller; see `voicebot.call.parts.PersonLine`."""

    def __init__(
        self, owner: PhoneTransfers, incoming: IncomingCall, post: Callable[[TransferNews], None]
    ) -> None:
        self._owner = owner
        self.incoming = incoming
        self.streams = 1
        """How many the call has had."""
        self._post = post
        self._transfer_id = ""
        self._waiting: list[Fact] = []
        """What came before the transfer had a name."""
        self._beginning: asyncio.Task[None] | None = None
        self._place: Waiting | None = None
        """In the line, since a person was wanted first."""
        self._seeking: Seeking | None = None
        """The search for somebody who is free, where it is known who is."""

    def begin(self, handoff: HandoffDecided) -> bool:
        """Begin to ring people; False where there are none."""
        owner, incoming = self._owner, self.incoming
        numbers = owner.numbers(incoming.called)
        caller_id = owner.caller_id or incoming.called
        if not (numbers or owner.staff) or not is_e164(caller_id):
            return False
        owner.briefs.send(incoming.call_sid, handoff.brief)
        owner.people.began(incoming.call_sid)

        def order(numbers: tuple[str, ...]) -> TransferOrder:
            return TransferOrder(
                incoming.call_sid, numbers, caller_id, _spoken(handoff), after=owner.after
            )

        self._transfer_id, self._waiting, self._seeking = "", [], None
        if owner.staff is not None:
            one = _place(handoff, incoming, owner.staff)
            self._place = self._place or one
            self._seeking = Seeking(
                owner.staff,
                owner.transfers,
                order,
                one,
                listen=self._listen,
                post=self._post,
            )
            self._post(TransferBegan(len(owner.staff.roster.who_can(one.queue, one.language))))
            self._beginning = asyncio.create_task(self._seek(self._seeking))
            return True
        self._post(TransferBegan(len(numbers)))
        self._beginning = asyncio.create_task(self._begin(order(numbers)))
        return True

    def for_a_call(self, number: str) -> Waiting:
        """Return the caller's place; see `voicebot.calling_back.Place`."""
        now = self._owner.staff.now if self._owner.staff else 0.0
        place = self._place or Waiting(self.incoming.call_sid, "", now)
        return replace(place, kind=Waits.FOR_A_CALL, number=number)

    def booked(self) -> None:
        """The caller is called back instead."""
        if self._seeking is not None:
            self._tell_seeking(self._seeking, facts.Withdrawn())

    @property
    def tasks(self) -> set[asyncio.Task[None]]:
        """What goes on."""
        return {self._beginning} if self._beginning else set()

    def close(self) -> None:
        """Seek nobody any more; an attempt that is under way goes on by itself."""
        if self._seeking is not None and self._beginning is not None:
            self._beginning.cancel()

    def announced(self) -> None:
        """The caller has heard that they are connected now."""
        self._tell(facts.Announced())

    def withdrawn(self) -> None:
        """The caller does not want a person any more."""
        self._tell(facts.Withdrawn())

    def caller_gone(self) -> None:
        """The caller has hung up."""
        self._tell(facts.CallerGone())

    def stream_lost(self) -> None:
        """The bot can keep the caller no longer."""
        self._tell(facts.StreamLost())

    def returned(self) -> None:
        """The caller is with the bot again."""
        self._tell(facts.CallerResumed())

    async def _begin(self, order: TransferOrder) -> None:
        try:
            self._transfer_id = await self._owner.transfers.begin(order, self._listen)
        except Exception as error:
            # The caller is told, as if nobody had answered.
            _log.error("transfer not begun", error=type(error).__name__)
            self._listen(commands.Settle(Outcome.RETURNED, Reason.FAILED))
            return
        for fact in self._waiting:
            self._owner.transfers.post(self._transfer_id, fact)
        self._waiting = []

    async def _seek(self, seeking: Seeking) -> None:
        try:
            await seeking.run()
        except Exception as error:
            _log.error("nobody sought", error=type(error).__name__)
            self._listen(commands.Settle(Outcome.RETURNED, Reason.FAILED))

    def _tell_seeking(self, seeking: Seeking, fact: Fact) -> None:
        end = _ENDS.get(type(fact))
        if seeking.transfer_id:
            # If it is just over, and nobody took the call, no other attempt follows.
            seeking.is_over = seeking.is_over or end is not None
            self._owner.transfers.post(seeking.transfer_id, fact)
        elif end is not None and not seeking.is_over:
            seeking.is_over = True
            self._listen(end)

    def _tell(self, fact: Fact) -> None:
        if self._seeking is not None:
            self._tell_seeking(self._seeking, fact)
        elif self._transfer_id:
            self._owner.transfers.post(self._transfer_id, fact)
        elif self._beginning is not None and not self._beginning.done():
            self._waiting.append(fact)

    def _listen(self, news: News) -> None:
        match news:
            case commands.TellNext(reason):
                self._post(PersonMissed(reason.value))
            case commands.Announce():
                self._post(PersonReady())
            case commands.Connected():
                self._post(CallerBridged())
            case commands.Settle(outcome, reason):
                self._owner.people.ended(self.incoming.call_sid)
                self._post(TransferEnded(outcome.value, reason.value, self._returns(news)))

    def _returns(self, settled: commands.Settle) -> bool:
        if settled.outcome is Outcome.BRIDGED:
            return settled.reason is Reason.TALK_OVER and self._owner.after is After.BOT
        return settled.outcome is Outcome.RETURNED


def phone_transfers(
    settings: Settings,
    *,
    numbers: Callable[[str], tuple[str, ...]],
    briefs: BriefSender,
    people: People,
    again: Callable[[str, str], Awaitable[Resume]],
    ready: Callable[[], bool],
    store: TransferStore,
    staff: StaffDesk | None = None,
    peers: Peers | None = None,
    turn: Callable[[], Awaitable[None]] | None = None,
) -> tuple[PhoneTransfers, TwilioCallControl] | None:
    """Return what carries warm transfers out, and the orders behind it to be closed after it.

    None where calls are handed over by the carrier's own `<Dial>`: as the settings say, or because
    there is no account to ring people with.
    """
    twilio, handoff = settings.twilio, settings.handoff
    if handoff.transfer != "warm" or not twilio.account_sid:
        return None
    control = TwilioCallControl(
        twilio.account_sid,
        twilio.auth_token.get_secret_value(),
        api_base_url=twilio.api_base_url,
        api_key_sid=twilio.api_key_sid,
        api_key_secret=twilio.api_key_secret.get_secret_value(),
        turn=turn,
    )
    transfers = Transfers(
        control,
        store,
        base_url=f"{settings.public_url}{TRANSFER_PATH}",
        policy=TransferPolicy(ring=float(handoff.ring), patience=handoff.patience),
        peers=peers,
        staff=staff,
    )
    lines = PhoneTransfers(
        transfers,
        numbers=numbers,
        after=After(handoff.after),
        caller_id=handoff.caller_id,
        briefs=briefs,
        people=people,
        again=again,
        ready=ready,
        staff=staff,
        shared=peers is not None,
    )
    return lines, control


def _place(handoff: HandoffDecided, incoming: IncomingCall, staff: StaffDesk) -> Waiting:
    """Return a caller's place in the line; a queue that the roster does not know is everybody's."""
    queue = handoff.queue if handoff.queue in staff.roster.queues else ""
    priority = Priority.NORMAL
    with suppress(ValueError):
        priority = Priority(handoff.brief.get("priority", ""))
    return Waiting(
        incoming.call_sid,
        queue,
        staff.now,
        str(handoff.brief.get("language", "")),
        priority,
        number=incoming.caller if is_e164(incoming.caller) else "",
    )


def _spoken(handoff: HandoffDecided) -> str:
    try:
        return spoken_brief(Brief.from_json(handoff.brief))
    except BriefError:
        return _PLAIN_BRIEF
