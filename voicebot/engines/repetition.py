"""Whisper's disease and its cure: having said all, it says it again until it is stopped."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_DIGITS = {"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
_SENTENCE_END = re.compile(r"[.?!…]+")


def without_repetition(text: str, *, cut_short: bool) -> str:
    """Return a text up to where its end only repeats what was just said.

    Codes are left alone: a caller may well dictate "4 4 1 1 4 4 1 1".

    Args:
        text: What the recogniser wrote.
        cut_short: It was stopped by its token ceiling rather than coming to an end by itself, so
            a repetition at the end is the disease and not the caller's.
    """
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [text[a:b].lower() for a, b in spans]
    for period in range(1, len(words)):
        repeated = _repeated(words, period)
        first = len(words) - period - repeated
        unit = words[first : first + period]
        if not repeated:
            continue
        end = spans[first + period - 1][1]
        mark = _SENTENCE_END.match(text, end)
        if cut_short:
            whole = first == 0 and mark is not None
            diseased = whole or repeated >= (3 if period < 4 else min(period, 3))
        else:
            diseased = period >= 4 and repeated >= period and not all(map(_is_code, unit))
        if diseased:
            return text[: mark.end() if mark else end].strip()
    return text


def _repeated(words: list[str], period: int) -> int:
    """Count the words at the end that equal the word one period earlier."""
    count = 0
    while count < len(words) - period and words[-1 - count] == words[-1 - count - period]:
        count += 1
    return count


def _is_code(word: str) -> bool:
    return (
        len(word) == 1
        or any(c.isdigit() for c in word)
        or word in _DIGITS
        or word in {"double", "triple"}
    )
