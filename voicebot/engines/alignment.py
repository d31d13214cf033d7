"""From the durations of phonemes to the times at which words end.

A voice speaks phonemes, not words: "€12.50" becomes five words, "of the" melts into one, and an
abbreviation or a number is read out. So each written word is also pronounced by itself, and the
phonemes of the whole clause are matched with those of its words one after another. Where both
differ (an unstressed vowel, a linking "r") the boundary is the nearest gap between spoken words.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, pairwise

from voicebot.word_times import SpokenWord, written_words

PUNCTUATION = 3.0
"""How much longer than any other symbol a comma lasts; measured on en_US-joe-medium."""

_STRESS = frozenset("ˈˌ")


@dataclass(frozen=True, slots=True)
class Phone:
    """One symbol that the voice spoke, as espeak writes them."""

    symbol: str
    """A sound, a mark of stress or length, a space, or punctuation."""
    seconds: float


def word_times(
    clause: str, phones: Sequence[Phone], pronounced: Callable[[str], Sequence[str]]
) -> tuple[SpokenWord, ...]:
    """Return when each word of a clause ends, in seconds from the beginning of the first phone.

    Args:
        clause: As it is written.
        phones: All that the voice spoke of it, in order.
        pronounced: Gives the symbols of one written word by itself.
    """
    spans = written_words(clause)
    sounds = [at for at, phone in enumerate(phones) if _is_sound(phone.symbol)]
    if not spans or not sounds:
        return ()
    expected: list[str] = []
    edges: list[int] = []
    for begin, end in spans:
        expected += [symbol for symbol in pronounced(clause[begin:end]) if _is_sound(symbol)]
        edges.append(len(expected))
    ends = list(accumulate(phone.seconds for phone in phones))
    positions = _positions(edges[:-1], expected, phones, sounds)
    words: list[SpokenWord] = []
    for (_, text_end), position in zip(spans, [*positions, len(sounds)], strict=True):
        ended = ends[_last_of(phones, sounds[position - 1])] if position else 0.0
        words.append(SpokenWord(text_end, ended))
    return tuple(words)


def estimated_phones(symbols: Sequence[str], seconds: float) -> list[Phone]:
    """Return phones for symbols of which only the time of all together is known.

    All symbols but punctuation last about equally long in Piper's voices, marks and spaces too.
    """
    weights = [
        PUNCTUATION if _is_break(symbol) and not symbol.isspace() else 1.0 for symbol in symbols
    ]
    unit = seconds / (sum(weights) or 1.0)
    return [Phone(symbol, weight * unit) for symbol, weight in zip(symbols, weights, strict=True)]


def _positions(
    edges: Sequence[int], expected: Sequence[str], phones: Sequence[Phone], sounds: Sequence[int]
) -> list[int]:
    """Return, for each edge within the expected sounds, how many spoken ones come before it."""
    spoken = [phones[at].symbol for at in sounds]
    gaps = [
        count
        for count, (left, right) in enumerate(pairwise(sounds), start=1)
        if any(_is_break(phone.symbol) for phone in phones[left + 1 : right])
    ]
    matcher = SequenceMatcher(None, expected, spoken, autojunk=False)
    blocks = [(0, 0, 0), *matcher.get_matching_blocks()]
    starts = [start for start, _, _ in blocks]
    positions: list[int] = []
    lowest = 0
    for edge in edges:
        at = bisect_right(starts, edge) - 1
        start, same, size = blocks[at]
        # An edge at the very beginning of a block may lie before sounds that were not expected.
        if edge == start and at:
            at -= 1
            start, same, size = blocks[at]
        if edge < start + size:
            position = same + edge - start
        else:
            after, low = blocks[min(at + 1, len(blocks) - 1)], same + size
            share = (edge - start - size + 0.5) / (after[0] - start - size + 1)
            aim = low + share * (after[1] - low)
            between = [gap for gap in gaps if low <= gap <= after[1]]
            position = min(between, key=lambda gap: abs(gap - aim)) if between else round(aim)
        lowest = max(lowest, position)
        positions.append(lowest)
    return positions


def _last_of(phones: Sequence[Phone], at: int) -> int:
    """Return the last phone that belongs to the sound at this place: marks of length follow it."""
    while at + 1 < len(phones):
        following = phones[at + 1].symbol
        if _is_sound(following) or _is_break(following) or following in _STRESS:
            break
        at += 1
    return at


def _is_sound(symbol: str) -> bool:
    return unicodedata.category(symbol[0]) in ("Ll", "Lu", "Lo") if symbol else False


def _is_break(symbol: str) -> bool:
    return not symbol or symbol.isspace() or unicodedata.category(symbol[0]).startswith("P")
