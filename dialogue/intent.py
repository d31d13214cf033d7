"""Something that callers want, by example; and the choice where it is too vague to act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialogue.catalogue import Asked
from dialogue.conditions import Condition
from dialogue.spoken import LANGUAGE, Template
from dialogue.tools import LIST_SEPARATOR


@dataclass(frozen=True, slots=True)
class Choice:
    """A short spoken choice, for a need that is too vague to act on."""

    question: str
    """May have a place `{options}`, where they are named in the order that is likeliest."""
    rephrase: str
    options: tuple[str, ...]
    """Intents, in the order they are named; also keys 1, 2, …"""
    said: Mapping[str, str] = field(default_factory=dict)
    """How each is named: `track it`; empty where the question names them in one order only."""
    caller: str = ""
    """The tool that tells what is known of who calls from a number; its facts are for `first`."""
    first: tuple[tuple[str, Condition], ...] = ()
    """The option that is named first, where a condition holds."""

    def beginning_with(self, option: str) -> tuple[str, ...]:
        """Return the options with one of them first; empty: as they are."""
        rest = tuple(one for one in self.options if one != option)
        return (option, *rest) if option in self.options else self.options

    def orders(self) -> tuple[tuple[str, ...], ...]:
        """Return the orders in which the options can be named."""
        if not self.said:
            return (self.options,)
        return tuple(dict.fromkeys(self.beginning_with(option) for option in self.options))

    def ask(self, language: str, options: tuple[str, ...]) -> str:
        """Return the question with its options in this order."""
        return self._named(self.question, language, options)

    def ask_again(self, language: str, options: tuple[str, ...]) -> str:
        """Return the question for the second try."""
        return self._named(self.rephrase, language, options)

    def _named(self, text: str, language: str, options: tuple[str, ...]) -> str:
        said = [self.said.get(option, "") for option in options]
        places = {"options": LIST_SEPARATOR.join(said), LANGUAGE: language}
        return Template(text).fill(places) if self.said else text


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
    high_stakes: bool = False
    """Too much is at stake for a machine: a person takes over at once."""
    summary: str = ""
    """For that person: `threatens to go to court`."""
    catalogue: Asked | None = None
    """What it asks about products."""
