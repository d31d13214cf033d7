"""What "the other order", "the second one" and "the lamp" refer to, of what was talked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialogue.reply import Reply
from dialogue.sounds import heard_as
from dialogue.understanding.answers import means_another, read_choice
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

_LONG = 3
"""Letters of a word that can tell one thing from another."""
_SAME = {
    "en": re.compile(r"\b(?:same|as before|like before|as last time|previous)\b"),
    "de": re.compile(r"\b(?:gleiche|dieselbe|derselbe|selbe|wie vorhin|wie eben)\b"),
}
"""Say that a value is what it was before."""


def referred(reply: Reply, slot: str, text: str) -> str:
    """Return the value of a code that a turn refers to without saying it; empty for none, or where
    it could be several."""
    values = reply.state.mentioned.get(slot, ())
    known = (*values, *(value for value in reply.state.named if value not in values))
    current = reply.state.slots.get(slot) or (values[-1] if values else "")
    named = [value for value in known if value in reply.state.named]
    index = pick(
        text, [reply.state.named[value] for value in named], reply.domain.speech, bare=False
    )
    if index is not None:
        return named[index]
    others = [value for value in values if value != current]
    if means_another(text, reply.domain.speech):
        return others[0] if len(others) == 1 else ""
    if len(values) > 1 and (place := _ordinal(text, len(values), reply.domain.speech)) is not None:
        return values[place]
    return ""


def means_same(text: str, language: Language) -> bool:
    """Whether a turn says that a value is the one before ("the same address")."""
    return (
        bool(_SAME[language.code].search(" ".join(tokens(text))))
        if language.code in _SAME
        else False
    )


def pick(text: str, names: Sequence[str], language: Language, *, bare: bool = True) -> int | None:
    """Return which of a few things a turn picks, by words that only its name has, also as they are
    misheard, or by its place.

    Args:
        text: The turn.
        names: What the things are called.
        language: Its words for places.
        bare: The turn answers which of them it is, so that "one" and "two" are places.
    """
    words = [set(_telling(name)) for name in names]
    own = [
        mine - set().union(*(other for j, other in enumerate(words) if j != i))
        for i, mine in enumerate(words)
    ]
    said = set(_telling(text))
    found = [i for i, mine in enumerate(own) if mine & said]
    if not found:
        all_of_them = set().union(*own) if own else set()
        heard = {known for word in said if (known := heard_as((word,), all_of_them))}
        found = [i for i, mine in enumerate(own) if mine & heard] if bare else []
    if len(found) == 1:
        return found[0]
    if found or not bare:
        return None
    place = read_choice(text, [() for _ in names], language)
    return place if place is not None else _ordinal(text, len(names), language)


def _telling(text: str) -> list[str]:
    return [_stem(word) for word in tokens(text) if len(word) >= _LONG and word not in _EMPTY]


_EMPTY = frozenset(
    (
        *("the", "and", "one", "two", "for", "that", "this", "with", "your", "our", "from", "its"),
        *("it's", "was", "been", "being", "order", "orders", "way", "please", "which", "where"),
        *("what", "can", "you", "i'd", "like", "want"),
        *("der", "die", "das", "ein", "eine", "und", "mit", "von"),
    )
)
"""Words that tell nothing apart."""


def _stem(word: str) -> str:
    return word[:-1] if len(word) > _LONG and word.endswith("s") and word[-2] != "s" else word


def _ordinal(text: str, count: int, language: Language) -> int | None:
    """Return the place that words name in a sentence: "cancel the first one"."""
    said = " ".join(tokens(text))
    places = [
        [
            phrase
            for phrase in phrases
            if " " in phrase or phrase not in ("one", "two", "three", "four")
        ]
        for phrases in language.ordinals[:count]
    ]
    found = [
        i
        for i, phrases in enumerate(places)
        if any(re.search(rf"\b{re.escape(phrase)}\b", said) for phrase in phrases)
    ]
    if len(found) == 1:
        return found[0]
    last = any(re.search(rf"\b{re.escape(phrase)}\b", said) for phrase in language.last)
    return count - 1 if last and not found else None
