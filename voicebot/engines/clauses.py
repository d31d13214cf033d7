"""Cuts what the bot says into the pieces that are spoken, marked and cached one by one.

A piece ends with a sentence, or at a comma where a sentence is long. The first piece is kept
short, since the caller waits for it.
"""

from __future__ import annotations

import re

LONG = 110
"""Characters from which a sentence is cut at its commas (about 7 s of speech)."""
LONG_FIRST = 60
"""The same for the first sentence."""
SHORTEST = 16
"""Characters below which a piece is not cut off on its own: it would sound chopped."""
LONGEST = 240
"""Characters after which a piece is cut at a space, whatever it says."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)]*\s+")
_PAUSE = re.compile(r"(?<=[,;:–—])\s+")
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|st|no|vs|approx|e\.g|i\.e)|\b[A-Z])\.$", re.I)


def clauses(text: str) -> tuple[str, ...]:
    """Split a text; pieces without anything to say are left out."""
    found: list[str] = []
    for sentence in _sentences(" ".join(text.split())):
        long = LONG if found else LONG_FIRST
        parts = _cut_at_pauses(sentence) if len(sentence) > long else [sentence]
        for part in parts:
            found.extend(_bounded(part))
    return tuple(piece for piece in found if is_speakable(piece))


def is_speakable(text: str) -> bool:
    """Tell whether there is anything but punctuation and space."""
    return any(character.isalnum() for character in text)


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    for piece in _split(_SENTENCE_END, text):
        if sentences and _ABBREVIATION.search(sentences[-1]):
            sentences[-1] += f" {piece}"
        else:
            sentences.append(piece)
    return sentences


def _cut_at_pauses(sentence: str) -> list[str]:
    parts: list[str] = []
    for piece in _split(_PAUSE, sentence):
        if parts and (len(parts[-1]) < SHORTEST or len(piece) < SHORTEST):
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    return parts


def _bounded(piece: str) -> list[str]:
    parts: list[str] = []
    while len(piece) > LONGEST:
        cut = piece.rfind(" ", LONGEST // 2, LONGEST)
        cut = LONGEST if cut < 0 else cut
        parts.append(piece[:cut])
        piece = piece[cut:].strip()
    parts.append(piece)
    return parts


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for match in pattern.finditer(text):
        pieces.append(text[start : match.end()].strip())
        start = match.end()
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]
