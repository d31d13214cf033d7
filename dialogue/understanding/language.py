"""A language as data: the words by which a caller agrees, refuses, picks, asks and puts right.

Readers take a `Language` and hold no words of their own. A hotline names its language in
domain.toml; see `dialogue.languages` for those that there are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialogue.understanding.brief_words import BriefWords

Phrases = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """What readers need to know of one language; phrases are bare words in lower case."""

    code: str
    """As in domain.toml: "en"."""
    name: str
    """In the language itself."""

    yes: Phrases
    no: Phrases
    unsure: Phrases
    polite: frozenset[str]
    """Words that neither agree nor refuse nor ask for anything."""
    fillers: frozenset[str]
    """The part of them that may stand before an answer."""
    conditions: Phrases
    """They make a yes depend on something that was not asked."""
    agreeing: frozenset[str]
    """Single words that begin a yes with a condition: "yes, if …"."""
    promising: Phrases
    """What ends a condition with a yes: "… then yes"."""
    soft: Phrases
    """Agree to nothing before a no: "okay, no"."""
    markers: Phrases
    """Begin many a turn, and mean yes only where nothing follows: "okay", "I do"."""
    takes_back: frozenset[str]
    """Words after a yes that take something of it back: "yes, but …"."""
    regrets: Phrases
    """With a no right after a change, mean that it shall be taken back: "no, wait"."""
    bare_no: frozenset[str]
    """Say only that something is wrong, where the question was not heard."""
    negations: Phrases
    """Before what shall not be done: "don't"."""
    negated_after: bool
    """Whether they also stand after it: "stornieren Sie es nicht"."""
    wishes: Phrases
    """May stand between a negation and what it denies: "want to", "the"."""
    lacking: Phrases
    """Say that somebody does not have what they were asked for."""

    misunderstood: Phrases
    """Say that something else was wanted."""
    questions: Phrases
    """Words by which something is asked in the middle of an answer."""
    another: Phrases
    """The value given earlier is not the one that is meant now."""
    instead: Phrases
    """Before what was really meant, when it was taken for something else."""
    joints: Phrases
    """Between one need and the next; longer ones first."""
    adding: Phrases
    """Before what is added to a text that was dictated."""
    lead_ins: Phrases
    """What people say before the text that was asked for."""
    ordinals: tuple[Phrases, ...]
    last: Phrases
    every: Phrases
    whichever: Phrases
    """Any of the options will do; these are also among `every`."""
    neither: Phrases
    openings: frozenset[str]
    """What people say before they say what they want."""

    question_words: frozenset[str]
    go_on_from: Phrases
    pointing: frozenset[str]
    asks: Mapping[str, Phrases]
    tells: Mapping[str, frozenset[str]]

    digit_words: Phrases
    """Worth expecting where digits are asked for."""
    yes_no_words: Phrases
    wait_words: Phrases
    """Words that pick waiting for a person, where it is one of two ways."""
    withdrawals: Phrases
    """Take it back that a person is wanted who is being rung."""
    handover_texts: Mapping[str, str]
    """What is said around a person who takes over, where a hotline has none of its own."""
    brief: BriefWords
    """What people read who take over."""
    usual_prompts: Mapping[str, str]
    """Prompts that a hotline may leave to the language."""
    usual_slots: Mapping[str, str]
    """`partial` and `unsure`: asked about a `{value}` where a hotline has no words for it."""
    common: frozenset[str]
    """Function words that tell it from other languages."""
    names: Phrases
    """What it is called, in any language: "english", "englisch"."""
    asking: frozenset[str]
    """Words by which it is asked to go on in a language: "speak"."""
    calls: Mapping[str, str]
    """What it calls languages, by code."""
    hear_about: str
    """Completes "Do you want to …" for what is told `{about}` something."""
    already: str
    """Said when it is asked for in itself."""
    switched: str
    """Said when a conversation goes on in it."""
    not_spoken: str
    """Said in it when `{language}` can only be written here."""
    written: Callable[[str], str]
    """Return a turn with numbers and repairs as the readers of values know them."""
    dictated: Callable[[str, str], str]
    """Return a written turn that gives a value of a kind, as the reader of that kind knows it."""

    @property
    def agreeing_words(self) -> frozenset[str]:
        """Words that say nothing against a yes, whatever else they stand with."""
        yes = (word for phrase in self.yes for word in phrase.split())
        return frozenset((*yes, *self.polite, *self.fillers, *self.common)) - self.takes_back
