"""A hotline as data: what it understands, knows, does and says.

<hotline>/domain.toml        name, language, thresholds, where people are
<hotline>/texts.yaml         where domain.toml `extends` another hotline: its texts, translated
<hotline>/prompts.yaml       the sentences that every hotline needs
<hotline>/slots.yaml         values that tasks collect
<hotline>/tools.yaml         business actions, described
<hotline>/identification.yaml  how customers prove that something is theirs; absent: never
<hotline>/catalogue.csv      what there is to buy, described in catalogue.yaml; promotions.csv and
                             sizes.csv beside it
<hotline>/intents/*.yaml     what callers want, by example
<hotline>/flows/*.yaml       tasks
<hotline>/articles/*.md      answers; domain.toml may include folders with more of them
<hotline>/cues.yaml          words of turn-taking; absent: the language's own
<hotline>/feelings.yaml      words that show feelings; absent: the language's own
<hotline>/outbound.yaml      how it calls people by itself; absent: it does not
<hotline>/handover.yaml      when a person takes over, and when people are there; absent: always
<hotline>/vocabulary.txt     words worth expecting, for the recogniser
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialogue.articles import Article
from dialogue.catalogue import Catalogue
from dialogue.cues import Cues
from dialogue.endpoints import Service
from dialogue.feelings import USUAL as USUAL_FEELINGS
from dialogue.feelings import FeelingWords
from dialogue.flows import Collect, Flow, Slot
from dialogue.handover import Handover
from dialogue.identification import Identification
from dialogue.intent import Intent
from dialogue.languages import LANGUAGES
from dialogue.outbound import Outbound
from dialogue.policy import Policy
from dialogue.spoken import Template, sentences
from dialogue.tools import ToolSpec
from dialogue.understanding.language import Language

UNDO = "undo"

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
    UNDO: "wants the last change taken back",
}
"""Intents that the manager itself acts on."""

OPTIONAL_CONTROLS = frozenset({UNDO})
"""Those of them that a hotline may be without: one where nothing can be taken back."""

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
    "unknown": (),
    "shall_i_go_on": (),
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

USUAL_PROMPTS = tuple(LANGUAGES["en"].usual_prompts)
"""Prompts without places that a hotline may leave to its language."""

PERSON = "person"
"""The intent of somebody who wants to speak to a person."""

CALL_BACK = "call_back"
"""The intent whose flow takes a call-back down. Where a hotline has it, it is offered together with
a person."""


CALLER_ARGUMENT = "phone"
"""What a tool takes that tells what is known of a caller."""

ARTICLE_PREFIX = "article:"
"""Before an article's name where it stands beside intents, and in the source of what is said."""


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
    backend: str = ""
    """Where its Python tools come from, `package.module:function`; empty: the demo shop's."""
    uninterruptible: frozenset[str] = frozenset()
    """Prompts that must be heard to their end."""
    handover: Handover = field(default_factory=Handover)
    """When a person takes over, and when people can be reached."""
    feelings: FeelingWords = USUAL_FEELINGS["en"]
    """Words that show how a caller feels."""
    written_prompts: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    """Other words of prompts for a chat."""
    identifications: Mapping[str, Identification] = field(default_factory=dict)
    service: Service | None = None
    """The backend of the tools that run over HTTP."""
    catalogue: Catalogue | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    """The same hotline in other languages: its name or folder by the language's code."""
    outbound: Outbound | None = None
    """How it calls people; None: it does not."""

    @property
    def speech(self) -> Language:
        """What readers need to know of its language."""
        return LANGUAGES[self.language]

    def prompt(self, name: str) -> str:
        """Return the first variant of a prompt.

        Raises:
            KeyError: no prompt has this name (see `PROMPTS` and `USUAL_PROMPTS`).
        """
        return self.prompts[name][0].text

    @property
    def keyed(self) -> tuple[str, ...]:
        """Slots whose values can be keyed."""
        return tuple(n for n, slot in self.slots.items() if slot.is_code and slot.digits)

    @property
    def collected(self) -> tuple[str, ...]:
        """Slots that a task asks for because it is about them, and not as a proof."""
        steps = (step for flow in self.flows.values() for step in flow.steps)
        return tuple(dict.fromkeys(s.slot for s in steps if isinstance(s, Collect)))

    def flow_for(self, intent: str) -> Flow | None:
        """Return the task that an intent begins."""
        return next((flow for flow in self.flows.values() if flow.intent == intent), None)

    def title_of(self, need: str) -> str:
        """Return words for an intent or article that complete "Do you want to …"."""
        if need.startswith(ARTICLE_PREFIX):
            about = self.articles[need.removeprefix(ARTICLE_PREFIX)].about
            return self.speech.hear_about.format(about=about)
        flow = self.flow_for(need)
        return flow.title if flow else ""

    def words_of(self, need: str) -> tuple[str, ...]:
        """Return the words that pick an intent or article when it is one of a few options."""
        if need in self.intents:
            return self.intents[need].words
        article = self.articles[need.removeprefix(ARTICLE_PREFIX)]
        return (article.about, article.title.lower())

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
        for name in (*PROMPTS, *USUAL_PROMPTS):
            for template in self.prompts[name]:
                found += template.fixed(self.language)
        for template in self.handover.say.values():
            found += template.fixed(self.language)
        for slot in self.slots.values():
            for text in (*slot.ask, slot.rephrase):
                found += sentences(text)
            for template in (*slot.heard, *slot.kept, slot.partial):
                found += template.fixed(self.language)
        if self.outbound:
            found += self.outbound.opening.fixed(self.language)
        for tool in self.tools.values():
            found += sentences(tool.filler)
        for intent in self.intents.values():
            for text in intent.reply:
                found += sentences(text)
            if intent.choice:
                for options in intent.choice.orders():
                    found += sentences(intent.choice.ask(self.language, options))
                    found += sentences(intent.choice.ask_again(self.language, options))
        for texts in self.catalogue.say.values() if self.catalogue else ():
            for template in texts:
                found += template.fixed(self.language)
        for one in self.identifications.values():
            for template in (*one.reason, *one.wrong):
                found += template.fixed(self.language)
        for flow in self.flows.values():
            for template in flow.templates():
                found += template.fixed(self.language)
        for article in self.articles.values():
            for part in article.parts:
                found += sentences(part.text)
            if article.offer:
                found += sentences(article.offer.question)
        return tuple(dict.fromkeys(found))
