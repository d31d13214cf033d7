"""Values that customers give: taken, made sure of, put right."""

from __future__ import annotations

from collections.abc import Sequence

from dialogue import progress, tasks, tool_calls, unheard, verification
from dialogue.domain import ARTICLE_PREFIX, CONTROLS, Domain
from dialogue.feelings import without_swearing
from dialogue.flows import DICTATED, FREE, AskBack, Confirm, Slot, SlotKind
from dialogue.judgement import judge, named
from dialogue.policy import Band
from dialogue.question import Question, Topic
from dialogue.references import means_same, pick, referred
from dialogue.reply import Reply
from dialogue.unasked import code_in
from dialogue.understanding.answers import (
    Polarity,
    is_misunderstanding,
    is_question,
    lacks,
    read_polarity,
)
from dialogue.understanding.codes import Hypothesis
from dialogue.understanding.intents import Reading, Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.texts import said_instead
from dialogue.understanding.values import read_among, read_value
from dialogue.understanding.wishes import digresses

_WORDS_OF_AN_OPTION = 3
"""Words of a turn that can be an option misheard."""
_WORDS_OF_A_COMMAND = 7
"""A longer turn is not a bare command such as "start over"."""
_WORDS_OF_A_REMARK = 3
_WORDS_AFTER_NO = 3
"""Words after a no that say more than that a value is not at hand."""
_SURE_COMMAND = 0.7
"""Probability from which a command is obeyed although free words were asked for."""
_WORDS_OF_A_VALUE = 9
"""A longer turn may be a need although a day or an amount was asked for."""
_WORDS_OF_A_COUNT = 4
"""A turn of as many words that names a day or an amount is not looked at for anything else."""
_MEASURES = (SlotKind.DATE, SlotKind.AMOUNT, SlotKind.NUMBER)
_PUT_RIGHT = (SlotKind.ADDRESS, SlotKind.EMAIL, SlotKind.TEXT)
"""Kinds that are told from anything else that may come with a no."""
_READINGS = 12
_SURE_ALONE = 0.9
"""Share of all readings below which records are asked before anything is said."""
_SURE = 0.7
"""Share from which a value is taken without asking."""
_SURE_ALOUD = 0.5
"""The same where the value is read back, so that the customer can put it right."""


class Dictation:
    """Takes values of one hotline; holds nothing of any conversation."""

    def __init__(self, domain: Domain, understanding: Understanding) -> None:
        self._domain = domain
        self._understanding = understanding

    def asked_for(self, reply: Reply, slot: Slot, text: str) -> bool:
        """Take the turn as the value that was asked for, if it is one."""
        identification = verification.asked_for(reply, slot.name)
        if identification is not None and lacks(text, self._domain.speech):
            verification.cannot_tell(reply, identification, slot.name)
            tasks.advance(reply)
            return True
        if self._is_elsewhere(reply, slot, text):
            return True
        before = reply.state.partial.get(slot.name, "")
        if not before and self._was_not_wanted(reply, slot, text):
            reply.change(task=None, question=None)
            return False
        # Free words are read back: what the bot never says is left out.
        free = slot.kind in FREE
        bare = without_swearing(text, self._domain.feelings) if free else text
        said = read_among(
            slot,
            bare,
            reply.alternatives,
            before=before,
            today=reply.today,
            language=self._domain.speech,
        )
        if free and is_misunderstanding(text, self._domain.speech):
            # No value of a task that was never wanted; what was wanted may come with it.
            reply.change(task=None, question=None)
            return False
        if slot.kind is SlotKind.TEXT and read_polarity(text, self._domain.speech)[1] == "":
            # "Go for it" tells nothing of what is wrong.
            return False
        if said.whole and slot.kind not in DICTATED and self.is_no_value(slot, text):
            return False
        if said.whole and slot.kind in DICTATED and self._is_for_another_task(reply, slot, text):
            return False
        if said.whole:
            self.understood(reply, slot, said.whole)
            return True
        if slot.kind is SlotKind.CHOICE and (value := self._misheard(slot, text)):
            self.given(reply, slot, value)
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
            tool_calls.look_up(reply, slot)
        else:
            self.begun(reply, slot, said.begun)
        return True

    def asked_back(self, reply: Reply, question: Question, text: str) -> bool:
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
            if fresh and fresh[0].value != value and not self.is_no_value(slot, rest):
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

    def put_right(self, reply: Reply, text: str, *, anew: bool = False) -> bool:
        """Take a value instead of the one that was read back: "no, it's 14 Elm Street".

        Args:
            reply: The step being composed.
            text: The turn.
            anew: Nothing says that it is wrong: only another whole value does.
        """
        task = reply.state.task
        step = self._domain.flows[task.flow].steps[task.step] if task else None
        if not isinstance(step, Confirm):
            return False
        places = [step.slot, *(name for name, _ in step.question.places)]
        named = [self._domain.slots[name] for name in places if name in self._domain.slots]
        slot = next((slot for slot in named if slot.kind in _PUT_RIGHT), None)
        if slot is None:
            return False
        if slot.kind is SlotKind.TEXT:
            # "No, I'd rather have the money" says nothing of what is wrong with it.
            text = said_instead(text, self._domain.speech)
        before = reply.state.slots.get(slot.name, "")
        bare = without_swearing(text, self._domain.feelings)
        fresh = read_value(slot, bare, today=reply.today, language=self._domain.speech)
        said = read_value(
            slot, bare, before=before, today=reply.today, language=self._domain.speech
        )
        if anew or (slot.kind is SlotKind.EMAIL and fresh.whole):
            # All of it again.
            said = fresh
        if not said.whole or said.whole[0].value == before:
            return False
        self.given(reply, slot, said.whole[0].value)
        return True

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
            tool_calls.look_up(reply, slot)
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

    def _misheard(self, slot: Slot, text: str) -> str:
        """Return the value of a choice that a recogniser may have misspelled; empty for none."""
        names = [" ".join(words) for words in slot.options.values()]
        index = (
            pick(text, names, self._domain.speech)
            if len(tokens(text)) <= _WORDS_OF_AN_OPTION
            else None
        )
        return list(slot.options)[index] if index is not None else ""

    def _is_elsewhere(self, reply: Reply, slot: Slot, text: str) -> bool:
        """Take a value that was not said: one that was talked about, or that we can find."""
        value = ""
        if slot.is_code and code_in(self._domain, text, {}) is None:
            value = referred(reply, slot.name, text)
        elif slot.kind in FREE and means_same(text, self._domain.speech):
            value = reply.state.earlier.get(slot.name, "")
        if value:
            reply.change(question=None)
            self.given(reply, slot, value)
            return True
        return (lacks(text, self._domain.speech) or _is_filed(slot, text)) and (
            progress.other_way(reply, slot.name) or progress.lacks_again(reply, slot.name)
        )

    def _was_not_wanted(self, reply: Reply, slot: Slot, text: str) -> bool:
        """Whether a no answers the first question of a task: it was taken up by mistake.

        "No, you've got me wrong, …", however much of the rest a recogniser has spoilt.
        """
        task = reply.state.task
        if task is None or slot.kind not in (*DICTATED, SlotKind.EMAIL):
            return False
        if any(name in reply.state.slots for name in self._domain.flows[task.flow].slots()):
            return False
        speech = self._domain.speech
        polarity, rest = read_polarity(text, speech)
        refused = polarity is Polarity.NO and len(tokens(rest)) >= _WORDS_AFTER_NO
        if not (refused or is_misunderstanding(text, speech)) or is_question(rest, speech):
            return False
        said = read_value(slot, text, today=reply.today, language=speech)
        return not said.whole and not said.begun

    def _is_for_another_task(self, reply: Reply, slot: Slot, text: str) -> bool:
        """Whether the value comes with another task that takes it ("no, cancel order 44118")."""
        task = reply.state.task
        reading = self._understanding.read(text)
        if task is None or not reading.plain:
            return False
        decision = judge(self._domain, reading)
        need = named(self._domain, reading.plain)
        sure = decision.band is Band.ACT and (
            decision.confidence >= self._domain.policy.switch or decision.needs[0] == need
        )
        flow = self._domain.flow_for(decision.needs[0]) if sure else None
        return flow is not None and flow.name != task.flow and slot.name in flow.slots()

    def is_no_value(self, slot: Slot, text: str) -> bool:
        """Whether words are something else than the value that was asked for."""
        if slot.kind in FREE and digresses(text, self._domain.speech):
            return True
        short = len(tokens(text)) <= _WORDS_OF_A_COUNT
        if slot.kind is SlotKind.EMAIL or (short and slot.kind in _MEASURES):
            return False
        reading = self._understanding.read(text)
        if not reading.ranked:
            return False
        acts = judge(self._domain, reading).band is Band.ACT
        if self._command(reading, text) is not None and (acts or slot.kind in FREE):
            return True
        if slot.kind in (*FREE, SlotKind.CHOICE):
            return slot.kind in FREE and self._asks(reading, text)
        # "Can I send it back within thirty days?" names no day.
        asks = text.rstrip().endswith("?") or len(tokens(text)) > _WORDS_OF_A_VALUE
        return asks and acts

    def _asks(self, reading: Reading, text: str) -> bool:
        """Whether the turn surely asks for something, although free words were asked for."""
        decision = judge(self._domain, reading)
        sure = decision.band is Band.ACT and decision.confidence >= self._domain.policy.switch
        article = sure and decision.needs[0].startswith(ARTICLE_PREFIX)
        return article and is_question(text, self._domain.speech)

    def _command(self, reading: Reading, text: str) -> str | None:
        """Return the command that a turn gives although free words were asked for."""
        if not reading.ranked:
            return None
        name, share = reading.ranked[0]
        intent = self._domain.intents.get(name)
        if intent is not None and intent.high_stakes:
            # However many words it takes: nobody dictates that their lamp is on fire.
            return name if judge(self._domain, reading).band is Band.ACT else None
        if len(tokens(text)) > _WORDS_OF_A_COMMAND:
            return None
        command = name in CONTROLS and name not in ("yes", "no", "out_of_scope", "thanks")
        # "You people never answer emails" is the complaint, not a remark beside it.
        aside = len(tokens(text)) <= _WORDS_OF_A_REMARK or is_question(text, self._domain.speech)
        remark = intent is not None and bool(intent.reply) and aside
        return name if (command or remark) and share >= _SURE_COMMAND else None


def _is_filed(slot: Slot, text: str) -> bool:
    """Whether a turn says where a number would be found, and not the number: "it's under Iris"."""
    words = tokens(text)
    return slot.is_code and "under" in words and not any(word.isdigit() for word in words)
