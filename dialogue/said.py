"""What may be said where a value is dictated, word by word: a grammar for the recogniser.

A recogniser that may write anything writes "Evin tips, the heaven" where digits were asked for. A
grammar tells it which words can come next, given those before; it is only used for a second look,
beside what was heard freely.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

State = Hashable
"""Where a text stands in a grammar."""


class Grammar(Protocol):
    """The texts in which a value may be said. Immutable, so that it may be kept and compared."""

    @property
    def example(self) -> str:
        """Some such texts, pretended to have come before, so that others are written alike."""
        ...

    @property
    def start(self) -> State:
        """Before the first word."""
        ...

    def follow(self, state: State) -> Mapping[str, State]:
        """Return the words that may come next, as they are written, and where each leads."""
        ...

    def ends(self, state: State) -> bool:
        """Whether the text may be over."""
        ...


@dataclass(frozen=True, slots=True)
class Alternative:
    """Other words that may have been said than those which were heard."""

    text: str
    price: float
    """How much less likely they are than what was heard, in nats; negative where likelier."""


def alternatives_of(pairs: Iterable[tuple[str, float]]) -> tuple[Alternative, ...]:
    """Return alternatives from their plain data."""
    return tuple(Alternative(text, price) for text, price in pairs)


def allows(grammar: Grammar, text: str) -> bool:
    """Return whether a text is one of a grammar's, whatever its signs and case."""
    said = _words(text)
    reached: list[set[State]] = [{grammar.start}, *(set() for _ in said)]
    for at in range(len(said)):
        for state in reached[at]:
            for phrase, after in grammar.follow(state).items():
                words = _words(phrase)
                if words and said[at : at + len(words)] == words:
                    reached[at + len(words)].add(after)
    return bool(said) and any(grammar.ends(state) for state in reached[-1])


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())
