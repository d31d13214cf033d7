"""CallSession: one call, one task. Routes events to the machines and carries out what they decide.

Everything about a call happens on its own task, so nothing here is locked: the leg, the models and
the tools post events into a bounded inbox, and slow work is a task whose result comes back as an
event. Each event and decision is journalled before it takes effect. The session sleeps until the
next event or the earliest deadline of its machines.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from dialogue.acts import (
    Act,
    Ask,
    CallTool,
    DialogueInput,
    EndCall,
    Expectation,
    Handoff,
    Interrupted,
    NoInput,
    Pace,
    Say,
    Step,
    ToolReturned,
    UserTurn,
    act_to_dict,
)
from voicebot.conversation import Conversation, Decided, DecisionFailed
from voicebot.errands import Errands
from voicebot.floor import Floor, JudgeTurnEnd, Prepare, ShowListening, Transcribe
from voicebot.hearing import Hearing
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
    HandoffDecided,
    JournalEvent,
    NoInputNoticed,
    OverlapIgnored,
    OverlapNoticed,
    PlayoutFinished,
    ReplyDecided,
    SoundIgnored,
    SpeechResumed,
    StreamEnded,
    StreamStarted,
    ToolAnswered,
    ToolCalled,
    Transcribed,
    TurnEndJudged,
    TurnRetracted,
    VoiceStarted,
    VoiceStopped,
)
from voicebot.overhearing import TakeGlimpse
from voicebot.ports import EngineError, Priority, StaleWork
from voicebot.session_parts import Outcome, SessionParts, SessionPolicy
from voicebot.speech import ClauseFailed, ClauseRendered, MarkEchoed, SegmentSent, SpeechOutput
from voicebot.turns import TurnCommand, TurnDecision, TurnEvent, TurnTaker

INBOX = 512
"""Events that may wait for a session; a leg posts fewer than one a second in normal use."""

_LASTING = frozenset({"synthesiser", "speech_detector"})
"""Engines without which the bot is dumb, or deaf. What was rendered ahead can still be said."""

_log = structlog.get_logger(__name__)


SessionEvent = (
    VoiceStarted
    | VoiceStopped
    | DigitPressed
    | StreamEnded
    | SegmentSent
    | MarkEchoed
    | ClauseRendered
    | ClauseFailed
    | Decided
    | DecisionFailed
    | Transcribed
    | TurnEndJudged
    | AnswerForeseen
    | Glimpsed
    | EngineFailed
    | ToolAnswered
)


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
        self._inbox: asyncio.Queue[SessionEvent] = asyncio.Queue(INBOX)
        self._tasks: set[asyncio.Task[None]] = set()
        self._seq = 0
        self._turn = 0
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
            spawn=self._spawn,
        )
        self._errands = Errands(
            parts.tools,
            parts.journal,
            filler_after=policy.filler_after,
            post=self.post,
            spawn=self._spawn,
        )
        self._conversation = Conversation(
            parts.dialogue,
            call.call_id,
            call.caller,
            post=self.post,
            on_prepared=self._foresee,
        )
        self._expects = Expectation()
        self._held: list[Act] = []
        self._owed_since: float | None = None
        self._failures = 0
        self._ending: str | None = None
        """How the call ends once all was heard."""
        self._parked_ending: str | None = None
        """The same, taken back by an interruption that may prove to be none."""
        self._handoff: HandoffDecided | None = None
        self._outcome: Outcome | None = None

    @property
    def now(self) -> float:
        """Seconds on the call clock."""
        return self._clock() - self._answered

    def post(self, event: SessionEvent) -> None:
        """Hand an event to the session's task; drops it, and says so, when the inbox is full."""
        try:
            self._inbox.put_nowait(event)
        except asyncio.QueueFull:
            name = type(event).__name__
            _log.warning("session inbox full", call_id=self.call.call_id, dropped=name)

    async def run(self) -> Outcome:
        """Look after the call until it ends."""
        self._record(self.call)
        self._record(StreamStarted(self._stream_id))
        self._conversation.submit(None, 0)
        try:
            while self._outcome is None:
                self._expire()
                if self._outcome is None:
                    await self._step()
        except asyncio.CancelledError:
            self._end("failed", "cancelled")
            raise
        except Exception as error:
            # A defect of ours ends this call in the fallback, and harms no other.
            _log.error("session failed", call_id=self.call.call_id, error=type(error).__name__)
            self._end("failed", type(error).__name__)
        finally:
            await self._close()
        return self._outcome or Outcome("failed")

    async def _step(self) -> None:
        try:
            async with asyncio.timeout_at(self._answered_at_loop(self._deadline())):
                event = await self._inbox.get()
        except TimeoutError:
            return
        self._take(event)

    def _answered_at_loop(self, deadline: float) -> float:
        return asyncio.get_running_loop().time() + max(0.0, deadline - self.now)

    async def _close(self) -> None:
        self._conversation.close()
        self._speech.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._parts.journal.flush()

    # --- events in -------------------------------------------------------------------------

    def _take(self, event: SessionEvent) -> None:
        now = self.now
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
                self._conversation.failed()
                self._engine_failed(EngineFailed("dialogue", event.error))
            case ToolAnswered():
                self._record(event, durable=True)
                self._errands.answered(event)
                given = ToolReturned(event.call_key, event.ok, event.value, event.error)
                self._submit(given)
            case EngineFailed():
                self._engine_failed(event)
            case StreamEnded():
                self._stream_ended(event)
            case VoiceStarted() | VoiceStopped() | DigitPressed():
                self._conversation.forget()
                self._record(event)
                if self._turns.floor is Floor.CALLER:
                    # Whatever was said into a pause never goes on over the caller.
                    self._speech.silence(self.now, fade=True)
            case Transcribed():
                self._failures = 0
                self._record(event)
            case TurnEndJudged() | Glimpsed() | AnswerForeseen():
                self._record(event)

    def _record(self, event: JournalEvent, *, durable: bool = False) -> None:
        """Journal a fact, then let the turn-taker draw its conclusions; the end comes last."""
        if self._outcome is not None:
            return
        entry = Entry(self._seq, self.now, event)
        self._seq += 1
        self._parts.journal.append(CallId(self.call.call_id), entry, durable=durable)
        if isinstance(event, TurnEvent):
            self._carry_out(self._turns.handle(event, self.now))
        if isinstance(event, PlayoutFinished) and self._ending is not None:
            self._end(self._ending)

    # --- deadlines -------------------------------------------------------------------------

    def _deadline(self) -> float:
        deadlines = [
            self._policy.call_seconds,
            self._turns.deadline,
            self._speech.deadline,
            self._errands.deadline,
            None if self._owed_since is None else self._owed_since + self._policy.owed,
        ]
        return min(deadline for deadline in deadlines if deadline is not None)

    def _expire(self) -> None:
        now = self.now
        self._carry_out(self._turns.expire(now))
        self._speech.expire(now)
        for filler in self._errands.fillers(now):
            if self._turns.floor is Floor.OWED and not self._speech.busy:
                self._say(Say(filler, "filler"))
        self._watch_silence(now)
        if now >= self._policy.call_seconds and self._outcome is None:
            self._end("failed", "call_seconds")

    def _watch_silence(self, now: float) -> None:
        """A bot that owes an answer and stays silent is broken, whatever the reason."""
        if self._turns.floor is not Floor.OWED or self._speech.busy or self._errands.busy:
            self._owed_since = None
        elif self._owed_since is None:
            self._owed_since = now
        elif now - self._owed_since >= self._policy.owed:
            self._owed_since = None
            self._engine_failed(EngineFailed("dialogue", "silent"))

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
                    self._conversation.prepare(command.text)
                case ShowListening():
                    self._say(Say(self._parts.prompts["listening"], "prompt:listening"))
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
                self._retract()
            case CallerTurnEnded():
                self._turn = decision.turn
                self._perform_held()
                self._submit(UserTurn(decision.text, decision.digits))
            case NoInputNoticed():
                if not self._errands.busy:
                    self._submit(NoInput())
            case SoundIgnored():
                self._perform_held()

    def _transcribe(self, request: Transcribe) -> None:
        self._record(DecodeStarted(request.utterance, request.ended - request.started))
        expected = (*self._expects.vocabulary, *self._parts.vocabulary)
        self._hearing.transcribe(request, expected)

    def _yield(self, barge_in: BargedIn) -> None:
        heard, unheard = self._speech.silence(self.now, fade=True)
        # The caller went on with a turn that was answered too early: nothing was said to them yet
        # that the dialogue should remember.
        if barge_in.reason != "resumed" and (heard or unheard):
            self._submit(Interrupted(heard, unheard))
        if self._handoff is None and self._ending is not None:
            # "Wait, one more thing" over the goodbye takes it back; a person on the way stays so.
            self._parked_ending, self._ending = self._ending, None

    def _go_on(self) -> None:
        """Say the rest of what a false alarm cut off, and what was decided meanwhile."""
        heard = self._speech.resume()
        self._ending, self._parked_ending = self._parked_ending or self._ending, None
        if heard is not None:
            self._submit(Interrupted(heard, ""))
        self._perform_held()

    def _retract(self) -> None:
        if not self._errands.busy:
            self._speech.silence(self.now)
            self._speech.forget()
            self._conversation.retract()

    def _perform_held(self) -> None:
        held, self._held = self._held, []
        if held:
            self._perform(held)

    def _submit(self, given: DialogueInput) -> None:
        if self._handoff is None:
            self._conversation.submit(given, self._turn)

    # --- what the dialogue wants -----------------------------------------------------------

    def _decided(self, decided: Decided) -> None:
        step = decided.step
        self._conversation.adopt(decided)
        if self._handoff is not None:
            return  # A person takes over; nothing more is said but what is on its way.
        self._expects = step.expects
        self._record(
            ReplyDecided(
                input=_input_name(decided.given),
                turn=decided.turn,
                acts=tuple(act_to_dict(act) for act in step.acts),
                trace=_plain(step),
                decide_seconds=decided.seconds,
                speculative=decided.speculative,
                expects={
                    "answer": step.expects.answer.value,
                    "digits": step.expects.digits,
                    "patience": step.expects.patience,
                },
                state=step.state.to_json(),
            )
        )
        if self._turns.floor in (Floor.CALLER, Floor.PENDING):
            self._held += step.acts
        else:
            self._perform(step.acts)

    def _perform(self, acts: tuple[Act, ...] | list[Act]) -> None:
        for act in acts:
            match act:
                case Say() | Ask():
                    self._say(act)
                case CallTool():
                    self._call_tool(act)
                case Handoff():
                    self._handoff = HandoffDecided(act.queue, act.reason, act.summary)
                    self._record(self._handoff, durable=True)
                    self._ending = "transferred"
                case EndCall():
                    self._ending = act.disposition
        if self._ending is not None and not self._speech.busy:
            self._end(self._ending)

    def _say(self, act: Say | Ask) -> None:
        if act.text:
            self._speech.say(
                act.text,
                turn=self._turn,
                source=act.source,
                slow=act.pace is Pace.SLOW,
                interruptible=act.interruptible,
            )

    def _call_tool(self, act: CallTool) -> None:
        self._record(
            ToolCalled(act.tool, act.call_key, dict(act.arguments), act.side_effect), durable=True
        )
        self._errands.run(act, self.now)

    def _foresee(self, text: str, step: Step) -> None:
        """Tell what the answer would be worth, and have its first words ready."""
        self.post(AnswerForeseen(text, step.trace.understood))
        first = next((act for act in step.acts if isinstance(act, Say | Ask)), None)
        if first is None:
            return
        slow = first.pace is Pace.SLOW
        for clause in self._parts.synthesiser.clauses(first.text)[:2]:
            if self._parts.synthesiser.cached(clause, slow=slow) is None:
                self._spawn(self._render(clause, slow))
                return

    async def _render(self, clause: str, slow: bool) -> None:
        try:
            await self._parts.synthesiser.render(
                clause, slow=slow, priority=Priority.SPECULATIVE, timeout=2.0
            )
        except (EngineError, StaleWork):
            # The answer itself will ask again, and report it.
            return

    # --- trouble and the end -----------------------------------------------------------------

    def _engine_failed(self, failure: EngineFailed) -> None:
        self._record(failure)
        if failure.engine == "turn_detector":
            return  # Its opinion is missed, not needed: silence alone ends the turn.
        self._failures += 1
        self._speech.silence(self.now)
        if failure.engine in _LASTING or self._failures >= self._policy.failures:
            self._hand_over(f"{failure.engine} failed")
        elif self._turns.floor not in (Floor.CALLER, Floor.PENDING):
            self._say(Say(self._parts.prompts["apology"], "prompt:apology"))

    def _hand_over(self, reason: str) -> None:
        self._handoff = HandoffDecided("", reason, ())
        self._record(self._handoff, durable=True)
        self._ending = "failed"
        text = self._parts.prompts["fallback"]
        clauses = self._parts.synthesiser.clauses(text)
        if all(self._parts.synthesiser.cached(clause) is not None for clause in clauses):
            self._say(Say(text, "prompt:fallback"))
        if not self._speech.busy:
            self._end("failed", reason)

    def _stream_ended(self, event: StreamEnded) -> None:
        self._record(event)
        self._speech.cancel()
        if self._ending is not None:
            self._end(self._ending)
        elif event.reason == "stop":
            self._end("caller_hung_up")
        else:
            self._end("failed", f"stream {event.reason}")

    def _end(self, disposition: str, cause: str = "") -> None:
        if self._outcome is None:
            self._record(CallEnded(disposition, cause), durable=True)
            self._outcome = Outcome(disposition, self._handoff)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A defect of ours: the caller must not be left in silence because of it.
            _log.error("call task failed", call_id=self.call.call_id, error=type(error).__name__)
            self.post(EngineFailed("dialogue", type(error).__name__))


def _input_name(given: DialogueInput | None) -> str:
    match given:
        case None:
            return "start"
        case UserTurn():
            return "user_turn"
        case NoInput():
            return "no_input"
        case ToolReturned():
            return "tool_returned"
        case Interrupted():
            return "interrupted"


def _plain(step: Step) -> dict[str, Any]:
    trace = step.trace
    return {
        "intent": trace.intent,
        "confidence": round(trace.confidence, 4),
        "candidates": [list(candidate) for candidate in trace.candidates],
        "task": trace.task,
        "slots": dict(trace.slots),
        "articles": [list(article) for article in trace.articles],
        "rule": trace.rule,
    }
