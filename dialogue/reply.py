"""One step while it is composed: what will be said, and the state that will hold afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dialogue.acts import Act, Answer, Ask, Channel, EndCall, Expectation, Say
from dialogue.briefing import summary_of
from dialogue.domain import Domain
from dialogue.feelings import Feeling, mood
from dialogue.flows import DICTATED, FREE, Slot, SlotKind
from dialogue.memory import Memory
from dialogue.question import Question, Topic
from dialogue.said import Alternative
from dialogue.spoken import Template
from dialogue.state import DialogueState, Spoken
from dialogue.step import Step, Trace
from dialogue.understanding.numbers import tokens

_VOCABULARY = 40
"""Words given to the recogniser with one question."""
_READINGS = 12


class Reply(Memory):
    """Collects acts besides what is remembered; the state it began with is never touched."""

    def __init__(self, domain: Domain, state: DialogueState, *, goes_on: bool = False) -> None:
        """
        Args:
            domain: Whose words to use.
            state: What held before.
            goes_on: The bot is still speaking its last answer, so that what is said now is the
                continuation of it and not a new one.
        """
        super().__init__(domain, state)
        self.acts: list[Act] = []
        self.alternatives: tuple[Alternative, ...] = ()
        """What else the turn may have been, where a value was asked for."""
        self._spoken: list[Spoken] = list(state.spoken) if goes_on else []

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
        texts = self.domain.prompts[name]
        if self.state.channel is Channel.CHAT:
            texts = self.domain.written_prompts.get(name, texts)
        text = self.variant(name, tuple(t.text for t in texts))
        return Template(text).fill(places)

    @property
    def said(self) -> tuple[str, ...]:
        """All that this step says so far."""
        return tuple(act.text for act in self.acts if isinstance(act, Say | Ask))

    def say(
        self, text: str, source: str, chat_text: str = "", *, interruptible: bool = True
    ) -> None:
        """Say something that leaves no question open."""
        if text and not self._spared(source):
            self._spoken.append(Spoken(text, chat_text, source, interruptible))
            self.acts.append(Say(text, source, interruptible, self.state.pace, chat_text))

    def say_prompt(self, name: str, **places: str) -> None:
        """Say a prompt. It leads to something else, so it is not part of what can be repeated."""
        if self._spared(f"prompt:{name}"):
            return
        text = self.prompt(name, **places)
        interruptible = name not in self.domain.uninterruptible
        self._spoken.append(Spoken(text, "", f"prompt:{name}", interruptible, manners=True))
        self.acts.append(Say(text, f"prompt:{name}", interruptible, self.state.pace))

    def regret(self) -> None:
        """Begin with a word of regret, once and before all else."""
        text = self.domain.handover.say["sorry"].text
        # "I'm sorry to hear that" is regret enough.
        first = tokens(getattr(self.acts[0], "text", "")) if self.acts else ()
        if self.acts and text not in self.said and tokens(text)[:2] != first[:2]:
            self._spoken.insert(0, Spoken(text, "", "handover:sorry", manners=True))
            self.acts.insert(0, Say(text, "handover:sorry", pace=self.state.pace))

    def keep_facts(self) -> None:
        """Take back all of the step but what it tells: something more important comes instead."""
        self.acts = [act for act in self.acts if isinstance(act, Say) and _tells(act.source)]
        self._spoken = [part for part in self._spoken if _tells(part.source)]

    def _spared(self, source: str) -> bool:
        """Whether a caller in a bad mood is spared these words."""
        if source not in self.domain.handover.cheerful:
            return False
        return mood(self.state.feelings, self.state.turn) is not Feeling.CALM

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
                self.expects(Answer.OPEN, *self.domain.speech.yes_no_words[:4]),
                source="prompt:more",
            )
        )

    def ask_slot(self, slot: Slot, *, again: bool = False, spoken_as: str = "") -> None:
        """Ask for a value; `spoken_as` for other words than its own."""
        expects = self.expects_value(slot)
        text = slot.rephrase if again else self.variant(f"slot:{slot.name}", slot.ask)
        self.ask(
            Question(
                Topic.SLOT, text, slot.rephrase, expects, slot.name, source=f"slot:{slot.name}"
            ),
            spoken_as=spoken_as,
        )

    def expects_value(self, slot: Slot) -> Expectation:
        """Return what a question for a value makes likely."""
        if slot.kind in DICTATED:
            words = slot.vocabulary or self.domain.speech.digit_words
            return self.expects(Answer.CODE, *words, digits=slot.digits or None)
        if slot.kind is SlotKind.CHOICE:
            words = tuple(word for words in slot.options.values() for word in words)
            return self.expects(Answer.CHOICE, *slot.vocabulary, *words)
        if slot.kind in (SlotKind.EMAIL, SlotKind.NAME, *FREE):
            return self.expects(Answer.TEXT, *slot.vocabulary)
        return self.expects(Answer.OPEN, *slot.vocabulary)

    def ask_value(self, slot: Slot, values: Sequence[str]) -> None:
        """Ask whether the first of some readings is what was meant."""
        text = self.variant(f"{slot.name}:unsure", tuple(t.text for t in slot.unsure))
        self.ask(
            Question(
                Topic.VALUE,
                Template(text).fill({**self.facts, slot.name: values[0]}),
                expects=self.expects(Answer.YES_NO, *self.domain.speech.yes_no_words, digits=1),
                slot=slot.name,
                options=tuple(values)[:_READINGS],
                source=f"slot:{slot.name}",
            )
        )

    def ask_confirm(self, text: str, source: str, *, interruptible: bool = True) -> None:
        """Ask for a yes before something happens."""
        self.ask(
            Question(
                Topic.CONFIRM,
                text,
                expects=self.expects(Answer.YES_NO, *self.domain.speech.yes_no_words, digits=1),
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

    def goodbye(self, disposition: str) -> None:
        """Say goodbye and end the conversation once it was heard."""
        self.say_prompt("goodbye")
        self.acts.append(EndCall(disposition))
        self.change(question=None, task=None, pending=None, ended=True)

    def summary(self) -> tuple[str, ...]:
        """Return what a person must know, in the few sentences that fit into a note."""
        return summary_of(self.domain, self.state)

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


def _tells(source: str) -> bool:
    """Whether words tell something that happened or holds."""
    return source.startswith(("flow:", "article:", "slot:", "handover:"))
