"""DialogueManager: (state, input) to a step of acts; shared by phone, microphone and chat.

Pure: the same state and input give the same step, and nothing is remembered outside the state. So a
step may be computed while the customer may still be speaking, and thrown away.
"""

from __future__ import annotations

from typing import assert_never

from dialogue import repair, tasks, unheard
from dialogue.acts import (
    Answer,
    DialogueInput,
    Interrupted,
    NoInput,
    Step,
    ToolReturned,
    UserTurn,
)
from dialogue.domain import Domain
from dialogue.ports import IntentTrainer, PassageIndexer
from dialogue.reply import Reply
from dialogue.state import DialogueState, Question, Topic
from dialogue.turns import Turns
from dialogue.understanding.intents import Understanding

LONGEST_TURN = 1_000
"""Characters of a turn that are read; what follows is dropped."""
MOST_KEYS = 32
LONGEST_NUMBER = 32


class DialogueManager:
    """One hotline, ready to talk. Safe to share between threads and calls."""

    def __init__(self, domain: Domain, trainer: IntentTrainer, indexer: PassageIndexer) -> None:
        """Learn the hotline's examples and index its articles (a few seconds)."""
        self.domain = domain
        self._turns = Turns(domain, Understanding(domain, trainer, indexer))

    def start(self, call_id: str = "", caller: str = "") -> Step:
        """Greet.

        Args:
            call_id: Makes the keys of tool calls unique across calls; give it wherever tools
                outlive a call.
            caller: The number that the customer calls from, as the channel writes it; empty when
                it is withheld.
        """
        known = "".join(char for char in caller[:LONGEST_NUMBER] if char in "0123456789")
        state = DialogueState(self.domain.name, call_id=call_id, caller=known)
        reply = Reply(self.domain, state)
        question = Question(
            Topic.NEED,
            self.domain.prompt("greeting"),
            self.domain.prompt("reprompt"),
            reply.expects(Answer.OPEN),
            source="prompt:greeting",
        )
        reply.decided("start")
        reply.ask(question)
        return reply.step()

    def handle(self, state: DialogueState, input: DialogueInput) -> Step:
        """Answer one input. Blocking, a few milliseconds; never changes `state`."""
        match input:
            case UserTurn(text=text, digits=digits):
                return self._turns.answer(state, UserTurn(text[:LONGEST_TURN], digits[:MOST_KEYS]))
            case NoInput():
                reply = Reply(self.domain, state)
                repair.silence(reply)
                return reply.step()
            case ToolReturned():
                return self._tool(state, input)
            case Interrupted(unheard=left):
                reply = Reply(self.domain, state)
                # Nothing unheard: the speech went on after all.
                reply.change(unheard=left.strip())
                reply.decided("interrupted" if left.strip() else "not_interrupted")
                return reply.step()
            case _:
                assert_never(input)

    def _tool(self, state: DialogueState, result: ToolReturned) -> Step:
        if state.pending is None or state.pending.call_key != result.call_key:
            # The customer has moved on, or the result came twice.
            reply = Reply(self.domain, state, goes_on=True)
            reply.decided("late_result")
            return reply.step()
        # What was cut off is begun again, so that the step says all that is still to be heard.
        reply = Reply(self.domain, state, goes_on=not state.unheard)
        unheard.tell(reply, introduced=False)
        tasks.returned(reply, state.pending, result)
        self._turns.typed_ahead(reply)
        return reply.step()
