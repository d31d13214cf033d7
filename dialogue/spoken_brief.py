"""The brief as a person hears it before they take a call: a few words, and never a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.brief import Brief, Priority
from dialogue.feelings import Feeling
from dialogue.understanding import english_brief as words

WORDS = 21
"""At most; with the keys that can be pressed these are some twelve seconds."""

_LONGEST_NUMBER = 6
"""Digits; a longer one may be a card's, an account's or a telephone's."""
_DIGITS = re.compile(r"\+?\d(?:[\s.,/()-]*\d)*")
_SPELLED = re.compile(
    rf"\b(?:{words.DIGIT_WORDS})(?:[\s,.-]+(?:{words.DIGIT_WORDS})){{{_LONGEST_NUMBER},}}\b",
    re.IGNORECASE,
)
_SECRET = re.compile(words.SECRETS, re.IGNORECASE)


def spoken_brief(brief: Brief) -> str:
    """Return what to say of a brief, the most important first."""
    said: list[str] = []
    for part in _parts(brief):
        text = _harmless(part)
        if text and len(" ".join((*said, text)).split()) <= WORDS:
            said.append(text)
    return " ".join(said)


def _parts(brief: Brief) -> Iterator[str]:
    urgent = brief.priority is not Priority.NORMAL
    yield words.SPOKEN_URGENT if urgent else words.SPOKEN_CALL
    yield words.SPOKEN_VERIFIED if brief.verified else words.SPOKEN_UNVERIFIED
    if brief.needs:
        yield words.SPOKEN_NEED.format(need=brief.needs[0])
    if brief.mood.feeling not in (Feeling.CALM, Feeling.PLEASED):
        yield words.SPOKEN_MOOD.format(feeling=brief.mood.feeling)
    yield f"{brief.reason[:1].upper()}{brief.reason[1:]}."


def _harmless(text: str) -> str:
    """Return a part without long numbers; nothing where it is about a secret."""
    if _SECRET.search(text):
        return ""
    text = _SPELLED.sub(words.SPOKEN_NUMBER, text)
    return " ".join(_DIGITS.sub(_number, text).split())


def _number(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    if len(digits) > _LONGEST_NUMBER:
        return words.SPOKEN_NUMBER
    return " ".join(digits) if len(digits) > 2 else found.group()
