"""CallSession: one call, one task. Routes events to the machines and carries out what they decide.

Everything about a call happens on its own task, so nothing here is locked: the leg, the models and
the tools post events into a bounded inbox, and slow work is a task whose result comes back as an
event. Each event and decision is journalled before it takes effect. The session sleeps until the
next event or the earliest deadline of its machines.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import structlog

from dialogue.acts import (
    Act,
    CancelHandoff,
    Connecting,
    Connection,
    EndCall,
    Interrupted,
    NoInput,
    Say,
    UserTurn,
)
from dialogue.said import alternatives_of
from voicebot.call.comfort import Comfort
from voicebot.call.conversation import Decided, DecisionFailed
from voicebot.call.ending import Ending
from voicebot.call.hearing import Hearing
from voicebot.call.inbox import Inbox, SessionEvent
from voicebot.call.line_loss import LineLoss
from voicebot.call.parts import TIME_SHORT, Outcome, SessionParts, SessionPolicy
from voicebot.call.responder import Responder
from voicebot.call.speech import ClauseFailed, ClauseRendered, MarkEchoed, SegmentSent, SpeechOutput
from voicebot.call.tasks import CallTasks
from voicebot.call.transferring import TransferNews
from voicebot.call.trouble import Trouble
from voicebot.journal import (
    AnswerForeseen,
    BargedIn,
    CallAnswered,
    CallEnded,
    CallerTurnEnded,
    CallId,
    DecodeStarted,
    DigitPressed,
    EngineFailed,
    Entry,
    Glimpsed,
    JournalEvent,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    PlayoutStarted,
    SoundIgnored,
    SpeechResumed,
    StreamEnded,
    StreamStarted,
    ToolAnswered,
    Transcribed,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.turntaking.commands import TurnCommand, TurnDecision, TurnEvent
from voicebot.turntaking.floor import Floor, JudgeTurnEnd, Prepare, ShowListening, Transcribe
from voicebot.turntaking.overhearing import TakeGlimpse
from voicebot.turntaking.turns import TurnTaker

_LOOK_AROUND = 60.0
"""Seconds between two looks at a call whose caller is with a person."""

_ON_PURPOSE = ("stop", "closed")
"""Reasons of streams that somebody ended."""

_log = structlog.get_logger(__name__)


class CallSession:
    """Looks after one call from its answer to its end."""

    def __init__(
        self,
        call: CallAnswered,
        stream_id: str,
        parts: SessionParts,
        policy: SessionPolicy,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Make a session; nothing happens before `run`.

        Args:
            call: The first entry of the journal.
            stream_id: The carrier's name of the media stream.
            parts: What to work with.
            policy: Times and limits.
            clock: The event loop's clock by default.
        """
        self.call = call
        self._stream_id = stream_id
        self._parts = parts
        self._policy = policy
        self._clock = clock or asyncio.get_running_loop().time
        self._answered = self._clock()
        self._inbox = Inbox(call.call_id)
        self._tasks = CallTasks(call.call_id, self.post)
        self._seq = 0
        self._at = 0.0
        """When what is being dealt with happened. All that follows from it bears the same time, so
        that a replay decides at the moments at which the call did."""
        self._turns = TurnTaker(policy.turns, parts.cues)
        self._speech = SpeechOutput(
            parts.synthesiser, parts.speaker, journal=self._record, post=self.post
        )
        self._hearing = Hearing(
            parts.recogniser,
            parts.turn_detector,
            parts.ears,
            timeout=policy.turns.transcript_grace,
            post=self.post,
            spawn=self._tasks.spawn,
        )
        self._ending = Ending()
        self._responder = Responder(
            call,
            parts,
            speech=self._speech,
            ending=self._ending,
            filler_after=policy.filler_after,
            retractable=policy.retractable,
            record=self._record,
            post=self.post,
            spawn=self._tasks.spawn,
            finish=self._end,
        )
        self._transferring = self._responder.transferring
        self._comfort = Comfort(parts.speaker)
        self._trouble = Trouble(failures=policy.failures, owed=policy.owed)
        self._loss = LineLoss(resumes=policy.resumes, seconds=policy.resume_seconds)
        self.off_line = asyncio.Event()
        """Set while the session has lost its line, and once it is over."""
        self._warned = False
        """Whether the caller knows that little time is left."""
        self._outcome: Outcome | None = None

    @property
    def now(self) -> float:
        """Seconds on the call clock."""
        return self._clock() - self._answered

    def post(self, event: SessionEvent) -> None:
        """Hand an event to the session's task; drops it, and says so, when the inbox is full."""
        self._inbox.post(event)

    @property
    def is_away(self) -> bool:
        """Whether the caller is with a person, or on the way to one or back, or was cut off: a new
        stream of their call goes on with this session."""
        return self._outcome is None and (self._transferring.is_away or self._loss.waits)

    @property
    def is_cut_off(self) -> bool:
        """Whether the line broke off, and a new stream is waited for."""
        return self._outcome is None and self._loss.waits

    async def run(self) -> Outcome:
        """Look after the call until it ends."""
        self._record(self.call)
        self._record(StreamStarted(self._stream_id))
        self._responder.start()
        try:
            while self._outcome is None:
                self._expire()
                self._tend_comfort()
                if self._outcome is None:
                    event = await self._inbox.next(self._deadline() - self.now)
                    if event is not None:
                        self._take(event)
        except asyncio.CancelledError:
            self._end("failed", "cancelled")
            raise
        except Exception as error:
            # A defect of ours ends this call in the fallback, and harms no other.
            _log.error("session failed", call_id=self.call.call_id, error=type(error).__name__)
            self._end("failed", type(error).__name__)
        finally:
            self.off_line.set()
            await self._close()
        return self._outcome or Outcome("failed")

    async def _close(self) -> None:
        self._responder.conversation.close()
        self._speech.cancel()
        await self._tasks.close()
        await self._parts.journal.flush()

    # --- events in -------------------------------------------------------------------------

    def _take(self, event: SessionEvent) -> None:
        now = self._at = self.now
        if isinstance(event, TransferNews):
            self._transferring.told(event, now, floor_is_free=self._floor_is_free)
            return
        match event:
            case SegmentSent():
                self._speech.sent(event, now)
            case MarkEchoed():
                self._speech.marked(event, now)
            case ClauseRendered():
                self._speech.rendered(event)
            case ClauseFailed():
                self._engine_failed(EngineFailed("synthesiser", event.error))
            case Decided():
                self._decided(event)
            case DecisionFailed():
                self._responder.conversation.failed()
                self._engine_failed(EngineFailed("dialogue", event.error))
            case ToolAnswered():
                self._responder.tool_answered(event)
            case EngineFailed():
                self._engine_failed(event)
            case StreamEnded():
                self._stream_ended(event)
            case StreamStarted():
                self._record(event)
                self._transferring.stream_started(now)
                if self._loss.waits:
                    self._line_back()
            case VoiceStarted() | VoiceStopped() | DigitPressed() if self._loss.waits:
                """The last of a line that is no more."""
            case VoiceStarted() | VoiceStopped() | DigitPressed():
                self._responder.conversation.forget()
                self._record(event)
                if self._turns.floor is Floor.CALLER:
                    # Whatever was said into a pause never goes on over the caller.
                    self._speech.silence(now, fade=True)
            case Transcribed():
                self._trouble.is_over()
                self._record(event)
            case TurnEndJudged() | Glimpsed() | AnswerForeseen():
                self._record(event)

    def _record(self, event: JournalEvent, *, durable: bool = False) -> None:
        """Journal a fact, then let the turn-taker draw its conclusions; the end comes last."""
        if self._outcome is not None:
            return
        entry = Entry(self._seq, self._at, event)
        self._seq += 1
        self._parts.journal.append(CallId(self.call.call_id), entry, durable=durable)
        if isinstance(event, TurnEvent):
            self._carry_out(self._turns.handle(event, self._at))
        if isinstance(event, PlayoutStarted):
            self._responder.commitment.spoke(self._at)
        if isinstance(event, PlayoutFinished):
            if self._ending.disposition is not None:
                self._end(self._ending.disposition)
            self._transferring.has_spoken(self._at, floor_is_free=self._floor_is_free)

    @property
    def _floor_is_free(self) -> bool:
        return self._turns.floor not in (Floor.CALLER, Floor.PENDING) and not self._loss.waits

    @property
    def _caller_is_heard(self) -> bool:
        return self._turns.floor in (Floor.CALLER, Floor.PENDING, Floor.OVERLAP)

    # --- deadlines -------------------------------------------------------------------------

    def _deadline(self) -> float:
        if self._transferring.is_away:
            return self._transferring.deadline or self._at + _LOOK_AROUND
        if self._loss.deadline is not None:
            return self._loss.deadline
        deadlines = [
            self._longest,
            self._turns.deadline,
            self._speech.deadline,
            self._responder.errands.deadline,
            self._trouble.deadline,
            self._comfort.deadline,
            None
            if self._caller_is_heard or self._loss.waits
            else self._responder.commitment.deadline,
            self._warning_due,
        ]
        return min(deadline for deadline in deadlines if deadline is not None)

    @property
    def _warning_due(self) -> float | None:
        """When the caller is to be told that little time is left; None once that waits for a pause
        or is done."""
        return self._warned_at if not self._warned and self._warned_at > self._at else None

    @property
    def _warned_at(self) -> float:
        return self._longest - min(self._policy.warned_before, self._policy.call_seconds / 2)

    def _warn(self, now: float) -> None:
        """Tell the caller in a pause that little time is left."""
        pause = self._turns.floor is Floor.IDLE and not self._speech.busy
        if self._warned or now < self._warned_at or not pause:
            return
        self._warned = True
        if text := self._parts.prompts.get(TIME_SHORT):
            self._responder.say(Say(text, f"prompt:{TIME_SHORT}"))

    @property
    def _longest(self) -> float:
        """When the call has lasted too long, on the call clock."""
        return self._policy.call_seconds + self._transferring.away_seconds

    def _expire(self) -> None:
        now = self._at = self.now
        if self._transferring.is_away:
            self._transferring.expire(now)
            return
        if self._loss.waits:
            if self._loss.is_over(now):
                self._end("failed", "no new stream")
            return
        self._carry_out(self._turns.expire(now))
        self._speech.expire(now)
        self._responder.commit(now, speaking=self._caller_is_heard)
        for filler in self._responder.errands.fillers(now):
            if self._turns.floor is Floor.OWED and not self._speech.busy:
                self._responder.say(Say(filler, "filler"))
        # A bot that owes an answer and stays silent is broken, whatever the reason.
        owes = self._turns.floor is Floor.OWED
        owing = owes and not self._speech.busy and not self._responder.errands.busy
        if self._trouble.is_silent(now, owing=owing):
            self._engine_failed(EngineFailed("dialogue", "silent"))
        self._warn(now)
        if now >= self._longest and self._outcome is None:
            self._end("failed", "call_seconds")

    def _tend_comfort(self) -> None:
        waits = self._transferring.is_waiting and self._floor_is_free
        self._comfort.update(self._at, wanted=waits, speaking=self._speech.busy)

    # --- decisions of the turn-taker ---------------------------------------------------------

    def _carry_out(self, commands: list[TurnCommand]) -> None:
        for command in commands:
            match command:
                case Transcribe():
                    self._transcribe(command)
                case JudgeTurnEnd():
                    self._hearing.judge(command)
                    self._record(self._parts.ears.measure(command.started))
                case TakeGlimpse():
                    self._hearing.glimpse(command)
                    self._record(self._parts.ears.measure(command.started))
                case Prepare():
                    given = UserTurn(command.text, "", alternatives_of(command.alternatives))
                    self._responder.conversation.prepare(given)
                case ShowListening():
                    self._responder.say(Say(self._parts.prompts["listening"], "prompt:listening"))
                case _:
                    self._record(command)
                    self._decision(command)

    def _decision(self, decision: TurnDecision) -> None:
        match decision:
            case OverlapNoticed():
                self._speech.duck()
            case OverlapIgnored():
                self._speech.restore()
            case BargedIn():
                self._yield(decision)
            case SpeechResumed():
                self._go_on()
            case TurnRetracted():
                self._responder.retract(self._at)
            case CallerTurnEnded():
                self._perform_held()
                self._responder.turn_ended(decision, quiet=self._transferring.is_quiet)
            case NoInputNoticed():
                if not self._transferring.reassures() and not self._responder.errands.busy:
                    self._responder.submit(NoInput())
            case SoundIgnored():
                self._perform_held()

    def _transcribe(self, request: Transcribe) -> None:
        self._record(DecodeStarted(request.utterance, request.ended - request.started))
        self._hearing.transcribe(request, self._responder.vocabulary, self._responder.grammar)

    def _yield(self, barge_in: BargedIn) -> None:
        self._transferring.interrupted()
        heard, unheard = self._speech.silence(self._at, fade=True)
        # The caller went on with a turn that was answered too early: nothing was said to them yet
        # that the dialogue should remember.
        undone = barge_in.reason == "resumed" and not self._responder.commitment.is_final
        if not undone and (heard or unheard):
            self._responder.submit(Interrupted(heard, unheard))
        self._ending.park()

    def _go_on(self) -> None:
        """Say the rest of what a false alarm cut off, and what was decided meanwhile."""
        heard = self._speech.resume()
        self._ending.unpark()
        if heard is not None:
            self._responder.submit(Interrupted(heard, ""))
        self._perform_held()

    def _perform_held(self) -> None:
        if held := self._responder.release():
            self._perform(held)

    # --- what the dialogue wants -----------------------------------------------------------

    def _decided(self, decided: Decided) -> None:
        acts = self._responder.adopt(decided)
        if acts is None or (self._transferring.is_quiet and CancelHandoff() not in acts):
            return
        if self._turns.floor in (Floor.CALLER, Floor.PENDING):
            self._responder.hold(acts)
        else:
            self._perform(acts)

    def _perform(self, acts: Iterable[Act]) -> None:
        if self._loss.waits:
            # A goodbye that nobody heard ends nothing.
            acts = [act for act in acts if not isinstance(act, EndCall)]
        self._responder.perform(acts, self._at)
        if self._ending.disposition is not None and not self._speech.busy:
            self._end(self._ending.disposition)

    # --- trouble and the end -----------------------------------------------------------------

    def _engine_failed(self, failure: EngineFailed) -> None:
        self._record(failure)
        if failure.engine == "turn_detector" or self._transferring.is_away:
            # Its opinion is missed, not needed: silence alone ends the turn. And to a caller who
            # is with a person, nothing is missing.
            return
        self._speech.silence(self._at)
        if self._trouble.needs_person(failure.engine):
            self._hand_over(f"{failure.engine} failed")
        elif self._turns.floor not in (Floor.CALLER, Floor.PENDING):
            self._responder.say(Say(self._parts.prompts["apology"], "prompt:apology"))

    def _hand_over(self, reason: str) -> None:
        handoff = self._responder.unplanned_handoff(reason)
        self._record(handoff, durable=True)
        self._ending.hand_over(handoff, "failed")
        text = self._parts.prompts["fallback"]
        clauses = self._parts.synthesiser.clauses(text)
        if all(self._parts.synthesiser.cached(clause) is not None for clause in clauses):
            self._responder.say(Say(text, "prompt:fallback"))
        if not self._speech.busy:
            self._end("failed", reason)

    def _stream_ended(self, event: StreamEnded) -> None:
        broken = event.reason not in _ON_PURPOSE and self._ending.disposition is None
        if broken and self._loss.can_wait and self._transferring.bot_has_caller:
            self._line_lost(event)
            return
        self._record(event)
        self._speech.cancel()
        if self._ending.disposition is not None:
            self._end(self._ending.disposition)
        elif self._transferring.stream_ended(event.reason, self._at):
            self._responder.hush(self._at)
        elif event.reason == "stop":
            self._end("caller_hung_up")
        else:
            self._end("failed", f"stream {event.reason}")

    def _line_lost(self, event: StreamEnded) -> None:
        """Wait for a new stream; the turn that was being spoken is lost, and nothing else."""
        self._loss.lost(self._at)
        self._loss.heard = self._speech.line_lost(self._at)
        self._record(event)
        self._perform_held()
        self.off_line.set()

    def _line_back(self) -> None:
        self._loss.back()
        self.off_line.clear()
        heard, missed = self._loss.heard, self._speech.line_back()
        if heard or missed:
            self._responder.submit(Interrupted(heard, missed))
        self._responder.submit(Connecting(Connection.CUT_OFF))

    def _end(self, disposition: str, cause: str = "") -> None:
        if self._outcome is None:
            self._at = self.now
            self._transferring.close(disposition)
            self._record(CallEnded(disposition, cause), durable=True)
            self._outcome = Outcome(disposition, self._ending.handoff)
