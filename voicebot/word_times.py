"""When the words of a clause are spoken, and what follows from it. Sans-I/O.

Where the voice gives no times they are estimated here: characters are taken as equally long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROUNDING = 0.02
"""Seconds that may be missing from a word that counts as heard: its last breath, or a fade."""

_WRITTEN = re.compile(r"[^\s\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """When one word of a clause has been said."""

    text_end: int
    """Characters of the clause up to the end of this word, punctuation included."""
    ended: float
    """Seconds of its audio at which the word is over."""


def written_words(text: str) -> tuple[tuple[int, int], ...]:
    """Return where the words of a text begin and end.

    Signs that stand alone belong to the word before them ("Monday –", "Tom &"), at the beginning to
    the one after. A text with nothing but signs has no words.
    """
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for match in _WRITTEN.finditer(text):
        if any(character.isalnum() for character in match.group()):
            found.append((match.start() if begin is None else begin, match.end()))
            begin = None
        elif found:
            found[-1] = (found[-1][0], match.end())
        elif begin is None:
            begin = match.start()
    return tuple(found)


def estimated(text: str, seconds: float) -> tuple[SpokenWord, ...]:
    """Return times for the words of a clause of which nothing is known but its duration."""
    return tuple(
        SpokenWord(end, seconds * end / len(text.rstrip())) for _, end in written_words(text)
    )


def heard_characters(words: Sequence[SpokenWord], position: float) -> int:
    """Return how many characters of the clause were said when its audio was played so far.

    Args:
        words: Of the clause, in order.
        position: Seconds of its audio that were played.
    """
    said = [word.text_end for word in words if word.ended <= position + ROUNDING]
    return said[-1] if said else 0


def next_edge(words: Sequence[SpokenWord], position: float, within: float) -> float | None:
    """Return where speech can stop without cutting a word in two, in seconds of the clause's audio.

    Args:
        words: Of the clause, in order.
        position: Seconds of its audio from which on it could stop.
        within: Seconds that may be waited for the end of a word.

    Returns:
        The first end of a word from `position` on; `position` itself when all words were said; None
        when the word goes on for longer than may be waited, or there are no times.
    """
    if not words:
        return None
    edge = next((word.ended for word in words if word.ended >= position), position)
    return edge if edge <= position + within else None
