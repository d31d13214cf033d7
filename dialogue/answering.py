"""Answers to the open question: a value, yes or no, one of a few options."""

from __future__ import annotations

from dialogue import (
    ahead,
    digressions,
    handing_over,
    picks,
    progress,
    repair,
    tasks,
    telling,
    unasked,
    unheard,
)
from dialogue.codes_said import codes_in
from dialogue.dictation import Dictation
from dialogue.domain import UNDO, Domain
from dialogue.flows import Confirm, Slot, SlotKind
from dialogue.judgement import judge
from dialogue.needs import Needs
from dialogue.offers import Offers
from dialogue.policy import Band
from dialogue.question import Question, Topic
from dialogue.references import pick
from dialogue.reply import Reply
from dialogue.state import Later
from dialogue.understanding.answers import (
    Polarity,
    addition,
    begins_idly,
    free_text,
    is_misunderstanding,
    is_question,
    picks_any,
    picks_several,
    read_choice,
    read_polarity,
    refuses_all,
)
from dialogue.understanding.intents import Understanding
from dialogue.understanding.numbers import tokens
from dialogue.understanding.wishes import wishes

_WORDS_OF_AN_OPTION = 3
"""Words of a turn that can be an option misheard."""
_WORDS_OF_A_NEED = 3
"""A need that follows a no takes at least this many words."""
_WORDS_OF_A_FAREWELL = 8
"""More words than these after a no are about something, unless they are one of the farewells."""
_WORDS_OF_MORE = 4
"""What is added to a text takes at least this many words."""
_FAREWELLS = (("no",), ("thanks",), ("goodbye",))


class Answers:
    """Takes turns of one hotline as answers; holds nothing of any conversation."""

    def __init__(self, domain: Domain, understanding: Understanding, needs: Needs) -> None:
        self._domain = domain
        self._understanding = understanding
        self._needs = needs
        self.dictation = Dictation(domain, understanding)
        self.offers = Offers(domain, needs)

    def taken(self, reply: Reply, question: Question, text: str) -> bool:
        """Take the turn as an answer to the open question, if it is one."""
        match question.topic:
            case Topic.SLOT:
                slot = self._domain.slots[question.slot]
                if self._amended(reply, slot, text):
                    return True
                if slot.is_code and (
                    self._told_with_others(reply, slot, text) or self._told_ahead(reply, text)
                ):
                    return True
                return self.dictation.asked_for(reply, slot, text)
            case Topic.VALUE:
                return self.dictation.asked_back(reply, question, text)
            case Topic.CONFIRM:
                return self._confirm(reply, question, text)
            case Topic.CHOICE:
                return self._choice(reply, question, text)
            case Topic.PICK:
                return self._pick(reply, question, text)
            case Topic.PERSON:
                return self.offers.taken(reply, question, text)
            case Topic.GO_ON:
                return self._go_on(reply, text)
            case Topic.MORE | Topic.NEED:
                return self._more(reply, question, text)

    def _amended(self, reply: Reply, asked: Slot, text: str) -> bool:
        """Put a value right that was given before the one that is asked for now."""
        task = reply.state.task
        flow = self._domain.flows[task.flow] if task is not None else None
        found = unasked.amended(reply, flow, asked, text) if flow is not None else None
        if flow is None or found is None:
            return False
        reply.forget(asked.name)
        unasked.correct(reply, flow, *found)
        return True

    def _told_with_others(self, reply: Reply, slot: Slot, text: str) -> bool:
        """Take the value that was asked for from a turn that tells others with it: "450937, and I
        was born in 1958"."""
        values = [value for name, value in codes_in(self._domain, text) if name == slot.name]
        if len(values) != 1 or not ahead.told(reply, text) or self._is_task(text):
            return False
        self.dictation.given(reply, slot, values[0])
        return True

    def _told_ahead(self, reply: Reply, text: str) -> bool:
        """Keep a value that the task asks for later, where the turn says nothing else."""
        task = reply.state.task
        if task is None or not ahead.told(reply, text):
            return False
        if judge(self._domain, self._understanding.read(text)).band is Band.ACT:
            return False
        reply.decided("ahead")
        repair.ask_again(reply)
        return True

    def _confirm(self, reply: Reply, question: Question, text: str) -> bool:
        code = unasked.code_in(self._domain, text, reply.state.slots)
        task = reply.state.task
        if code is not None and task is not None:
            name, digits = code
            flow = self._domain.flows[task.flow]
            if name in flow.slots() and reply.state.slots.get(name) != digits:
                unasked.correct(reply, flow, name, digits)
                return True
        polarity, rest = read_polarity(text, self._domain.speech)
        if polarity is not Polarity.YES and is_misunderstanding(text, self._domain.speech):
            # Not the value is wrong, the task is.
            reply.decided("confirm:misunderstood", intent="no", confidence=1.0)
            reply.say_prompt("never_mind")
            progress.finish(reply)
            return True
        if self._put_right(reply, text) or self._added(reply, polarity, rest):
            return True
        if polarity is Polarity.NONE and task is not None and self._takes_back(text):
            # "We'll keep it after all" refuses what is only about to be done, and agrees where a
            # change is about to be taken back.
            undo_at = self._domain.flows[task.flow].undo_at
            undoes = undo_at is not None and task.step >= undo_at
            polarity, rest = (Polarity.YES if undoes else Polarity.NO), ""
        if polarity is Polarity.NONE:
            return self.dictation.put_right(reply, text, anew=True) or self._cannot_change(
                reply, text
            )
        if polarity is Polarity.YES and not self._plain_yes(reply, question, text, rest):
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
            case Polarity.NO if self.dictation.put_right(reply, text):
                pass
            case Polarity.NO:
                tasks.refused(reply)
            case _:
                reply.say_prompt("yes_or_no")
                reply.ask(question)
        return True

    def _put_right(self, reply: Reply, text: str) -> bool:
        """Take another value than the one that the task has: "it's 14 Elm Street in Salem"."""
        task = reply.state.task
        flow = self._domain.flows[task.flow] if task is not None else None
        for name, value in ahead.told(reply, text).items():
            if flow is None or name not in flow.slots():
                continue
            if reply.state.slots.get(name) not in (None, value):
                step = flow.steps[task.step] if task is not None else None
                if isinstance(step, Confirm) and step.slot == name:
                    self.dictation.given(reply, self._domain.slots[name], value)
                else:
                    unasked.correct(reply, flow, name, value)
                return True
        return False

    def _cannot_change(self, reply: Reply, text: str) -> bool:
        """Admit that what the turn tells has no place in the task, where it asks for nothing that
        does: "send it to jane@example.com"."""
        task = reply.state.task
        told = ahead.told(reply, text)
        if task is None or not told or self._is_task(text):
            return False
        reply.decided("confirm:cannot_change")
        reply.say_prompt("cannot_change")
        repair.ask_again(reply)
        return True

    def _is_task(self, text: str) -> bool:
        decision = judge(self._domain, self._understanding.read(text))
        sure = decision.band is Band.ACT and decision.confidence >= self._domain.policy.switch
        return sure and self._domain.flow_for(decision.needs[0]) is not None

    def _added(self, reply: Reply, polarity: Polarity, rest: str) -> bool:
        """Add to a text that is read back: "and the box was torn too"."""
        task = reply.state.task
        step = self._domain.flows[task.flow].steps[task.step] if task is not None else None
        read_back = (
            [self._domain.slots[n] for n, _ in step.question.places if n in self._domain.slots]
            if isinstance(step, Confirm)
            else []
        )
        slot = next((slot for slot in read_back if slot.kind is SlotKind.TEXT), None)
        if slot is None or polarity in (Polarity.YES, Polarity.UNSURE):
            return False
        more = addition(rest, self._domain.speech)
        if not more and (polarity is Polarity.NO or not self._only_tells(slot, rest)):
            return False
        before = reply.state.slots.get(slot.name, "").rstrip(".,;!? ")
        new = free_text(more or rest, self._domain.speech)
        if len(tokens(new)) < _WORDS_OF_A_NEED:
            return False
        reply.learn(slot.name, f"{before}. {new[:1].upper()}{new[1:]}")
        reply.decided("confirm:added")
        reply.change(question=None)
        tasks.advance(reply)
        return True

    def _only_tells(self, slot: Slot, text: str) -> bool:
        """Whether a turn goes on with what is told, and asks for nothing."""
        language = self._domain.speech
        words = tokens(text)
        if is_question(text, language) or wishes(text, language) or len(words) < _WORDS_OF_MORE:
            return False
        if read_polarity(" ".join(words[1:]), language)[0] is not Polarity.NONE:
            # "Mm yes, do it" agrees, however it begins.
            return False
        goes_on = any(text.startswith(f"{phrase} ") for phrase in language.go_on_from)
        return goes_on or not (self.dictation.is_no_value(slot, text) or self._is_task(text))

    def _other_need(self, reply: Reply, rest: str) -> str:
        """Return the task that comes with a no, where it is another than the one at hand."""
        if len(tokens(rest)) < _WORDS_OF_A_NEED or reply.state.task is None:
            return ""
        decision = judge(self._domain, self._understanding.read(rest))
        flow = self._domain.flow_for(decision.needs[0]) if decision.needs else None
        sure = decision.band is Band.ACT and flow is not None
        return decision.needs[0] if sure and flow and flow.name != reply.state.task.flow else ""

    def _takes_back(self, text: str) -> bool:
        decision = judge(self._domain, self._understanding.read(text))
        return decision.band is Band.ACT and decision.needs[0] == UNDO

    def _plain_yes(self, reply: Reply, question: Question, text: str, rest: str) -> bool:
        """Whether what follows a yes agrees as well.

        A yes that is said as such holds unless words take it back. "Okay" and "right" begin many
        a turn that agrees to nothing ("okay, I'm back, the dog's been out"): what follows them
        has to agree itself, or to repeat what was asked.
        """
        if not rest:
            return True
        decision = judge(self._domain, self._understanding.read(rest))
        if decision.needs[:1] in (("yes",), ("thanks",)):
            return True
        speech, words = self._domain.speech, set(tokens(rest))
        if speech.takes_back & words:
            return False
        if not begins_idly(text, speech):
            return True
        flow = self._domain.flow_for(decision.needs[0]) if decision.band is Band.ACT else None
        task = reply.state.task
        if flow is not None and task is not None and flow.name == task.flow:
            return True
        return words <= speech.agreeing_words | set(tokens(question.text))

    def _choice(self, reply: Reply, question: Question, text: str) -> bool:
        options = question.options
        words = [self._domain.words_of(option) for option in options]
        index = read_choice(text, words, self._domain.speech)
        if (
            index is None
            and len(options) == 1
            and read_polarity(text, self._domain.speech)[0] is Polarity.YES
        ):
            index = 0
        code = unasked.code_in(self._domain, text, {})
        flow = self._domain.flow_for(options[0]) if len(options) == 1 else None
        if flow is not None and (code is None or code[0] not in flow.slots()):
            code = unasked.number_for(self._domain, flow, text) or code
        if index is None and code and flow is not None and code[0] in flow.slots():
            # The number that it takes is as good as a yes.
            index = 0
        if index is not None:
            given = code[0] if code else ""
            if code:
                reply.learn(*code)
            reply.decided("choice", intent=options[index], confidence=1.0)
            self._needs.act(reply, options[index], given)
            return True
        if picks_several(text, self._domain.speech):
            reply.decided("choice:several", intent=options[0], confidence=1.0)
            if len(options) == 2 and not picks_any(text, self._domain.speech):
                reply.change(later=(Later(options[1]), *reply.state.later))
            self._needs.act(reply, options[0])
            return True
        if refuses_all(text, self._domain.speech):
            reply.decided("choice:none", intent="no", confidence=1.0)
            reply.change(question=None)
            if question.source.endswith(progress.OTHERWISE):
                # Neither the value nor another way to it.
                reply.say_prompt("too_many_attempts")
                handing_over.offer(reply)
            else:
                digressions.back(reply)
            return True
        reading = self._understanding.read(text)
        among = [(need, share) for need, share in reading.ranked if need in options]
        if among and among[0][1] >= self._domain.policy.ask:
            # Between the options that were just named, less evidence is enough.
            reply.decided("choice", intent=among[0][0], confidence=round(among[0][1], 3))
            self._needs.act(reply, among[0][0])
            return True
        if len(tokens(text)) <= _WORDS_OF_AN_OPTION:
            # "Trek it": an option as a recogniser may mishear it.
            index = pick(text, [" ".join(option) for option in words], self._domain.speech)
        if index is not None:
            reply.decided("choice:misheard", intent=options[index])
            self._needs.act(reply, options[index])
        return index is not None

    def _pick(self, reply: Reply, question: Question, text: str) -> bool:
        """Which of the values of our records is it?"""
        code = unasked.code_in(self._domain, text, {})
        if code and code[0] == question.slot:
            self.picked(reply, question, code[1])
            return True
        if value := picks.picked(reply, question, text):
            self.picked(reply, question, value)
            return True
        if refuses_all(text, self._domain.speech):
            reply.decided("pick:none", intent="no", confidence=1.0)
            reply.note(f"none of the {question.slot}s that we found was meant")
            reply.change(question=None)
            handing_over.offer(reply)
            return True
        return False

    def picked(self, reply: Reply, question: Question, value: str) -> None:
        """Take the value that was picked, and go on with the task."""
        picks.take(reply, question.slot, value)
        progress.proceed(reply)
        tasks.advance(reply)

    def _more(self, reply: Reply, question: Question, text: str) -> bool:
        """Yes or no to "anything else?"; what comes with it is a need of its own."""
        if unasked.code_in(self._domain, text, reply.state.slots) is not None:
            return False
        if self._needs.products is not None and self._needs.products.corrects(reply, text):
            digressions.back(reply)
            return True
        polarity, rest = read_polarity(text, self._domain.speech)
        reading = self._understanding.read(rest) if rest else None
        needs = judge(self._domain, reading).needs if reading else ()
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
                digressions.go_on_telling(reply)
            case Polarity.NO:
                reply.decided("go_on:no", intent="no", confidence=1.0)
                reply.say_prompt("stopped")
                telling.leave(reply)
                digressions.back(reply)
            case _:
                return False
        return True

    def _thanks(self, text: str) -> bool:
        """Whether what begins like a yes is thanks ("great, thanks")."""
        ranked = self._understanding.read(text).ranked
        return bool(ranked) and ranked[0][0] == "thanks"
