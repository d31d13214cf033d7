"""DialogueManager: (state, input) to a step of acts; shared by phone, microphone and chat.

Pure: the same state and input give the same step, and nothing is remembered outside the state. So a
step may be computed while the customer may still be speaking, and thrown away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import assert_never

from dialogue import (
    calling_out,
    composing,
    connecting,
    handing_over,
    repair,
    results,
    switching,
    unheard,
)
from dialogue.acts import (
    Answer,
    Channel,
    Circumstances,
    Connecting,
    Connection,
    DialogueInput,
    Interrupted,
    NoInput,
    ToolReturned,
    UserTurn,
)
from dialogue.composing import Use
from dialogue.domain import Domain
from dialogue.knowledge import Knowledge
from dialogue.languages import asked_for, asked_whether
from dialogue.ports import IntentTrainer, PassageIndexer
from dialogue.question import Question, Topic
from dialogue.reply import Reply
from dialogue.state import DialogueState
from dialogue.step import Step
from dialogue.turns import Turns
from dialogue.understanding.intents import Understanding

LONGEST_TURN = 1_000
"""Characters of a turn that are read; what follows is dropped."""
MOST_KEYS = 32
MOST_ALTERNATIVES = 8
LONGEST_NUMBER = 32
UNKNOWN = Circumstances()
NO_OTHERS: Mapping[str, DialogueManager] = MappingProxyType({})

_GO_ON = (Connection.CALLING, Connection.BOOKED)
"""What a question that is open stays open for."""


class DialogueManager:
    """One hotline, ready to talk. Safe to share between threads and calls."""

    def __init__(
        self,
        domain: Domain,
        trainer: IntentTrainer,
        indexer: PassageIndexer,
        composes: frozenset[Use] = frozenset(),
        *,
        translations: Mapping[str, DialogueManager] = NO_OTHERS,
        voices: Collection[str] = (),
    ) -> None:
        """Learn the hotline's examples and index its articles (a few seconds).

        Args:
            domain: The hotline.
            trainer: Learns the examples.
            indexer: Finds articles.
            composes: What a language model writes; the driver runs `dialogue.composing.TOOLS`.
            translations: The same hotline in other languages, by code; a caller may ask for them.
            voices: Those of them that can be heard and spoken here, not only written.
        """
        self.domain = domain
        self._translations = {
            code: translations[code] for code in domain.translations if code in translations
        }
        self._voices = frozenset(voices)
        self.understanding = Understanding(domain, trainer, indexer)
        self._turns = Turns(domain, self.understanding, Knowledge(domain, indexer), composes)

    @property
    def translations(self) -> tuple[Domain, ...]:
        """The hotline in the other languages that it goes on in."""
        return tuple(other.domain for other in self._translations.values())

    def start(
        self,
        call_id: str = "",
        caller: str = "",
        channel: Channel = Channel.PHONE,
        *,
        circumstances: Circumstances = UNKNOWN,
        occasion: Mapping[str, str] | None = None,
    ) -> Step:
        """Greet.

        Args:
            call_id: Makes the keys of tool calls unique across calls; give it wherever tools
                outlive a call.
            caller: The number that the customer calls from, as the channel writes it; empty when
                it is withheld.
            channel: How the customer reached us; in a chat, articles are shown and not told.
            circumstances: The time, and how long people keep callers waiting.
            occasion: What the hotline calls about, where it is the one that calls; the text that
                is kept of each value by the names in outbound.yaml.
        """
        known = known_number(caller)
        state = DialogueState(
            self.domain.name,
            call_id=call_id,
            caller=known,
            channel=channel,
            now=circumstances.now[:LONGEST_NUMBER],
            wait=circumstances.wait,
            staffed=circumstances.staffed,
        )
        if occasion is not None and self.domain.outbound is not None:
            return calling_out.begin(self.domain, self.domain.outbound, state, occasion)
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
        if isinstance(input, UserTurn):
            input = UserTurn(
                input.text[:LONGEST_TURN],
                input.digits[:MOST_KEYS],
                input.alternatives[:MOST_ALTERNATIVES],
            )
            speaker = self._speaker(state)
            if code := switching.wanted(speaker.domain, state, input):
                return self._switch(state, input, code)
            if not input.digits and asked_whether(input.text, speaker.domain.language):
                reply = Reply(speaker.domain, state)
                switching.stays(reply, input.text.strip())
                return reply.step()
            return speaker._turns.answer(state, input)
        if (speaker := self._speaker(state)) is not self:
            return speaker.handle(state, input)
        match input:
            case NoInput():
                reply = Reply(self.domain, state)
                repair.silence(reply)
                return reply.step()
            case ToolReturned():
                return self._tool(state, input)
            case Circumstances(now=now, wait=wait, staffed=staffed):
                reply = Reply(self.domain, state, goes_on=True)
                reply.change(now=now[:LONGEST_NUMBER], wait=wait, staffed=staffed)
                reply.decided("circumstances")
                return reply.step()
            case Connecting(connection=connection):
                reply = Reply(self.domain, state, goes_on=connection in _GO_ON)
                connecting.got_on(reply, connection)
                return reply.step()
            case Interrupted(unheard=left):
                reply = Reply(self.domain, state)
                # Nothing unheard: the speech went on after all.
                reply.change(unheard=left.strip())
                reply.decided("interrupted" if left.strip() else "not_interrupted")
                return reply.step()
            case _:
                assert_never(input)

    def _speaker(self, state: DialogueState) -> DialogueManager:
        """Return the manager of the language that the conversation is in."""
        others = self._translations.values()
        return next((one for one in others if one.domain.name == state.domain), self)

    def _switch(self, state: DialogueState, turn: UserTurn, code: str) -> Step:
        """Go on in another language, where it can be."""
        if switching.is_written_only(state, code, self._voices):
            reply = Reply(self._speaker(state).domain, state)
            switching.admit(reply, code)
            return reply.step()
        other = self if code == self.domain.language else self._translations.get(code)
        if other is None:
            return self._speaker(state)._turns.answer(state, turn)
        if not asked_for(turn.text, (code,)):
            # Nobody asked for it: they just speak it.
            return other._turns.answer(switching.greeted(other.domain, state), turn)
        reply = Reply(other.domain, switching.moved(other.domain, state))
        switching.take_up(reply, state, turn.text.strip())
        return reply.step()

    def _tool(self, state: DialogueState, result: ToolReturned) -> Step:
        if state.pending is None or state.pending.call_key != result.call_key:
            # The customer has moved on, or the result came twice.
            reply = Reply(self.domain, state, goes_on=True)
            reply.decided("late_result")
            return reply.step()
        # What was cut off is begun again, so that the step says all that is still to be heard.
        reply = Reply(self.domain, state, goes_on=not state.unheard)
        unheard.tell(reply, introduced=False)
        if composing.waited_for(state.pending):
            composing.returned(reply, result, self._turns.back, self._turns.without_model)
        else:
            results.returned(reply, state.pending, result)
        handing_over.apply_rules(reply)
        self._turns.go_on(reply)
        return reply.step()


def known_number(caller: str) -> str:
    """Return the digits of a number as a channel writes it; empty when it is withheld."""
    return "".join(char for char in caller[:LONGEST_NUMBER] if char in "0123456789")
