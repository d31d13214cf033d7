"""Reception: decides which calls are taken, and how a call goes on once its stream has ended.

The `CallDesk` behind the webhooks. What it must know of a call from one webhook to the next is in
its register.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import structlog

from dialogue.brief import Route
from telephony.calls import CallStatus, DialStatus
from telephony.desk import (
    Accept,
    Blocked,
    Busy,
    CallAnswer,
    DialEnded,
    FallbackMenu,
    Goodbye,
    IncomingCall,
    MenuChoice,
    MenuKey,
    Message,
    NextStep,
    Resume,
    StreamOver,
    StreamReport,
    TransferTo,
    Voicemail,
)
from voicebot.briefs import BriefSender
from voicebot.call.parts import Outcome
from voicebot.people import People
from voicebot.settings import HandoffSettings, LimitSettings
from voicebot.store.workers import Worker
from voicebot.web.admission import Admission, AdmissionPolicy, Verdict
from voicebot.web.registers import CallRegister, LocalRegister

_BUSY = "All our lines are busy right now."

TOKEN = "token"
"""Name of the stream parameter that carries the one-use token."""

_log = structlog.get_logger(__name__)


class Reception:
    """Answers the webhooks; see `telephony.desk.CallDesk`."""

    def __init__(
        self,
        limits: LimitSettings,
        handoff: HandoffSettings,
        *,
        ready: Callable[[], bool],
        people: People | None = None,
        number: Callable[[str], str] | None = None,
        briefs: BriefSender | None = None,
        register: CallRegister | None = None,
        expects: Callable[[str], bool] = lambda called: True,
        delay: Callable[[], float] = lambda: 0.0,
        hung_up: Callable[[str], None] = lambda call_sid: None,
        cut_off: Callable[[StreamOver], Awaitable[bool]] | None = None,
        stranded: Callable[[str], Awaitable[NextStep | None]] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """
        Args:
            limits: Who is taken, and how many.
            handoff: How people are rung.
            ready: Whether the models are warm.
            people: How busy those are; counted here where nobody else does.
            number: Returns where people are rung, by the number that was called; absent: always
                where the settings say.
            briefs: Sends briefs to where they work.
            register: Knows the calls; by default those of this process.
            expects: Whether the hotline of a called number works; it may begin to load.
            delay: Seconds that callers' words wait for the recogniser, lately.
            hung_up: Told when the carrier says that a caller has gone.
            cut_off: Whether the call's session waits for a new stream, as this one broke off.
            stranded: Returns how a caller goes on whose session has died, if a person expects them.
            clock: Seconds since the epoch; never runs backwards.
        """
        self._limits = limits
        self._handoff = handoff
        self._ready = ready
        self._number = number or (lambda called: handoff.number)
        self._people = people or People(handoff.people, handoff.talk)
        self._briefs = briefs or BriefSender(
            handoff.brief_url, handoff.brief_key.get_secret_value()
        )
        self._expects = expects
        self._delay = delay
        self._hung_up = hung_up
        self._cut_off = cut_off
        self._stranded = stranded
        self._clock = clock or _steady_clock()
        self.admission = Admission(
            AdmissionPolicy(
                calls=limits.calls,
                per_caller=limits.per_caller,
                per_caller_hour=limits.per_caller_hour,
                minutes_per_day=limits.minutes_per_day,
                blocked=limits.blocked,
                expected=limits.token_seconds,
            )
        )
        self._register = register or LocalRegister(limits.token_seconds)
        self.live = 0
        """Sessions under way."""

    # --- streams ---------------------------------------------------------------------------

    async def admit(self, call_sid: str, token: str) -> IncomingCall | None:
        """Let a stream in if it brings the token of its call; each token works once."""
        return await self._register.redeem(call_sid, token, self._clock())

    async def again(self, call_sid: str, why: str) -> Resume:
        """Return how a caller gets a new stream to their session, wherever it waits.

        Args:
            call_sid: The carrier's name of the call.
            why: Names the occasion; who is asked again for the same one may answer the same.
        """
        return Resume({TOKEN: await self._register.again(call_sid, self._clock(), why)})

    async def elsewhere(self, call_sid: str) -> Worker | None:
        """Return another process that has the call's session; None where none lives that has."""
        return await self._register.elsewhere(call_sid)

    def began(self, call_sid: str) -> None:
        """A session looks after the call from now on."""
        self.live += 1
        self.admission.began(call_sid, self._clock())
        self._register.began(call_sid)

    def ended(self, call_sid: str, outcome: Outcome) -> None:
        """The session is over."""
        self.live -= 1
        self.admission.ended(call_sid, self._clock())
        self._register.ended(call_sid, outcome)

    def observe(self) -> None:
        """Learn from the load how many calls can be taken."""
        self.admission.capacity.observe(self._delay(), self.live, self._clock())

    # --- the desk --------------------------------------------------------------------------

    async def answer(self, call: IncomingCall) -> CallAnswer:
        """Take the call if there is room and the models are warm."""
        if not self._ready():
            _log.warning("call not taken", reason="not ready")
            return self._menu(call.called, _BUSY)
        self.admission.closed = self._limits.closed_file.exists()
        self.observe()
        counted = await self._register.usage(call.caller, self._clock())
        verdict = self.admission.decide(call.caller, self._clock(), counted)
        if verdict is not Verdict.TAKEN:
            limit = self.admission.capacity.limit
            _log.warning("call not taken", reason=verdict, live=self.live, limit=limit)
        match verdict:
            case Verdict.BLOCKED:
                return Blocked()
            case Verdict.CROWD:
                return Busy()
            case Verdict.FULL:
                return self._menu(call.called, _BUSY)
            case Verdict.SPENT | Verdict.CLOSED:
                return self._menu(call.called)
        if not self._expects(call.called):
            _log.warning("call not taken", called=call.called, reason="its hotline is broken")
            return self._menu(call.called, "Our assistant can't help you right now.")
        return await self.expect(call)

    async def expect(self, call: IncomingCall) -> Accept:
        """Take a call in any case, as one that we made ourselves; `caller` is whom we rang."""
        token = await self._register.ring(call, self._clock())
        self.admission.let_in(call.call_sid, call.caller, self._clock())
        return Accept({TOKEN: token})

    async def stream_ended(self, over: StreamOver) -> NextStep:
        """Go on as the session left it; with the keypad menu where it left nothing."""
        if over.status is CallStatus.COMPLETED:
            self._hung_up(over.call_sid)
            return Goodbye()
        if self._cut_off is not None and await self._cut_off(over):
            _log.warning("stream broke off", call_sid=over.call_sid, stream=over.stream)
            return await self.again(over.call_sid, f"cut off {over.stream}")
        outcome = await self._register.outcome(over.call_sid)
        if outcome is None:
            step = await self._stranded(over.call_sid) if self._stranded is not None else None
            return step or self._menu(await self._register.called(over.call_sid))
        if outcome.handoff is not None:
            self._briefs.send(over.call_sid, outcome.handoff.brief)
            if outcome.handoff.brief.get("route") == Route.MESSAGE:
                return Voicemail()
            return await self._person(over.call_sid)
        if outcome.disposition in ("failed", "caller_hung_up"):
            # Whoever is asked about still listens, whatever it looked like on the stream.
            return self._menu(await self._register.called(over.call_sid))
        return Goodbye()

    async def stream_reported(self, report: StreamReport) -> None:
        """Log what only the carrier can see, such as a handshake that failed."""
        if report.event == "stream-error":
            _log.error("stream error", call_sid=report.call_sid, error=report.error[:200])

    async def menu_answered(self, choice: MenuChoice) -> NextStep:
        """Person, message, or nothing."""
        match choice.key:
            case MenuKey.PERSON:
                return await self._person(choice.call_sid)
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

    async def _person(self, call_sid: str) -> NextStep:
        number = self._number(await self._register.called(call_sid))
        if not number:
            return Voicemail()
        self._people.began(call_sid)
        return TransferTo(number, self._handoff.ring)

    def _menu(self, called: str, say: str = "") -> FallbackMenu:
        return FallbackMenu(person=bool(self._number(called)), say=say)


def _steady_clock() -> Callable[[], float]:
    """Seconds since the epoch as they were at the start, and as they pass since."""
    ahead = time.time() - time.monotonic()
    return lambda: time.monotonic() + ahead
