"""One step while it is composed: what will be said, and the state that will hold afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialogue.acts import (
    Act,
    Answer,
    Ask,
    EndCall,
    Expectation,
    Handoff,
    Say,
    Step,
    Trace,
)
from dialogue.domain import CALL_BACK, PERSON, Domain
from dialogue.flows import Slot, SlotKind
from dialogue.spoken import Template
from dialogue.state import DialogueState, Question, Spoken, Topic
from dialogue.understanding.english import DIGIT_WORDS, YES_NO_WORDS

_VOCABULARY = 40
"""Words given to the recogniser with one question."""
_REMEMBERED = 12


class Reply:
    """Collects acts and changes of a copied state; the state it began with is never touched."""

    def __init__(self, domain: Domain, state: DialogueState, *, goes_on: bool = False) -> None:
        """
        Args:
            domain: Whose words to use.
            state: What held before.
            goes_on: The bot is still speaking its last answer, so that what is said now is the
                continuation of it and not a new one.
        """
        self.domain = domain
        self.state = state
        self.acts: list[Act] = []
        self.trace: dict[str, Any] = {}
        self._spoken: list[Spoken] = list(state.spoken) if goes_on else []

    # --- memory ------------------------------------------------------------------------------

    def change(self, **values: Any) -> None:
        """Change fields of the state to come."""
        self.state = replace(self.state, **values)

    def learn(self, slot: str, value: str) -> None:
        """Keep a slot's value."""
        self.change(
            slots={**self.state.slots, slot: value},
            partial={k: v for k, v in self.state.partial.items() if k != slot},
        )

    def forget(self, slot: str) -> None:
        """Drop a slot's value and its beginning."""
        self.change(
            slots={k: v for k, v in self.state.slots.items() if k != slot},
            partial={k: v for k, v in self.state.partial.items() if k != slot},
        )

    def note(self, text: str) -> None:
        """Note something for the person who may take over."""
        if text and text not in self.state.done:
            self.change(done=(*self.state.done, text)[-_REMEMBERED:])

    def need(self, name: str) -> None:
        """Note what the customer wanted."""
        if self.state.needs[-1:] != (name,):
            self.change(needs=(*self.state.needs, name)[-_REMEMBERED:])

    @property
    def facts(self) -> Mapping[str, str]:
        """Values for templates: what tools said, and what the customer said."""
        return {**self.state.facts, **self.state.slots}

    @property
    def rule(self) -> str:
        """The rule that decided so far."""
        return str(self.trace.get("rule", ""))

    def decided(self, rule: str, **values: Any) -> None:
        """Say in the trace why."""
        self.trace.update(rule=rule, **values)

    # --- words -------------------------------------------------------------------------------

    def variant(self, name: str, texts: tuple[str, ...]) -> str:
        """Return the next of several wordings, so that repeated use does not sound canned."""
        if not texts:
            return ""
        used = self.state.varied.get(name, 0)
        if len(texts) > 1:
            self.change(varied={**self.state.varied, name: used + 1})
        return texts[used % len(texts)]

    def template(self, name: str, templates: tuple[Template, ...]) -> str:
        """Return the next of several templates, filled."""
        text = self.variant(name, tuple(template.text for template in templates))
        return Template(text).fill(self.facts)

    def prompt(self, name: str, **places: str) -> str:
        """Return the next wording of a prompt."""
        text = self.variant(name, tuple(t.text for t in self.domain.prompts[name]))
        return Template(text).fill(places)

    @property
    def said(self) -> tuple[str, ...]:
        """All that this step says so far."""
        return tuple(act.text for act in self.acts if isinstance(act, Say | Ask))

    def say(
        self, text: str, source: str, chat_text: str = "", *, interruptible: bool = True
    ) -> None:
        """Say something that leaves no question open."""
        if text:
            self._spoken.append(Spoken(text, chat_text, source, interruptible))
            self.acts.append(Say(text, source, interruptible, self.state.pace, chat_text))

    def say_prompt(self, name: str, **places: str) -> None:
        """Say a prompt. It leads to something else, so it is not part of what can be repeated."""
        text = self.prompt(name, **places)
        interruptible = name not in self.domain.uninterruptible
        self._spoken.append(Spoken(text, "", f"prompt:{name}", interruptible, manners=True))
        self.acts.append(Say(text, f"prompt:{name}", interruptible, self.state.pace))

    def ask(self, question: Question, *, spoken_as: str = "") -> None:
        """Ask a question and remember it; `spoken_as` for other words than its own."""
        text = spoken_as or question.text
        free = question.interruptible
        free = free and question.source.removeprefix("prompt:") not in self.domain.uninterruptible
        self._spoken.append(Spoken(text, "", question.source, free))
        self.acts.append(Ask(text, question.expects, question.source, free, self.state.pace))
        self.change(question=question)

    def unask(self) -> None:
        """Take back the question that ends this step: keys have answered it already."""
        if self.acts and isinstance(self.acts[-1], Ask):
            self.acts.pop()
            self._spoken.pop()

    def replay(self, spoken: tuple[Spoken, ...]) -> None:
        """Say again what was said; the last of it asks, where a question is open."""
        question = self.state.question
        for i, part in enumerate(spoken):
            if question is not None and i == len(spoken) - 1:
                self.ask(question, spoken_as=part.text)
            elif not part.manners:
                self.say(part.text, part.source, part.chat_text, interruptible=part.interruptible)

    # --- questions ---------------------------------------------------------------------------

    def expects(self, answer: Answer, *words: str, digits: int | None = None) -> Expectation:
        """Return an expectation: the question's own words first, then the hotline's."""
        vocabulary = tuple(dict.fromkeys((*words, *self.domain.vocabulary)))[:_VOCABULARY]
        return Expectation(answer, vocabulary, digits)

    def ask_need(self) -> None:
        """How can I help?"""
        self.ask(
            Question(
                Topic.NEED,
                self.prompt("need"),
                self.domain.prompt("reprompt"),
                self.expects(Answer.OPEN),
                source="prompt:need",
            )
        )

    def ask_more(self) -> None:
        """Is there anything else?"""
        self.ask(
            Question(
                Topic.MORE,
                self.prompt("more"),
                self.domain.prompt("reprompt"),
                self.expects(Answer.OPEN, *YES_NO_WORDS[:4]),
                source="prompt:more",
            )
        )

    def ask_slot(self, slot: Slot, *, again: bool = False) -> None:
        """Ask for a value."""
        if slot.kind is SlotKind.CODE:
            words = slot.vocabulary or DIGIT_WORDS
            expects = self.expects(Answer.CODE, *words, digits=slot.digits)
        else:
            expects = self.expects(Answer.TEXT, *slot.vocabulary)
        text = slot.rephrase if again else self.variant(f"slot:{slot.name}", slot.ask)
        self.ask(
            Question(
                Topic.SLOT, text, slot.rephrase, expects, slot.name, source=f"slot:{slot.name}"
            )
        )

    def ask_person(self) -> None:
        """Offer a person; and a call-back, where the hotline takes them and none is under way."""
        flow, task = self.domain.flow_for(CALL_BACK), self.state.task
        both = flow is not None and (task is None or task.flow != flow.name)
        name = "offer_call_back" if both else "offer_person"
        self.ask(
            Question(
                Topic.PERSON,
                self.prompt(name),
                expects=self.expects(Answer.YES_NO, *YES_NO_WORDS, digits=1),
                options=(PERSON, CALL_BACK) if both else (),
                source=f"prompt:{name}",
            )
        )

    def ask_confirm(self, text: str, source: str, *, interruptible: bool = True) -> None:
        """Ask for a yes before something happens."""
        self.ask(
            Question(
                Topic.CONFIRM,
                text,
                expects=self.expects(Answer.YES_NO, *YES_NO_WORDS, digits=1),
                source=source,
                interruptible=interruptible,
            )
        )

    def ask_choice(
        self, text: str, options: tuple[str, ...], source: str, rephrased: str = ""
    ) -> None:
        """Ask which of a few needs is meant."""
        words = [self.domain.title_of(option) for option in options]
        self.ask(
            Question(
                Topic.CHOICE,
                text,
                rephrased,
                self.expects(Answer.CHOICE, *words, digits=1),
                options=options,
                source=source,
            )
        )

    # --- endings -----------------------------------------------------------------------------

    def hand_off(self, reason: str, *, prompt: str = "transfer") -> None:
        """Connect to a person, with what they must know."""
        self.say_prompt(prompt)
        self.acts.append(Handoff(self.domain.policy.queue, reason, self.summary()))
        self.change(question=None, pending=None, ended=True)

    def goodbye(self, disposition: str) -> None:
        """Say goodbye and end the conversation once it was heard."""
        self.say_prompt("goodbye")
        self.acts.append(EndCall(disposition))
        self.change(question=None, task=None, pending=None, ended=True)

    def summary(self) -> tuple[str, ...]:
        """Return what a person must know so that nobody repeats themselves."""
        state, lines = self.state, []
        wants = [flow.summary for n in state.needs if (flow := self.domain.flow_for(n))]
        for want in dict.fromkeys(wants):
            lines.append(f"The caller {want}.")
        for name, value in state.slots.items():
            label = self.domain.slots[name].label
            lines.append(f"{label[:1].upper()}{label[1:]}: {value}.")
        lines += [f"{line[:1].upper()}{line[1:]}." for line in state.done]
        lines += [f"The caller said: “{words}”" for words in state.words[-2:]]
        return tuple(lines)

    def step(self) -> Step:
        """Return the finished step."""
        if not all(part.manners for part in self._spoken):
            self.change(spoken=tuple(self._spoken))
        question = self.state.question
        task = self.state.task
        expects = question.expects if question else Expectation()
        return Step(
            state=self.state,
            acts=tuple(self.acts),
            expects=replace(expects, patience=self.state.patience),
            trace=Trace(task=task.flow if task else "", slots=dict(self.state.slots), **self.trace),
        )
