"""A hotline as data: what it understands, knows, does and says.

<hotline>/domain.toml        name, language, thresholds, where people are
<hotline>/prompts.yaml       the sentences that every hotline needs
<hotline>/slots.yaml         values that tasks collect
<hotline>/tools.yaml         business actions, described
<hotline>/intents/*.yaml     what callers want, by example
<hotline>/flows/*.yaml       tasks
<hotline>/articles/*.md      answers
<hotline>/cues.yaml          words of turn-taking; absent: the language's own
<hotline>/vocabulary.txt     words worth expecting, for the recogniser
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialogue.cues import Cues
from dialogue.flows import Flow, Slot
from dialogue.policy import Policy
from dialogue.spoken import Template, sentences
from dialogue.tools import ToolSpec

CONTROLS: Mapping[str, str] = {
    "person": "wants to speak to a person",
    "repeat": "wants to hear it again",
    "slower": "wants slower speech",
    "faster": "wants normal speed again",
    "go_on": "wants the bot to go on after an interruption, or is back from a pause",
    "hold_on": "needs a moment",
    "start_over": "wants to start again",
    "never_mind": "gives the current task up",
    "thanks": "says thank you",
    "goodbye": "says goodbye",
    "yes": "agrees",
    "no": "declines",
    "out_of_scope": "wants something that this hotline cannot do",
}
"""Intents that every hotline has, because the manager itself acts on them."""

PROMPTS: Mapping[str, tuple[str, ...]] = {
    "greeting": (),
    "need": (),
    "more": (),
    "yes_more": (),
    "goodbye": (),
    "welcome": (),
    "one_moment": (),
    "hold": (),
    "listening": (),
    "stopped": (),
    "transfer": (),
    "apology": (),
    "fallback": (),
    "reprompt": (),
    "no_match": (),
    "no_match_rephrased": (),
    "no_input": (),
    "no_input_rephrased": (),
    "offer_person": (),
    "offer_call_back": (),
    "keys": (),
    "out_of_scope": (),
    "unsure": (),
    "did_you_mean": ("first", "second"),
    "did_you_mean_one": ("first",),
    "yes_or_no": (),
    "repeat": (),
    "nothing_to_repeat": (),
    "slower": (),
    "faster": (),
    "resume": (),
    "start_over": (),
    "never_mind": (),
    "tool_retry": (),
    "tool_failed": (),
    "too_many_attempts": (),
}
"""Prompts that every hotline has, with the places each may use."""

PERSON = "person"
"""The intent of somebody who wants to speak to a person."""

CALL_BACK = "call_back"
"""The intent whose flow takes a call-back down. Where a hotline has it, it is offered together with
a person."""

ARTICLE_PREFIX = "article:"
"""Before an article's name where it stands beside intents."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A short spoken choice, for a need that is too vague to act on."""

    question: str
    rephrase: str
    options: tuple[str, ...]
    """Intents, in the order they are named; also keys 1, 2, …"""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that callers want, by example."""

    name: str
    examples: tuple[str, ...]
    reply: tuple[str, ...] = ()
    """Said as it is, in variants (small talk)."""
    choice: Choice | None = None
    words: tuple[str, ...] = ()
    """Words that pick it when it is one of a few options."""


@dataclass(frozen=True, slots=True)
class Article:
    """An answer."""

    name: str
    title: str
    about: str
    """Completes "Do you want to hear about …": `returns`."""
    questions: tuple[str, ...]
    """What callers ask, by example."""
    text: str
    """For the ear."""
    chat_text: str
    """For the eye; empty when the same."""
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Domain:
    """One hotline, checked and ready."""

    name: str
    title: str
    language: str
    version: str
    """Changes with any file of the folder."""
    folder: Path
    policy: Policy
    prompts: Mapping[str, tuple[Template, ...]]
    slots: Mapping[str, Slot]
    tools: Mapping[str, ToolSpec]
    intents: Mapping[str, Intent]
    flows: Mapping[str, Flow]
    articles: Mapping[str, Article]
    vocabulary: tuple[str, ...]
    """Words worth expecting at any time, most useful first."""
    cues: Cues
    """What a few words tell about who wants to speak."""
    uninterruptible: frozenset[str] = frozenset()
    """Prompts that must be heard to their end."""

    def prompt(self, name: str) -> str:
        """Return the first variant of a prompt.

        Raises:
            KeyError: no prompt has this name (see `PROMPTS`).
        """
        return self.prompts[name][0].text

    def flow_for(self, intent: str) -> Flow | None:
        """Return the task that an intent begins."""
        return next((flow for flow in self.flows.values() if flow.intent == intent), None)

    def title_of(self, need: str) -> str:
        """Return words for an intent or article that complete "Do you want to …"."""
        if need.startswith(ARTICLE_PREFIX):
            return f"hear about {self.articles[need.removeprefix(ARTICLE_PREFIX)].about}"
        flow = self.flow_for(need)
        return flow.title if flow else ""

    def examples(self) -> tuple[tuple[str, str], ...]:
        """Return (text, need) pairs to learn from: intents, and articles with their prefix."""
        pairs = [
            (text, intent.name) for intent in self.intents.values() for text in intent.examples
        ]
        pairs += [
            (text, ARTICLE_PREFIX + article.name)
            for article in self.articles.values()
            for text in article.questions
        ]
        return tuple(pairs)

    def fixed_phrases(self) -> tuple[str, ...]:
        """Return every sentence that can be rendered before a call, most urgent first."""
        found: list[str] = []
        for name in PROMPTS:
            for template in self.prompts[name]:
                found += template.fixed()
        for slot in self.slots.values():
            for text in (*slot.ask, slot.rephrase):
                found += sentences(text)
            for template in (*slot.heard, *slot.kept, slot.partial):
                found += template.fixed()
        for tool in self.tools.values():
            found += sentences(tool.filler)
        for intent in self.intents.values():
            for text in intent.reply:
                found += sentences(text)
            if intent.choice:
                found += sentences(intent.choice.question) + sentences(intent.choice.rephrase)
        for flow in self.flows.values():
            for template in flow.templates():
                found += template.fixed()
        for article in self.articles.values():
            found += sentences(article.text)
        return tuple(dict.fromkeys(found))


def load_domain(name_or_folder: str) -> Domain:
    """Read and check a hotline: a packaged name (`retail`) or a folder.

    Raises:
        DomainError: there is none, or it has mistakes; the message lists each with file, line and
            what to write instead.
    """
    from dialogue.loading import load

    return load(name_or_folder)
