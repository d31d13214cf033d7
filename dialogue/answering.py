"""Answers to the open question: a value, yes or no, one of a few options."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue import handing_over, tasks, telling, unheard, verification
from dialogue.brief import Why
from dialogue.domain import ARTICLE_PREFIX, CALL_BACK, CONTROLS, PERSON, Domain
from dialogue.feelings import without_swearing
from dialogue.flows import DICTATED, AskBack, Slot, SlotKind
from dialogue.needs import Needs
from dialogue.policy import Band
from dialogue.reply import Reply
from dialogue.state import Question, Topic
from dialogue.understanding.answers import (
    Polarity,
    is_misunderstanding,
    is_question,
    lacks,
    picks_any,
    picks_several,
    read_choice,
    read_polarity,
    refuses,
    refuses_all,
)
from dialogue.understanding.codes import Hypothesis
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.values import read_value

_WORDS_OF_A_COMMAND = 7
"""A longer turn is not a bare command such as "start over"."""
_WORDS_OF_A_NEED = 3
"""A need that follows a no takes at least this many words."""
_SURE_COMMAND = 0.7
"""Probability from which a command is obeyed although free words were asked for."""
_WORDS_OF_A_FAREWELL = 8
"""More words than these after a no are about something, unless they are one of the farewells."""
_FAREWELLS = (("no",), ("thanks",), ("goodbye",))
_WORDS_OF_A_VALUE = 9
"""A longer turn may be a need although a day or an amount was asked for."""
_WORDS_OF_A_COUNT = 4
"""A turn of as many words that names a day or an amount is not looked at for anything else."""
_MEASURES = (SlotKind.DATE, SlotKind.AMOUNT, SlotKind.NUMBER)
_READINGS = 12
_SURE_ALONE = 0.9
"""Share of all readings below which records are asked before anything is said."""
_SURE = 0.7
"""Share from which a value is taken without asking."""
_SURE_ALOUD = 0.5
"""The same where the value is read back, so that the customer can put it right."""


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
            case Topic.VALUE:
                return self._value(reply, question, text)
            case Topic.CONFIRM:
                return self._confirm(reply, question, text)
            case Topic.CHOICE:
                return self._choice(reply, question, text)
            case Topic.PERSON:
                return self._person_offer(reply, question, text)
            case Topic.GO_ON:
                return self._go_on(reply, text)
            case Topic.MORE | Topic.NEED:
                return self._more(reply, question, text)

    def _slot(self, reply: Reply, slot: Slot, text: str) -> bool:
        identification = verification.asked_for(reply, slot.name)
        if identification is not None and lacks(text, self._domain.speech):
            verification.cannot_tell(reply, identification, slot.name)
            tasks.advance(reply)
            return True
        before = reply.state.partial.get(slot.name, "")
        # Free words are read back: what the bot never says is left out.
        free = slot.kind is SlotKind.TEXT
        bare = without_swearing(text, self._domain.feelings) if free else text
        said = read_value(
            slot, bare, before=before, today=reply.today, language=self._domain.speech
        )
        if free and is_misunderstanding(text, self._domain.speech):
            # No value of a task that was never wanted; what was wanted may come with it.
            reply.change(task=None, question=None)
            return False
        if said.whole and slot.kind not in DICTATED and self._is_no_value(slot, text):
            return False
        if said.whole:
            self.understood(reply, slot, said.whole)
            return True
        if said.voided and before and self._command(self._understanding.read(text), text) is None:
            # "Scratch that": from the beginning of the value, not of the conversation.
            reply.forget(slot.name)
            reply.decided("voided")
            reply.ask_slot(slot)
            return True
        if not said.begun or len(tokens(text)) > 2 * len(said.begun) + 3:
            # A sentence that mentions a number is not the code.
            return False
        if slot.lookup and said.begun == before:
            # Said again and nothing more: something of it was swallowed.
            reply.learn(slot.name, before)
            reply.change(question=None)
            tasks.look_up(reply, slot)
        else:
            self.begun(reply, slot, said.begun)
        return True

    def _asks(self, reading: Reading, text: str) -> bool:
        """Whether the turn surely asks for something, although free words were asked for."""
        decision = self._needs.decide(reading)
        sure = decision.band is Band.ACT and decision.confidence >= self._domain.policy.switch
        article = sure and decision.needs[0].startswith(ARTICLE_PREFIX)
        return article and is_question(text, self._domain.speech)

    def _is_no_value(self, slot: Slot, text: str) -> bool:
        """Whether words are something else than the value that was asked for."""
        short = len(tokens(text)) <= _WORDS_OF_A_COUNT
        if slot.kind is SlotKind.EMAIL or (short and slot.kind in _MEASURES):
            return False
        reading = self._understanding.read(text)
        if not reading.ranked:
            return False
        acts = self._needs.decide(reading).band is Band.ACT
        if self._command(reading, text) is not None and (acts or slot.kind is SlotKind.TEXT):
            return True
        if slot.kind in (SlotKind.TEXT, SlotKind.CHOICE):
            return slot.kind is SlotKind.TEXT and self._asks(reading, text)
        # "Can I send it back within thirty days?" names no day.
        asks = text.rstrip().endswith("?") or len(tokens(text)) > _WORDS_OF_A_VALUE
        return asks and acts

    def understood(self, reply: Reply, slot: Slot, readings: Sequence[Hypothesis]) -> None:
        """Take a value in its likeliest reading, or make sure of it first."""
        ruled_out = reply.state.ruled_out.get(slot.name, ())
        left = [reading for reading in readings if reading.value not in ruled_out]
        first, *others = (left or readings)[:_READINGS]
        rest = [reading.value for reading in others]
        sure = first.share >= (_SURE_ALOUD if slot.heard or slot.kept else _SURE)
        if slot.lookup and first.share < _SURE_ALONE:
            reply.learn(slot.name, first.value, rest)
            reply.change(question=None)
            tasks.look_up(reply, slot)
        elif slot.ask_back is AskBack.ALWAYS or (slot.ask_back is AskBack.UNSURE and not sure):
            reply.decided("value:unsure")
            reply.ask_value(slot, (first.value, *rest))
        else:
            self.given(reply, slot, first.value, rest)

    def given(
        self,
        reply: Reply,
        slot: Slot,
        value: str,
        others: Sequence[str] = (),
        *,
        agreed: bool = False,
    ) -> None:
        """Take the value that was asked for.

        Args:
            reply: The step being composed.
            slot: What it is a value of.
            value: The value.
            others: What else it may have been.
            agreed: The customer has just said that it is right.
        """
        reply.learn(slot.name, value, others)
        if agreed:
            reply.confirm(slot.name)
        reply.decided("slot", intent="")
        task = reply.state.task
        if task is None:
            reply.ask_more()
            return
        if not agreed:
            reply.say(reply.template(f"{slot.name}:heard", slot.heard), f"slot:{slot.name}")
        tasks.advance(reply)

    def begun(self, reply: Reply, slot: Slot, beginning: str) -> None:
        """Take the beginning of a value, and ask for the rest."""
        reply.change(partial={**reply.state.partial, slot.name: beginning})
        reply.decided("partial")
        question = reply.state.question
        if question is not None and question.topic is Topic.SLOT:
            reply.ask(question, spoken_as=slot.partial.fill({slot.name: beginning}))
        elif question is not None:
            reply.ask_slot(slot, spoken_as=slot.partial.fill({slot.name: beginning}))

    def _value(self, reply: Reply, question: Question, text: str) -> bool:
        """Take the answer to "was that …?": a yes, a no, or what is wrong with it."""
        slot = self._domain.slots[question.slot]
        value, *others = question.options
        polarity, rest = read_polarity(text, self._domain.speech)
        said = read_value(slot, text, before=value, today=reply.today, language=self._domain.speech)
        if slot.kind in DICTATED and said.whole and said.whole[0].value != value:
            # "No, the second one is five", or all of it again.
            reply.rule_out(slot.name, (value,))
            changed = Hypothesis(said.whole[0].value, max(said.whole[0].share, _SURE_ALOUD))
            self.understood(reply, slot, (changed, *said.whole[1:]))
            return True
        if slot.kind not in DICTATED and rest and polarity is not Polarity.YES:
            fresh = read_value(slot, rest, today=reply.today, language=self._domain.speech).whole
            if fresh and fresh[0].value != value and not self._is_no_value(slot, rest):
                reply.rule_out(slot.name, (value,))
                self.understood(reply, slot, fresh)
                return True
        agrees = said.whole and polarity is Polarity.NONE and slot.kind in DICTATED
        if not agrees and polarity is Polarity.NONE:
            return False
        if polarity is not Polarity.NO and not unheard.question_was_heard(reply.state):
            reply.decided("value:unheard", intent=polarity.value, confidence=1.0)
            unheard.resume(reply)
            return True
        reply.decided(f"value:{polarity.value}", intent=polarity.value, confidence=1.0)
        match polarity:
            case Polarity.YES | Polarity.NONE:
                self.given(reply, slot, value, others, agreed=True)
            case Polarity.NO:
                reply.rule_out(slot.name, (value,))
                tasks.denied(reply, slot, others)
            case _:
                reply.say_prompt("yes_or_no")
                reply.ask(question)
        return True

    def _confirm(self, reply: Reply, question: Question, text: str) -> bool:
        code = self._needs.code(text, reply.state.slots)
        task = reply.state.task
        if code is not None and task is not None:
            name, digits = code
            flow = self._domain.flows[task.flow]
            if name in flow.slots() and reply.state.slots.get(name) != digits:
                self._needs.corrected(reply, flow, name, digits)
                return True
        polarity, rest = read_polarity(text, self._domain.speech)
        if polarity is not Polarity.YES and is_misunderstanding(text, self._domain.speech):
            # Not the value is wrong, the task is.
            reply.decided("confirm:misunderstood", intent="no", confidence=1.0)
            reply.say_prompt("never_mind")
            tasks.finish(reply)
            return True
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
            self._domain.speech.takes_back & set(tokens(rest))
        )

    def _choice(self, reply: Reply, question: Question, text: str) -> bool:
        options = question.options
        words = [self._needs.words(option) for option in options]
        index = read_choice(text, words, self._domain.speech)
        if (
            index is None
            and len(options) == 1
            and read_polarity(text, self._domain.speech)[0] is Polarity.YES
        ):
            index = 0
        if index is not None:
            reply.decided("choice", intent=options[index], confidence=1.0)
            self._needs.act(reply, options[index])
            return True
        if picks_several(text, self._domain.speech):
            reply.decided("choice:several", intent=options[0], confidence=1.0)
            if len(options) == 2 and not picks_any(text, self._domain.speech):
                reply.change(later=options[1:])
            self._needs.act(reply, options[0])
            return True
        if refuses_all(text, self._domain.speech):
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
        polarity, rest = read_polarity(text, self._domain.speech)
        option = self._offered(question, text)
        if option == CALL_BACK or (option and polarity is not Polarity.NO):
            self.person_or_call_back(reply, option)
            return True
        match polarity:
            case Polarity.YES:
                only = question.options[0] if len(question.options) == 1 else PERSON
                self.person_or_call_back(reply, only)
                return True
            case _ if refuses_all(text, self._domain.speech) or (
                polarity is Polarity.NO and (option or not rest)
            ):
                reply.decided("person:no", intent="no", confidence=1.0)
                reply.change(question=None, no_match=0)
                if tasks.is_hopeless(reply):
                    # No person, and the value will not be had: there is no third way.
                    reply.say_prompt("never_mind")
                    tasks.finish(reply)
                elif reply.state.task is not None:
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
        words = [
            (
                *self._needs.words(option),
                *(self._domain.speech.wait_words if option == PERSON else ()),
            )
            for option in options
        ]
        picked = read_choice(text, words, self._domain.speech)
        return (
            ""
            if picked is None or refuses(text, words[picked], self._domain.speech)
            else options[picked]
        )

    def person_or_call_back(self, reply: Reply, option: str) -> None:
        """Do which of the two was picked."""
        if option == CALL_BACK:
            self._needs.act(reply, CALL_BACK)
            reply.decided("person:call_back", intent=CALL_BACK, confidence=1.0)
        else:
            question = reply.state.question
            reply.decided("person:yes", intent=PERSON, confidence=1.0)
            # A caller who was told of the wait knows it now.
            settled = question is not None and bool(question.why)
            why = Why(question.why) if question is not None and question.why else Why.ACCEPTED
            reason = question.reason if question is not None else ""
            handing_over.hand_over(reply, why, reason, settled=settled)

    def _more(self, reply: Reply, question: Question, text: str) -> bool:
        """Yes or no to "anything else?"; what comes with it is a need of its own."""
        if self._needs.code(text, reply.state.slots) is not None:
            return False
        polarity, rest = read_polarity(text, self._domain.speech)
        reading = self._understanding.read(rest) if rest else None
        needs = self._needs.decide(reading).needs if reading else ()
        real = bool(needs) and needs[0] not in ("yes", "no", "thanks", "goodbye", "out_of_scope")
        # "I'm not good with computers, …": who says much more than no is not done.
        more = len(tokens(rest)) > _WORDS_OF_A_FAREWELL and needs[:1] not in _FAREWELLS
        match polarity:
            case Polarity.NO if (
                " ".join(tokens(text)) in self._domain.speech.bare_no
                and not unheard.question_was_heard(reply.state)
                and unheard.facts(reply)
            ):
                reply.decided("more:unheard", intent="no", confidence=1.0)
                unheard.tell(reply)
                reply.ask(question)
            case Polarity.NO if (
                not real
                and not more
                # Nobody says no to the greeting.
                and (question.topic is Topic.MORE or reply.state.done or reply.state.turn > 1)
            ):
                reply.decided("more:no", intent="no", confidence=1.0)
                met = question.topic is Topic.MORE or reply.state.done
                reply.goodbye("resolved" if met else "abandoned")
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

    def _go_on(self, reply: Reply, text: str) -> bool:
        """Yes or no to "shall I go on?"; anything else is a need of its own."""
        polarity, rest = read_polarity(text, self._domain.speech)
        if rest and len(tokens(rest)) >= _WORDS_OF_A_NEED:
            return False
        match polarity:
            case Polarity.YES:
                reply.decided("go_on:yes", intent="yes", confidence=1.0)
                self._needs.go_on_telling(reply)
            case Polarity.NO:
                reply.decided("go_on:no", intent="no", confidence=1.0)
                reply.say_prompt("stopped")
                telling.leave(reply)
                self._needs.back(reply)
            case _:
                return False
        return True

    def _thanks(self, text: str) -> bool:
        """Whether what begins like a yes is thanks ("great, thanks")."""
        return self._understanding.read(text).ranked[:1] == (("thanks", 1.0),)

    def _command(self, reading: Reading, text: str) -> str | None:
        """Return the command that a turn gives although free words were asked for."""
        if not reading.ranked:
            return None
        name, share = reading.ranked[0]
        intent = self._domain.intents.get(name)
        if intent is not None and intent.high_stakes:
            # However many words it takes: nobody dictates that their lamp is on fire.
            return name if self._needs.decide(reading).band is Band.ACT else None
        if len(tokens(text)) > _WORDS_OF_A_COMMAND:
            return None
        command = name in CONTROLS and name not in ("yes", "no", "out_of_scope", "thanks")
        remark = intent is not None and bool(intent.reply)
        return name if (command or remark) and share >= _SURE_COMMAND else None
