"""Answers to closed questions: yes and no, and one of a few options."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from dialogue.understanding.english import (
    ALL,
    ANOTHER,
    FILLERS,
    LAST,
    LEAD_INS,
    NEITHER,
    NO,
    ORDINALS,
    POLITE,
    UNSURE,
    YES,
)
from dialogue.understanding.numbers import tokens


class Polarity(StrEnum):
    """What an answer to a yes/no question amounts to."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    """Both, or "maybe": never enough for a side effect."""
    NONE = "none"
    """Neither was said."""


def _split(phrases: Sequence[str]) -> list[tuple[str, ...]]:
    return sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True)


_SIGNS = [
    (phrase, polarity)
    for polarity, phrases in (
        (Polarity.UNSURE, UNSURE),
        (Polarity.NO, NO),
        (Polarity.YES, YES),
    )
    for phrase in _split(phrases)
]
_SIGNS.sort(key=lambda sign: -len(sign[0]))


def read_polarity(text: str) -> tuple[Polarity, str]:
    """Return what a turn answers to a yes/no question, and the rest of its words.

    Only signs at the beginning count, and those that follow them directly: in "yes, where is it"
    the rest is a need of its own, in "is it the right one" nothing was answered.
    """
    words = tokens(text)
    found: list[Polarity] = []
    while words:
        sign = next((s for s in _SIGNS if tuple(words[: len(s[0])]) == s[0]), None)
        if sign is not None:
            found.append(sign[1])
            words = words[len(sign[0]) :]
        elif words[0] in (POLITE if found else FILLERS):
            words = words[1:]
        else:
            break
    rest = " ".join(words)
    seen = set(found)
    if not seen:
        return Polarity.NONE, " ".join(tokens(text))
    if Polarity.UNSURE in seen or seen == {Polarity.YES, Polarity.NO}:
        return _contradiction(text, seen), rest
    return found[0], rest


def _contradiction(text: str, seen: set[Polarity]) -> Polarity:
    said = " ".join(tokens(text))
    # "okay no", "right, no thanks": the filler in front agrees to nothing.
    last = re.sub(r"^(?:okay|ok|right|alright|all right|sure|fine|great|perfect)\b ?", "", said)
    if last != said and Polarity.UNSURE not in seen:
        return read_polarity(last)[0]
    return Polarity.UNSURE


def means_another(text: str) -> bool:
    """Whether the turn says that the value given earlier is not the one meant."""
    said = " ".join(tokens(text))
    return any(phrase in said for phrase in ANOTHER)


def refuses(text: str, words: Sequence[str]) -> bool:
    """Whether the turn says not to do what one of the words names ("don't cancel it")."""
    said = " ".join(tokens(text))
    named = "|".join(re.escape(word.lower()) for word in words)
    wish = "(?:want to |wanna |like to |need to |wish to |have to )?(?:the |my |a )?"
    return bool(named) and bool(
        re.search(rf"\b(?:don't|do not|not|never) {wish}(?:{named})\b", said)
    )


def read_choice(text: str, words: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the option that was picked, or None.

    Args:
        text: The turn.
        words: For each option the words that pick it.
    """
    said = tokens(text)
    joined = " ".join(said)
    content = [word for word in said if word not in POLITE]
    picked = [
        i for i, option in enumerate(words) if any(_says(joined, word.lower()) for word in option)
    ]
    if len(picked) == 1:
        return picked[0]
    if picked:
        return None
    bare = " ".join(content)
    for i in range(len(words)):
        if bare in ORDINALS[min(i, len(ORDINALS) - 1)]:
            return i
    if bare in LAST:
        return len(words) - 1
    return None


def refuses_all(text: str) -> bool:
    """Whether the turn says that none of the options fits, without naming another."""
    content = " ".join(word for word in tokens(text) if word not in POLITE - {"no"})
    return content in NEITHER or read_polarity(text) == (Polarity.NO, "")


def picks_several(text: str) -> bool:
    """Whether the turn wants more than one of the options."""
    return " ".join(word for word in tokens(text) if word not in POLITE) in ALL


def free_text(text: str) -> str:
    """Return dictated words without what people say before them ("it's", "my address is")."""
    left = text.strip().strip(".,;:!? ")
    changed = True
    while changed:
        changed = False
        for lead in LEAD_INS:
            found = re.match(rf"{lead}\b[\s,.:;]*", left, re.IGNORECASE)
            if found and len(left) > found.end():
                left, changed = left[found.end() :], True
    return re.sub(r"\s+", " ", left).strip()


def _says(joined: str, phrase: str) -> bool:
    return re.search(rf"\b{re.escape(phrase)}\b", joined) is not None
