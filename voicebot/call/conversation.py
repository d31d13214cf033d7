"""Conversation: the dialogue of one call, one input at a time, with answers worked out ahead.

The manager is pure: an answer prepared while the caller's turn is only probably over is adopted if
the turn ends with the same words in the same state, and otherwise simply forgotten. Nothing with a
side effect happens here; acts are carried out by the session after adoption.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from dialogue.acts import DialogueInput, UserTurn
from dialogue.knowledge import unanswered
from dialogue.state import DialogueState
from dialogue.step import Step
from voicebot.call.replies import reply_decided
from voicebot.journal import JournalEvent, QuestionUnanswered
from voicebot.ports import Dialogue, EngineError


@dataclass(frozen=True, slots=True)
class Decided:
    """Fact: the manager answered the input at the head of the queue."""

    given: DialogueInput | None
    """None for the greeting."""
    turn: int
    step: Step
    seconds: float
    speculative: bool = False

    def journalled(self, before: DialogueState | None) -> tuple[JournalEvent, ...]:
        """Return what the journal keeps of it.

        Args:
            before: The state that it answered in.
        """
        step = self.step
        reply = reply_decided(
            self.given,
            self.turn,
            step,
            decide_seconds=self.seconds,
            speculative=self.speculative,
        )
        given = self.given
        if before is None or not isinstance(given, UserTurn):
            return (reply,)
        if not (words := unanswered(before, given, step)):
            return (reply,)
        nearest = dict(step.trace.articles)
        return (reply, QuestionUnanswered(self.turn, words, step.trace.rule, nearest))


@dataclass(frozen=True, slots=True)
class DecisionFailed:
    """Fact: the manager failed on the input at the head of the queue."""

    given: DialogueInput | None
    error: str


@dataclass(slots=True)
class _Prepared:
    given: UserTurn
    state: DialogueState
    task: asyncio.Task[Step]


class Conversation:
    """Feeds one call's inputs to the dialogue manager, in order."""

    def __init__(
        self,
        dialogue: Dialogue,
        call_id: str,
        caller: str = "",
        *,
        post: Callable[[Decided | DecisionFailed], None],
        on_prepared: Callable[[str, Step], None],
    ) -> None:
        self._dialogue = dialogue
        self._call_id = call_id
        self._caller = caller
        self._post = post
        self._on_prepared = on_prepared
        self._inputs: deque[tuple[DialogueInput | None, int]] = deque()
        self._deciding: asyncio.Task[None] | None = None
        self._prepared: _Prepared | None = None
        self._before: DialogueState | None = None
        self.state: DialogueState | None = None

    def submit(self, given: DialogueInput | None, turn: int) -> None:
        """Queue an input (None: the greeting); the answer is posted as `Decided`."""
        self._inputs.append((given, turn))
        self._next()

    def prepare(self, given: UserTurn) -> None:
        """Work out the answer to a turn that is probably over."""
        self.forget()
        if self.state is None or self._inputs:
            return
        task = asyncio.create_task(self._ahead(self.state, given))
        task.add_done_callback(_retrieve)
        self._prepared = _Prepared(given, self.state, task)

    def forget(self) -> None:
        """Throw the prepared answer away."""
        if self._prepared is not None:
            self._prepared.task.cancel()
            self._prepared = None

    def adopt(self, decided: Decided) -> None:
        """Make an answer's state the current one."""
        if isinstance(decided.given, UserTurn):
            self._before = self.state
        self.state = decided.step.state
        self._inputs.popleft()
        self._deciding = None
        self._next()

    def failed(self) -> None:
        """Drop the input that could not be answered."""
        self._inputs.popleft()
        self._deciding = None
        self._next()

    def retract(self) -> None:
        """Undo the last turn's answer; its words will come again in a longer turn."""
        self.forget()
        waiting = [item for item in self._inputs if not isinstance(item[0], UserTurn)]
        if len(waiting) != len(self._inputs):
            if self._deciding is not None:
                self._deciding.cancel()
                self._deciding = None
            self._inputs = deque(waiting)
            self._next()
        elif self._before is not None:
            self.state, self._before = self._before, None

    def commit(self) -> None:
        """Make the last turn's answer final: something was changed because of it."""
        self._before = None

    def close(self) -> None:
        """Cancel what is under way."""
        self.forget()
        if self._deciding is not None:
            self._deciding.cancel()

    def _next(self) -> None:
        if self._deciding is None and self._inputs:
            self._deciding = asyncio.create_task(self._decide(*self._inputs[0]))

    async def _decide(self, given: DialogueInput | None, turn: int) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        speculative = False
        try:
            prepared, self._prepared = self._prepared, None
            if given is None or self.state is None:
                step = await self._dialogue.start(self._call_id, self._caller)
            elif prepared is not None and prepared.state is self.state and given == prepared.given:
                step = await prepared.task
                speculative = True
            else:
                if prepared is not None:
                    prepared.task.cancel()
                step = await self._dialogue.handle(self.state, given)
        except EngineError as error:
            self._post(DecisionFailed(given, str(error)))
        else:
            self._post(Decided(given, turn, step, clock() - began, speculative))

    async def _ahead(self, state: DialogueState, given: UserTurn) -> Step:
        step = await self._dialogue.handle(state, given)
        self._on_prepared(given.text, step)
        return step


def _retrieve(task: asyncio.Task[Step]) -> None:
    """Look at the exception of a task that may never be awaited, so that asyncio need not warn."""
    if not task.cancelled():
        task.exception()
