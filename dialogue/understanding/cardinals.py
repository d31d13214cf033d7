"""Whole numbers as words: "forty-four thousand one hundred and seventeen", "44 thousand", "19"."""

from __future__ import annotations

from functools import lru_cache

from dialogue.understanding.english import TEENS, TENS, UNITS

SCALES = ("hundred", "thousand")


@lru_cache(maxsize=4096)
def below_hundred(words: tuple[str, ...], i: int) -> tuple[int, int] | None:
    """Read 0..99 at `i`: (value, next index)."""
    if i >= len(words):
        return None
    word = words[i]
    if word.isdecimal():
        return (int(word), i + 1) if len(word) <= 2 else None
    if word in TENS:
        unit = UNITS.get(words[i + 1], words[i + 1]) if i + 1 < len(words) else "0"
        if unit in tuple("123456789"):
            return int(TENS[word]) + int(unit), i + 2
        return int(TENS[word]), i + 1
    known = TEENS.get(word) or UNITS.get(word)
    return (int(known), i + 1) if known else None


def with_scale(words: tuple[str, ...], i: int) -> tuple[str, int] | None:
    """Read "… hundred …" or "… thousand …" at `i`: (digits, next index)."""
    head = below_thousand(words, i)
    if head is None or head[1] >= len(words) or words[head[1]] != "thousand":
        hundreds = _hundreds(words, i)
        return None if hundreds is None else (str(hundreds[0]), hundreds[1])
    after = head[1] + 1
    tail = below_thousand(words, after + 1 if words[after : after + 1] == ("and",) else after)
    if tail is None:
        return f"{head[0]}000", after
    return f"{head[0]}{tail[0]:03d}", tail[1]


def below_thousand(words: tuple[str, ...], i: int) -> tuple[int, int] | None:
    """Read 0..999 at `i`: (value, next index)."""
    if i < len(words) and words[i].isdecimal() and len(words[i]) == 3:
        return int(words[i]), i + 1
    return _hundreds(words, i) or below_hundred(words, i)


def cardinal(words: tuple[str, ...], i: int) -> tuple[int, int] | None:
    """Read any whole number at `i`, "a hundred" and "nineteen hundred" too: (value, next)."""
    if i < len(words) and words[i] == "a" and words[i + 1 : i + 2] and words[i + 1] in SCALES:
        found = cardinal(("one", *words[i + 1 :]), 0)
        return None if found is None else (found[0], found[1] + i)
    if scaled := with_scale(words, i):
        return int(scaled[0]), scaled[1]
    teens = below_hundred(words, i)
    if teens and 10 <= teens[0] and words[teens[1] : teens[1] + 1] == ("hundred",):
        after = teens[1] + 1
        tail = below_hundred(words, after + 1 if words[after : after + 1] == ("and",) else after)
        return (teens[0] * 100 + (tail[0] if tail else 0), tail[1] if tail else after)
    if i < len(words) and words[i].isdecimal():
        return int(words[i]), i + 1
    return teens


def _hundreds(words: tuple[str, ...], i: int) -> tuple[int, int] | None:
    head = below_hundred(words, i)
    if head is None or not 0 < head[0] < 10 or words[head[1] : head[1] + 1] != ("hundred",):
        return None
    after = head[1] + 1
    tail = below_hundred(words, after + 1 if words[after : after + 1] == ("and",) else after)
    return (head[0] * 100, after) if tail is None else (head[0] * 100 + tail[0], tail[1])
