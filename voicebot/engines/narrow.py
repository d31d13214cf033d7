"""The narrowed search: the likeliest texts that a grammar allows, given a sound.

A beam of hypotheses, grown token by token with `WhisperDecoder`. A word may be followed by a comma,
a stop or a hyphen, as recognisers write them; texts that differ by such signs only are one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from dialogue.said import Grammar, State
from voicebot.engines.vocabulary import words_of
from voicebot.engines.whisper_decoder import Array, Sound, WhisperDecoder

BEAM = 6
_SIGNS = (",", ".", "-")
_SPELLINGS = 8_192
"""Words whose tokens are remembered."""
_COLUMNS = 64
"""Sets of tokens whose rows are remembered; one of a thousand tokens takes 2 MB."""


class Tokens(Protocol):
    """The tokenizer."""

    @property
    def eot(self) -> int:
        """Ends a text."""
        ...

    def encode(self, text: str) -> list[int]:
        """Split a text into tokens."""
        ...

    def decode(self, tokens: list[int]) -> str:
        """Join tokens to a text."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """One text that a grammar allows."""

    text: str
    logprob: float
    """Of all of it, with its end."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hypothesis may stand: what is left of a word, and what comes after it."""

    left: tuple[int, ...]
    after: State
    sign: str = ""
    """The sign that was just written."""


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    tokens: tuple[int, ...]
    places: tuple[_Place, ...]
    logprob: float
    row: int


@dataclass(slots=True)
class NarrowSearch:
    """Searches one model. Blocking; called from one scheduler lane."""

    decoder: WhisperDecoder
    tokens: Tokens
    _spellings: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _columns: dict[tuple[int, ...], Array] = field(default_factory=dict)

    def best(
        self,
        sound: Sound,
        before: Sequence[int],
        grammar: Grammar,
        *,
        count: int,
        longest: int,
        until: float,
    ) -> list[Heard]:
        """Return the likeliest texts, best first; none where time runs out before one is found.

        Args:
            sound: From `WhisperDecoder.sound`.
            before: The tokens before the text.
            grammar: What may be said.
            count: How many texts.
            longest: Tokens of a text, at most.
            until: When to stop, by `time.monotonic`.
        """
        openings: dict[tuple[State, str], dict[int, tuple[_Place, ...]]] = {}
        state, cache = self.decoder.begin(before, sound)
        alive = [_Hypothesis((), (_Place((), grammar.start),), 0.0, 0)]
        found: dict[str, Heard] = {}
        for _ in range(longest):
            ways = [self._ways(one, grammar, openings) for one in alive]
            ends = [any(not p.left and grammar.ends(p.after) for p in one.places) for one in alive]
            allowed = sorted({token for way in ways for token in way} | {self.tokens.eot})
            chances = self.decoder.log_probabilities(state, self._rows(tuple(allowed)))
            column = {token: i for i, token in enumerate(allowed)}
            grown: list[_Hypothesis] = []
            for i, (one, way) in enumerate(zip(alive, ways, strict=True)):
                if ends[i] and one.tokens:
                    text = self.tokens.decode(list(one.tokens)).strip()
                    total = one.logprob + float(chances[i, column[self.tokens.eot]])
                    key = " ".join(words_of(text))
                    if key not in found or found[key].logprob < total:
                        found[key] = Heard(text, total)
                grown += [
                    _Hypothesis(
                        (*one.tokens, token),
                        places,
                        one.logprob + float(chances[i, column[token]]),
                        i,
                    )
                    for token, places in way.items()
                ]
            ranked = sorted(found.values(), key=lambda heard: -heard.logprob)
            worst = ranked[count - 1].logprob if len(ranked) >= count else -np.inf
            # A text only becomes less likely as it grows.
            alive = sorted((one for one in grown if one.logprob > worst),
                           key=lambda one: -one.logprob)[:BEAM]  # fmt: skip
            if not alive or time.monotonic() > until:
                break
            rows = cache.rows([one.row for one in alive])
            state, cache = self.decoder.step([one.tokens[-1] for one in alive], sound, rows)
        return sorted(found.values(), key=lambda heard: -heard.logprob)[:count]

    def _ways(
        self,
        one: _Hypothesis,
        grammar: Grammar,
        openings: dict[tuple[State, str], dict[int, tuple[_Place, ...]]],
    ) -> Mapping[int, tuple[_Place, ...]]:
        """Return the tokens that may come next, each with the places that it leads to."""
        ways: dict[int, tuple[_Place, ...]] = {}
        for place in one.places:
            if place.left:
                after = _Place(place.left[1:], place.after)
                ways[place.left[0]] = (*ways.get(place.left[0], ()), after)
                continue
            key = (place.after, place.sign)
            if key not in openings:
                openings[key] = self._openings(grammar, place, first=not one.tokens)
            for token, places in openings[key].items():
                ways[token] = (*ways.get(token, ()), *places)
        return ways

    def _openings(
        self, grammar: Grammar, place: _Place, *, first: bool
    ) -> dict[int, tuple[_Place, ...]]:
        ways: dict[int, tuple[_Place, ...]] = {}
        follow = grammar.follow(place.after)
        for word, after in follow.items():
            for spelling in self._written(word, place.sign, first=first):
                then = _Place(spelling[1:], after)
                ways[spelling[0]] = (*ways.get(spelling[0], ()), then)
        if not first and not place.sign:
            for sign in _SIGNS if follow else ".":
                token = self._encoded(sign)[0]
                ways[token] = (*ways.get(token, ()), _Place((), place.after, sign))
        return ways

    def _written(self, word: str, sign: str, *, first: bool) -> list[tuple[int, ...]]:
        forms = [word if sign == "-" else f" {word}"]
        if (first or sign == ".") and word[:1].islower():
            forms.append(f" {word[:1].upper()}{word[1:]}")
        return [self._encoded(form) for form in forms]

    def _encoded(self, text: str) -> tuple[int, ...]:
        known = self._spellings.get(text)
        if known is None:
            if len(self._spellings) >= _SPELLINGS:
                self._spellings.clear()
            known = self._spellings[text] = tuple(self.tokens.encode(text))
        return known

    def _rows(self, allowed: tuple[int, ...]) -> Array:
        known = self._columns.get(allowed)
        if known is None:
            if len(self._columns) >= _COLUMNS:
                self._columns.clear()
            known = self._columns[allowed] = self.decoder.rows(allowed)
        return known
