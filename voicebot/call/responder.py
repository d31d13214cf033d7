"""Responder: the dialogue's side of a call, from its inputs to what is done about its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from dialogue.acts import (
    Act,
    Ask,
    CallTool,
    CancelHandoff,
    DialogueInput,
    EndCall,
    Expectation,
    Handoff,
    Interrupted,
    Pace,
    Say,
    ToolReturned,
    UserTurn,
)
from dialogue.brief import Route
from dialogue.said import Grammar, alternatives_of
from dialogue.step import Step
from voicebot.call.commitment import Commitment
from voicebot.call.conversation import Conversation, Decided, DecisionFailed
from voicebot.call.ending import Ending
from voicebot.call.errands import Errands
from voicebot.call.parts import SessionParts
from voicebot.call.rehearsal import Rehearsal
from voicebot.call.speech import SpeechOutput
from voicebot.call.transferring import Transferring
from voicebot.journal import (
    AnswerForeseen,
    CallAnswered,
    CallerTurnEnded,
    HandoffDecided,
    JournalEvent,
    ToolAnswered,
    ToolCalled,
)


class Record(Protocol):
    """Journals a fact before it takes effect."""

    def __call__(self, event: JournalEvent, *, durable: bool = False) -> None:
        """Write an event; a durable one is on disk before a side effect that depends on it."""


class Responder:
    """Feeds the dialogue, and carries out what it decides. Its methods run on the call's task."""

    def __init__(
        self,
        call: CallAnswered,
        parts: SessionParts,
        *,
        speech: SpeechOutput,
        ending: Ending,
        filler_after: float,
        retractable: float,
        record: Record,
        post: Callable[[Decided | DecisionFailed | ToolAnswered | AnswerForeseen], None],
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        finish: Callable[[str, str], None],
    ) -> None:
        """Make it ready; the dialogue begins with `start`.

        Args:
            call: Whose dialogue it is.
            parts: What to work with.
            speech: The bot's voice.
            ending: Told how the call ends.
            retractable: Seconds for which what changes something waits for the caller to go on.
            filler_after: Seconds that a tool may take before the caller hears its filler.
            record: Journals facts.
            post: Takes what comes later.
            spawn: Runs what takes longer.
            finish: Ends the session: how, and why.
        """
        self.turn = 0
        """The caller turn that is being answered; 0 for the greeting."""
        self.errands = Errands(
            parts.tools, parts.journal, filler_after=filler_after, post=post, spawn=spawn
        )
        self.conversation = Conversation(
            parts.dialogue, call.call_id, call.caller, post=post, on_prepared=self._foresee
        )
        self._call = call
        self._parts = parts
        self._speech = speech
        self._ending = ending
        self.transferring = Transferring(
            parts.person, parts.prompts, self, record, finish, parts.wait_words
        )
        self._record = record
        self._post = post
        self.commitment = Commitment(retractable)
        self._answered: CallerTurnEnded | None = None
        self._rehearsal = Rehearsal(parts.synthesiser, spawn)
        self._expects = Expectation()
        self._held: list[Act] = []

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """Words that are likely now, the likeliest first."""
        return (*self._expects.vocabulary, *self._parts.vocabulary)

    @property
    def grammar(self) -> Grammar | None:
        """How the value is said that was asked for; None where none was."""
        state, grammar = self.conversation.state, self._parts.grammar
        return grammar(state) if state is not None and grammar is not None else None

    def start(self) -> None:
        """Have the caller greeted."""
        self.conversation.submit(None, 0)

    def submit(self, given: DialogueInput) -> None:
        """Give the dialogue an input, unless a person takes over."""
        if self._ending.handoff is None:
            self.conversation.submit(given, self.turn)

    def turn_ended(self, ended: CallerTurnEnded, *, quiet: bool) -> None:
        """Answer a turn; of one whose beginning was answered for good, only what follows.

        Args:
            ended: The turn.
            quiet: A person is being put through: nothing is answered.
        """
        self.turn = ended.turn
        before, text = self._answered, ended.text
        if before is not None and self.commitment.is_final and ended.continues(before):
            text = ended.beyond(before)
        self._answered = ended
        self.commitment.turn_ended()
        if not quiet:
            # What else may have been said is of the whole turn.
            others = alternatives_of(ended.alternatives) if text == ended.text else ()
            self.submit(UserTurn(text, ended.digits, others))

    def tool_answered(self, event: ToolAnswered) -> None:
        """A business action is done."""
        self._record(event, durable=True)
        self.errands.answered(event)
        self.submit(ToolReturned(event.call_key, event.ok, event.value, event.error))

    def adopt(self, decided: Decided) -> tuple[Act, ...] | None:
        """Take an answer; return what is to be done, or None if a person takes over.

        On the way to a person nothing more is said but what was already to be said.
        """
        step = decided.step
        before = self.conversation.state
        self.conversation.adopt(decided)
        if self._ending.handoff is not None:
            return None
        self._expects = step.expects
        for event in decided.journalled(before):
            self._record(event)
        return step.acts

    def retract(self, now: float) -> None:
        """Undo the last turn's answer; an action that is under way, or done, is not undone."""
        if not self.commitment.retracted():
            _, unheard = self._speech.silence(now)
            if unheard:
                self.submit(Interrupted("", unheard))
        elif not self.errands.busy:
            self._speech.silence(now)
            self._speech.forget()
            self.conversation.retract()

    def unplanned_handoff(self, reason: str) -> HandoffDecided:
        """Return a handoff that the dialogue did not ask for, with what it knew by then."""
        if self._parts.brief is None:
            return HandoffDecided("", reason, ())
        brief = self._parts.brief(self.conversation.state, self._call.caller, reason)
        said = tuple(f"{heading}: {text}" for heading, text in brief.lines())
        return HandoffDecided(brief.queue, reason, said, brief.to_json())

    def _foresee(self, text: str, step: Step) -> None:
        """Tell what the answer would be worth, and have its first words ready."""
        ends = any(isinstance(act, EndCall) for act in step.acts)
        self._post(AnswerForeseen(text, step.trace.understood, ends))
        self._rehearsal.begin(step)

    # --- acts -----------------------------------------------------------------------------------

    def hold(self, acts: Iterable[Act]) -> None:
        """Keep acts until the caller has spoken."""
        self._held += acts

    def hush(self, now: float) -> None:
        """Fall silent, and forget what was to be said."""
        self._speech.silence(now, fade=True)
        self._speech.forget()
        self._held = []

    def release(self) -> list[Act]:
        """Return the acts that were kept; they are to be performed now."""
        held, self._held = self._held, []
        return held

    def perform(self, acts: Iterable[Act], now: float) -> None:
        """Carry acts out, in order; what changes something, once the turn is past retraction."""
        self._do(self.commitment.take(acts, now), now)

    def commit(self, now: float, *, speaking: bool) -> bool:
        """Carry out what was kept until now; whether there was anything."""
        kept = self.commitment.due(now, speaking=speaking)
        if kept:
            self.conversation.commit()
            self._do(kept, now)
        return bool(kept)

    def _do(self, acts: Iterable[Act], now: float) -> None:
        for act in acts:
            match act:
                case Say() | Ask():
                    self.say(act)
                case CallTool():
                    self._call_tool(act, now)
                case Handoff():
                    self._hand_over(act)
                case CancelHandoff():
                    self.transferring.cancel()
                case EndCall():
                    self._ending.decide(act.disposition)

    def say(self, act: Say | Ask) -> None:
        """Say a text, if there is any."""
        if act.text:
            self._speech.say(
                act.text,
                turn=self.turn,
                source=act.source,
                slow=act.pace is Pace.SLOW,
                interruptible=act.interruptible,
            )

    def _call_tool(self, act: CallTool, now: float) -> None:
        called = ToolCalled(act.tool, act.call_key, dict(act.arguments), act.side_effect)
        self._record(called, durable=True)
        self.errands.run(act, now)

    def _hand_over(self, act: Handoff) -> None:
        brief = act.brief.to_json() if act.brief else {}
        handoff = HandoffDecided(act.queue, act.reason, act.summary, brief)
        self._record(handoff, durable=True)
        message = brief.get("route") == Route.MESSAGE
        if message or not self.transferring.begin(handoff):
            self._ending.hand_over(handoff, "transferred")
