"""Free words that were dictated, such as an address, put right in the middle."""

from __future__ import annotations

import re

from dialogue.understanding.answers import free_text
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.language import Language
from dialogue.understanding.numbers import tokens

REPAIR = re.compile(
    r"[\s,.;:–-]+(?:(?:um|uh|oh|no|wait|sorry|actually)[\s,]+)*"
    r"(?:no[\s,]+wait|wait[\s,]+no|no[\s,]+sorry|sorry[\s,]+no|scratch that|i mean|i meant|"
    r"make that|correction|oh[\s,]+sorry|no[\s,]+(?:it's|that's)|sorry|no(?=,)|oops)"
    r"[\s,.;:]+(?:(?:it's|that's|it is|that is)[\s,]+)?",
    re.IGNORECASE,
)

_REFUSES = frozenset(("no", "that's"))
_FEWEST = 2
"""Words of a text."""


def read_text(text: str, language: Language = ENGLISH) -> str:
    """Return what was dictated, without what people say around it and what they took back."""
    pieces = [free_text(piece, language) for piece in REPAIR.split(text)]
    value = pieces[0]
    for piece in filter(None, pieces[1:]):
        value = _with(value, piece)
    return value


def said_instead(text: str, language: Language = ENGLISH) -> str:
    """Return the words that are to stand instead of others ("sorry, it's …"); empty for none.

    A bare no says that something is wrong, and not that what follows it is the right thing.
    """
    lead = f" {text}"
    repairs = [mark for mark in REPAIR.finditer(lead) if not set(tokens(mark[0])) <= _REFUSES]
    words = free_text(lead[repairs[-1].end() :], language) if repairs else ""
    return words if len(tokens(words)) >= _FEWEST else ""


def _with(value: str, piece: str) -> str:
    """Put a correction in the place of what it corrects."""
    words, fresh = value.split(), piece.split()
    first = tokens(piece)[:1]
    if len(fresh) == 1 and first and first[0].isdigit():
        # "12 Elm Street, no, 14": the first number is the one of the house.
        at = next((i for i, word in enumerate(words) if re.match(r"\d", word)), None)
        if at is None:
            return f"{piece} {value}"
        return " ".join((*words[:at], piece, *words[at + 1 :]))
    if re.match(r"\d+\w?,", piece):
        # "…, no, 14, Salem": and what comes after it.
        return f"{_with(value, fresh[0].rstrip(','))}, {' '.join(fresh[1:])}"
    for i, word in enumerate(words):
        # Taken up again from a word before: "12 Elm Street, sorry, Elm Avenue".
        if word.strip(",.").lower() == fresh[0].strip(",.").lower() and len(fresh) > 1:
            return " ".join((*words[:i], *fresh))
    if re.match(r"\d", piece):
        return piece
    if len(fresh) >= len(words) - 1:
        kept = words[:1] if re.match(r"\d", value) else []
        return " ".join((*kept, *fresh))
    return " ".join((*words[: -len(fresh)], *fresh))
