"""Answers to the open question: a value, yes or no, one of a few options."""

from __future__ import annotations

from dialogue import tasks, unheard
from dialogue.domain import CALL_BACK, CONTROLS, PERSON, Domain
from dialogue.flows import Slot, SlotKind
from dialogue.needs import Needs
from dialogue.policy import Band
from dialogue.reply import Reply
from dialogue.state import Question, Topic
from dialogue.understanding.answers import (
    Polarity,
    free_text,
    picks_several,
    read_choice,
    read_polarity,
    refuses,
    refuses_all,
)
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import CodeReading, read_code, tokens

_WORDS_OF_A_COMMAND = 7
"""A longer turn is not a bare command such as "start over"."""
_WORDS_OF_A_NEED = 3
"""A need that follows a no takes at least this many words."""
_SURE_COMMAND = 0.7
"""Probability from which a command is obeyed although free words were asked for."""
_BARE_NO = ("no", "nope", "nah")
"""Says only that something is wrong, where the question was not heard."""


class Answers:
    """Takes turns of one hotline as answers; holds nothing of any conversation."""

    def __init__(self, domain: Domain, understanding: Understanding, needs: Needs) -> None:
        self._domain = domain
        self._understanding = understanding
        self._needs = needs

    def taken(self, reply: Reply, question: Question, text: str) -> bool:
        """Take the turn as an answer to the open question, if it is one."""
        match question.topic:
            case Topic.SLOT:
                slot = self._domain.slots[question.slot]
                return self._slot(reply, slot, text)
            case Topic.CONFIRM:
                return self._confirm(reply, question, text)
            case Topic.CHOICE:
                return self._choice(reply, question, text)
            case Topic.PERSON:
                return self._person_offer(reply, question, text)
            case Topic.MORE | Topic.NEED:
                return self._more(reply, question, text)

    def _slot(self, reply: Reply, slot: Slot, text: str) -> bool:
        if slot.kind is SlotKind.CODE:
            code = read_code(text, slot.digits, expected=True)
            if code is None:
                return False
            before = reply.state.partial.get(slot.name, "")
            if not code.complete and before:
                whole = before + code.digits
                if len(whole) <= slot.digits:
                    code = CodeReading(whole, len(whole) == slot.digits)
            if code.complete:
                self.given(reply, slot, code.digits)
                return True
            if len(tokens(text)) > 2 * len(code.digits) + 3:
                # A sentence that mentions a number is not the code.
                return False
            self.begun(reply, slot, code.digits)
            return True
        reading = self._understanding.read(text)
        if self._command(reading, text) is not None:
            return False
        value = free_text(text)
        if len(tokens(value)) < 2:
            return False
        self.given(reply, slot, value)
        return True

    def given(self, reply: Reply, slot: Slot, value: str) -> None:
        """Take the value that was asked for."""
        reply.learn(slot.name, value)
        reply.decided("slot", intent="")
        task = reply.state.task
        if task is None:
            reply.ask_more()
            return
        reply.say(reply.template(f"{slot.name}:heard", slot.heard), f"slot:{slot.name}")
        tasks.advance(reply)

    def begun(self, reply: Reply, slot: Slot, digits: str) -> None:
        """Take the beginning of a code, and ask for the rest."""
        reply.change(partial={**reply.state.partial, slot.name: digits})
        reply.decided("partial")
        if reply.state.question is not None:
            reply.ask(reply.state.question, spoken_as=slot.partial.fill({slot.name: digits}))

    def _confirm(self, reply: Reply, question: Question, text: str) -> bool:
        code = self._needs.code(text)
        task = reply.state.task
        if code is not None and task is not None:
            name, digits = code
            flow = self._domain.flows[task.flow]
            if name in flow.slots() and reply.state.slots.get(name) != digits:
                self._needs.corrected(reply, flow, name, digits)
                return True
        polarity, rest = read_polarity(text)
        if polarity is Polarity.NONE:
            return False
        if polarity is Polarity.YES and not self._plain_yes(rest):
            # "yes, but which one is it": not enough for something that cannot be undone.
            polarity = Polarity.UNSURE
        if polarity is not Polarity.NO and not unheard.question_was_heard(reply.state):
            # A yes to a question that was not heard confirms nothing.
            reply.decided("confirm:unheard", intent=polarity.value, confidence=1.0)
            unheard.resume(reply)
            return True
        reply.decided(f"confirm:{polarity.value}", intent=polarity.value, confidence=1.0)
        match polarity:
            case Polarity.YES:
                tasks.confirmed(reply)
            case Polarity.NO if need := self._other_need(reply, rest):
                # "no, I want to return it": what was asked is off, and something else is on.
                reply.change(question=None, task=None)
                self._needs.act(reply, need)
            case Polarity.NO:
                tasks.refused(reply)
            case _:
                reply.say_prompt("yes_or_no")
                reply.ask(question)
        return True

    def _other_need(self, reply: Reply, rest: str) -> str:
        """Return the task that comes with a no, where it is another than the one at hand."""
        if len(tokens(rest)) < _WORDS_OF_A_NEED or reply.state.task is None:
            return ""
        decision = self._needs.decide(self._understanding.read(rest))
        flow = self._domain.flow_for(decision.needs[0]) if decision.needs else None
        sure = decision.band is Band.ACT and flow is not None
        return decision.needs[0] if sure and flow and flow.name != reply.state.task.flow else ""

    def _plain_yes(self, rest: str) -> bool:
        """Whether what follows a yes takes nothing of it back."""
        if not rest:
            return True
        decision = self._needs.decide(self._understanding.read(rest))
        return decision.needs[:1] in (("yes",), ("thanks",)) or not (
            {"but", "not", "don't", "no", "wait", "which", "what", "if", "first", "instead"}
            & set(tokens(rest))
        )

    def _choice(self, reply: Reply, question: Question, text: str) -> bool:
        options = question.options
        words = [self._needs.words(option) for option in options]
        index = read_choice(text, words)
        if index is None and len(options) == 1 and read_polarity(text)[0] is Polarity.YES:
            index = 0
        if index is not None:
            reply.decided("choice", intent=options[index], confidence=1.0)
            self._needs.act(reply, options[index])
            return True
        if picks_several(text):
            reply.decided("choice:several", intent=options[0], confidence=1.0)
            self._needs.act(reply, options[0])
            return True
        if refuses_all(text):
            reply.decided("choice:none", intent="no", confidence=1.0)
            reply.change(question=None)
            reply.ask_need()
            return True
        reading = self._understanding.read(text)
        among = [(need, share) for need, share in reading.ranked if need in options]
        if among and among[0][1] >= self._domain.policy.ask:
            # Between the options that were just named, less evidence is enough.
            reply.decided("choice", intent=among[0][0], confidence=round(among[0][1], 3))
            self._needs.act(reply, among[0][0])
            return True
        return False

    def _person_offer(self, reply: Reply, question: Question, text: str) -> bool:
        polarity, rest = read_polarity(text)
        option = self._offered(question, text)
        if option == CALL_BACK or (option and polarity is not Polarity.NO):
            self.person_or_call_back(reply, option)
            return True
        match polarity:
            case Polarity.YES:
                self.person_or_call_back(reply, PERSON)
                return True
            case _ if refuses_all(text) or (polarity is Polarity.NO and (option or not rest)):
                reply.decided("person:no", intent="no", confidence=1.0)
                reply.change(question=None, no_match=0)
                if reply.state.task is not None:
                    tasks.advance(reply)
                else:
                    reply.ask_need()
                return True
            case _:
                return False

    def _offered(self, question: Question, text: str) -> str:
        """Return which of a person and a call-back was picked; empty for neither."""
        options = question.options
        if not options:
            return ""
        words = [self._needs.words(option) for option in options]
        picked = read_choice(text, words)
        return "" if picked is None or refuses(text, words[picked]) else options[picked]

    def person_or_call_back(self, reply: Reply, option: str) -> None:
        """Do which of the two was picked."""
        if option == CALL_BACK:
            self._needs.act(reply, CALL_BACK)
            reply.decided("person:call_back", intent=CALL_BACK, confidence=1.0)
        else:
            reply.decided("person:yes", intent=PERSON, confidence=1.0)
            reply.hand_off("the caller accepted the offer of a person")

    def _more(self, reply: Reply, question: Question, text: str) -> bool:
        """Yes or no to "anything else?"; what comes with it is a need of its own."""
        if self._needs.code(text) is not None:
            return False
        polarity, rest = read_polarity(text)
        reading = self._understanding.read(rest) if rest else None
        needs = self._needs.decide(reading).needs if reading else ()
        real = bool(needs) and needs[0] not in ("yes", "no", "thanks", "goodbye", "out_of_scope")
        match polarity:
            case Polarity.NO if (
                " ".join(tokens(text)) in _BARE_NO
                and not unheard.question_was_heard(reply.state)
                and unheard.facts(reply)
            ):
                reply.decided("more:unheard", intent="no", confidence=1.0)
                unheard.tell(reply)
                reply.ask(question)
            case Polarity.NO if not real and (question.topic is Topic.MORE or reply.state.done):
                reply.decided("more:no", intent="no", confidence=1.0)
                reply.goodbye("resolved")
            case Polarity.YES | Polarity.UNSURE if not rest and not self._thanks(text):
                reply.decided("more:yes", intent="yes", confidence=1.0)
                reply.ask(
                    Question(
                        Topic.NEED,
                        reply.prompt("yes_more"),
                        self._domain.prompt("reprompt"),
                        question.expects,
                        source="prompt:yes_more",
                    )
                )
            case _:
                return False
        return True

    def _thanks(self, text: str) -> bool:
        """Whether what begins like a yes is thanks ("great, thanks")."""
        return self._understanding.read(text).ranked[:1] == (("thanks", 1.0),)

    def _command(self, reading: Reading, text: str) -> str | None:
        """Return the command that a short turn gives although free words were asked for."""
        if len(tokens(text)) > _WORDS_OF_A_COMMAND or not reading.ranked:
            return None
        name, share = reading.ranked[0]
        intent = self._domain.intents.get(name)
        command = name in CONTROLS and name not in ("yes", "no", "out_of_scope", "thanks")
        remark = intent is not None and bool(intent.reply)
        return name if (command or remark) and share >= _SURE_COMMAND else None
