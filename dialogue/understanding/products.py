"""Which products and properties a turn names, also as a recogniser misspells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from dialogue.catalogue import Catalogue
from dialogue.understanding.numbers import tokens

_LIKE = 0.8
"""Likeness of two words from which one may be a misspelling of the other."""
_LONG = 5
"""Letters of a word that can be told although it is misspelled."""
_SMALL = frozenset(("a", "an", "the", "of", "for", "in", "and", "with", "pair", "set"))


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a turn names of a catalogue."""

    products: tuple[str, ...] = ()
    """Ids; several where it could be any of them."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Option to the value that is named."""
    specification: str = ""
    weak: bool = False
    """Whether the products were told by words that also ask for a property ("is it wool?")."""


class ProductReader:
    """Finds products, options and specifications of one catalogue; made once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._names = {
            id: [_words(name) for name in (product.name, *product.also)]
            for id, product in catalogue.products.items()
        }
        words = {id: {w for name in names for w in name} for id, names in self._names.items()}
        self._kinds = {id: set(_words(p.category)) for id, p in catalogue.products.items()}
        self._shared = Counter(word for of_one in words.values() for word in of_one)
        self._vocabulary = sorted({*self._shared, *(w for k in self._kinds.values() for w in k)})

    def read(self, text: str) -> Mentions:
        """Return what a turn names."""
        said = [_stem(word) for word in tokens(text)]
        options = dict(self._options(said))
        whole = {w for names in self._names.values() for n in names if _holds(said, n) for w in n}
        specification, words = self._specification([w for w in said if w not in whole])
        if products := self._products([word for word in said if word not in words]):
            return Mentions(products, options, specification)
        return Mentions(self._products(said), options, specification, weak=bool(words))

    def _products(self, said: Sequence[str]) -> tuple[str, ...]:
        heard = {known for word in said if (known := self._known(word))}
        scores: dict[str, float] = {}
        for id, names in self._names.items():
            # A word that few products have tells more; a whole name tells most.
            shares = [
                sum(1 / self._shared[word] for word in name if word in heard)
                + (0.5 if heard.issuperset(name) else 0)
                for name in names
                if name
            ]
            scores[id] = max(shares, default=0.0)
            if self._kinds[id] and heard.issuperset(self._kinds[id]):
                scores[id] = max(scores[id], 0.1)
        best = max(scores.values(), default=0.0)
        return tuple(id for id, score in scores.items() if score == best) if best else ()

    def _known(self, word: str) -> str:
        if word in _SMALL:
            return ""
        if word in self._shared or word in self._vocabulary:
            return word
        if len(word) < _LONG:
            return ""
        likeness = {
            known: SequenceMatcher(None, word, known).ratio()
            for known in self._vocabulary
            if len(known) >= _LONG and known[0] == word[0]
        }
        best = max(likeness, key=lambda known: likeness[known], default="")
        return best if best and likeness[best] >= _LIKE else ""

    def _options(self, said: Sequence[str]) -> Iterator[tuple[str, str]]:
        for name, option in self._catalogue.options.items():
            found = [
                (len(words), value)
                for value, ways in option.values.items()
                for way in ways
                if (words := _words(way, small=False)) and _holds(said, words)
            ]
            if found:
                yield name, max(found)[1]

    def _specification(self, said: Sequence[str]) -> tuple[str, Sequence[str]]:
        """Return the specification that is asked for, and the words that ask for it."""
        found = [
            (len(words), name, words)
            for name, one in self._catalogue.specifications.items()
            for phrase in one.words
            if (words := _words(phrase, small=False)) and _holds(said, words)
        ]
        return max(found)[1:] if found else ("", ())


def _words(text: str, *, small: bool = True) -> list[str]:
    words = [_stem(word) for word in tokens(text)]
    return [word for word in words if word not in _SMALL] if small else words


def _stem(word: str) -> str:
    """Drop the plural: "lamps" is asked about where "lamp" is sold."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _holds(said: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(
        list(said[i : i + len(phrase)]) == list(phrase) for i in range(len(said) - len(phrase) + 1)
    )
