"""Which products and properties a turn names, also as a recogniser misspells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from dialogue.catalogue import Catalogue
from dialogue.sounds import heard_as
from dialogue.understanding.numbers import tokens

_LIKE = 0.8
"""Likeness of two words from which one may be a misspelling of the other."""
_SOUNDS_LIKE = 0.85
"""The same for how they sound, where they are not written alike."""
_SOUNDS_SAME = 0.9
"""The same for a name that was taken apart."""
_SHORT = 3
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

    def __init__(self, catalogue: Catalogue, usual: Collection[str] = ()) -> None:
        """
        Args:
            catalogue: What is sold.
            usual: Words that callers use for other things; they are no names misheard.
        """
        self._catalogue = catalogue
        self._usual = frozenset(map(_stem, usual))
        self._names = {
            id: [_words(name) for name in (product.name, *product.also)]
            for id, product in catalogue.products.items()
        }
        words = {id: {w for name in names for w in name} for id, names in self._names.items()}
        self._naming = {
            id: {word for name in (product.name, *product.also) for word in _naming(name)}
            for id, product in catalogue.products.items()
        }
        self._kinds = {id: set(_words(p.category)) for id, p in catalogue.products.items()}
        self._shared = Counter(word for of_one in words.values() for word in of_one)
        self._long = frozenset(word for word in self._shared if len(word) >= _LONG)
        self._vocabulary = sorted({*self._shared, *(w for k in self._kinds.values() for w in k)})

    def read(self, text: str) -> Mentions:
        """Return what a turn names."""
        said = self._heard([_stem(word) for word in tokens(text)])
        options = dict(self._options(said))
        whole = {w for names in self._names.values() for n in names if _holds(said, n) for w in n}
        specification, words = self._specification([w for w in said if w not in whole])
        if products := self._products([word for word in said if word not in words]):
            return Mentions(products, self._asked_of(products, options), specification)
        return Mentions(self._products(said), options, specification, weak=bool(words))

    def _heard(self, said: Sequence[str]) -> list[str]:
        """Put together names that a recogniser took apart: "ass pen" for "Aspen"."""
        heard, at = list(said), 0
        while at < len(heard) - 1:
            pair = heard[at : at + 2]
            unknown = all(len(w) >= _SHORT and w not in _SMALL and not self._known(w) for w in pair)
            unknown = unknown and not self._usual.issuperset(pair)
            if unknown and (name := heard_as(pair, self._long, alike=_SOUNDS_SAME)):
                heard[at : at + 2] = [name]
            at += 1
        return heard

    def _asked_of(self, products: Sequence[str], options: Mapping[str, str]) -> dict[str, str]:
        """Leave out options that are only part of a name: the oak table comes in no color."""
        return {
            name: value
            for name, value in options.items()
            if any(self._catalogue.products[id].matching({name: value}) for id in products)
            or not any(value in words for id in products for words in self._names[id])
        }

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
            # "The oak desk" is no desk lamp: a word that only describes it does not name it.
            named = not heard.isdisjoint(self._naming[id])
            scores[id] = max(shares, default=0.0) if named else 0.0
            if self._kinds[id] and heard.issuperset(self._kinds[id]):
                scores[id] = max(scores[id], 0.1)
        best = max(scores.values(), default=0.0)
        return tuple(id for id, score in scores.items() if score == best) if best else ()

    def _known(self, word: str) -> str:
        if word in _SMALL:
            return ""
        if word in self._shared or word in self._vocabulary:
            return word
        if len(word) <= _SHORT or word in self._usual:
            return ""
        begins_alike = [known for known in self._shared if known[0] == word[0]]
        if len(word) < _LONG:
            # "Hola" is no "Hollow": little is left of a short word to tell it by.
            short = [known for known in begins_alike if len(known) <= len(word) + 1]
            return heard_as((word,), short, alike=_SOUNDS_LIKE)
        likeness = {
            known: SequenceMatcher(None, word, known).ratio()
            for known in self._vocabulary
            if len(known) >= _LONG and known[0] == word[0]
        }
        best = max(likeness, key=lambda known: likeness[known], default="")
        if best and likeness[best] >= _LIKE:
            return best
        return heard_as((word,), begins_alike, alike=_SOUNDS_LIKE)

    def _options(self, said: Sequence[str]) -> Iterator[tuple[str, str]]:
        for name, option in self._catalogue.options.items():
            found = [
                (len(words), value)
                for value, ways in option.values.items()
                for way in (*ways, *([value] if value.isalpha() and len(value) > 1 else ()))
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


def _naming(name: str) -> set[str]:
    """Return the words by which alone people call a thing: its proper names, and what it is.

    That comes last, and before "of": "lamp" of "Luna desk lamp", "set" and "plates" of "set of
    plates".
    """
    proper = {word for part in name.split() if part[:1].isupper() for word in _words(part)}
    head, of, rest = name.partition(" of ")
    return proper | set(_words(head)[-1:]) | (set(_words(rest)[-1:]) if of else set())


def _stem(word: str) -> str:
    """Drop the plural: "lamps" is asked about where "lamp" is sold."""
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _holds(said: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(
        list(said[i : i + len(phrase)]) == list(phrase) for i in range(len(said) - len(phrase) + 1)
    )
