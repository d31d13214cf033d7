"""Reception: decides which calls are taken, and how a call goes on once its stream has ended.

The `CallDesk` behind the webhooks. Keeps the calls that are live and, for a while, how the ended
ones ended; bounded in both.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from dialogue.brief import Route
from telephony.calls import CallStatus, DialStatus
from telephony.twilio.desk import (
    Accept,
    CallAnswer,
    DialEnded,
    FallbackMenu,
    Goodbye,
    IncomingCall,
    MenuChoice,
    MenuKey,
    Message,
    NextStep,
    StreamOver,
    StreamReport,
    TransferTo,
    Voicemail,
)
from telephony.twilio.tokens import StreamTokens
from voicebot.call.parts import Outcome
from voicebot.people import People
from voicebot.settings import HandoffSettings, LimitSettings
from voicebot.web.briefs import BriefSender

TOKEN = "token"
"""Name of the stream parameter that carries the one-use token."""

_REMEMBERED = 1_024
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Known:
    """A call that rang here."""

    call: IncomingCall
    outcome: asyncio.Future[Outcome] | None = None
    """Set while a session looks after the call, and done when it ended."""
    rang_at: float = field(default_factory=time.monotonic)


class Reception:
    """Answers the webhooks; see `telephony.twilio.desk.CallDesk`."""

    def __init__(
        self,
        limits: LimitSettings,
        handoff: HandoffSettings,
        *,
        ready: Callable[[], bool],
        people: People | None = None,
        briefs: BriefSender | None = None,
        expects: Callable[[str], bool] = lambda called: True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limits = limits
        self._handoff = handoff
        self._ready = ready
        self._people = people or People(handoff.people, handoff.talk)
        self._briefs = briefs or BriefSender(
            handoff.brief_url, handoff.brief_key.get_secret_value()
        )
        self._expects = expects
        self._clock = clock
        self._tokens = StreamTokens(life=limits.token_seconds)
        self._calls: OrderedDict[str, _Known] = OrderedDict()
        self.live = 0
        """Sessions under way."""

    # --- streams ---------------------------------------------------------------------------

    def admit(self, call_sid: str, token: str) -> IncomingCall | None:
        """Let a stream in if it brings the token of its call; each token works once."""
        if not self._tokens.redeem(token, call_sid, self._clock()):
            return None
        known = self._calls.get(call_sid)
        return known.call if known is not None else None

    def began(self, call_sid: str) -> None:
        """A session looks after the call from now on."""
        self.live += 1
        if (known := self._calls.get(call_sid)) is not None:
            known.outcome = asyncio.get_running_loop().create_future()

    def ended(self, call_sid: str, outcome: Outcome) -> None:
        """The session is over."""
        self.live -= 1
        known = self._calls.get(call_sid)
        if known is not None and known.outcome is not None and not known.outcome.done():
            known.outcome.set_result(outcome)

    # --- the desk --------------------------------------------------------------------------

    async def answer(self, call: IncomingCall) -> CallAnswer:
        """Take the call if there is room and the models are warm."""
        if not self._ready() or self.live >= self._limits.calls:
            _log.warning("call not taken", ready=self._ready(), live=self.live)
            return self._menu("All our lines are busy right now.")
        if not self._expects(call.called):
            _log.warning("call not taken", called=call.called, reason="its hotline is broken")
            return self._menu("Our assistant can't help you right now.")
        self._calls[call.call_sid] = _Known(call)
        while len(self._calls) > _REMEMBERED:
            self._calls.popitem(last=False)
        return Accept({TOKEN: self._tokens.mint(call.call_sid, self._clock())})

    async def stream_ended(self, over: StreamOver) -> NextStep:
        """Go on as the session left it; with the keypad menu where it left nothing."""
        if over.status is CallStatus.COMPLETED:
            return Goodbye()
        outcome = await self._outcome(over.call_sid)
        if outcome is None:
            return self._menu()
        if outcome.handoff is not None:
            self._briefs.send(over.call_sid, outcome.handoff.brief)
            if outcome.handoff.brief.get("route") == Route.MESSAGE:
                return Voicemail()
            return self._person(over.call_sid)
        if outcome.disposition == "failed":
            return self._menu()
        return Goodbye()

    async def stream_reported(self, report: StreamReport) -> None:
        """Log what only the carrier can see, such as a handshake that failed."""
        if report.event == "stream-error":
            _log.error("stream error", call_sid=report.call_sid, error=report.error[:200])

    async def menu_answered(self, choice: MenuChoice) -> NextStep:
        """Person, message, or nothing."""
        match choice.key:
            case MenuKey.PERSON:
                return self._person(choice.call_sid)
            case MenuKey.MESSAGE:
                return Voicemail()
            case MenuKey.OTHER:
                return Goodbye("Goodbye.")

    async def dial_ended(self, ended: DialEnded) -> NextStep:
        """Nobody is lost because nobody answered."""
        self._people.ended(ended.call_sid)
        if ended.status is DialStatus.COMPLETED:
            return Goodbye()
        return Voicemail()

    async def message_left(self, message: Message) -> None:
        """The recording stays with the carrier; its name is logged for whoever calls back."""
        _log.info("message left", call_sid=message.call_sid, recording_sid=message.recording_sid)

    async def _outcome(self, call_sid: str) -> Outcome | None:
        known = self._calls.get(call_sid)
        if known is None or known.outcome is None:
            return None
        try:
            # The webhook can overtake the end of the session.
            async with asyncio.timeout(3.0):
                return await asyncio.shield(known.outcome)
        except TimeoutError:
            return None

    def _person(self, call_sid: str) -> NextStep:
        if not self._handoff.number:
            return Voicemail()
        self._people.began(call_sid)
        return TransferTo(self._handoff.number, self._handoff.ring)

    def _menu(self, say: str = "") -> FallbackMenu:
        return FallbackMenu(person=bool(self._handoff.number), say=say)
