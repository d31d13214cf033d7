"""Money and counts: "nineteen ninety-nine", "twenty euros fifty", "$1,250", "a couple"."""

from __future__ import annotations

import re

from dialogue.understanding.cardinals import below_hundred, cardinal
from dialogue.understanding.edits import parts
from dialogue.understanding.english_values import MAJOR, MINOR, POINT, SMALL_COUNTS
from dialogue.understanding.symbols import tokens_of

_WRITTEN = re.compile(r"(?<![\d.,])(\d{1,3}(?:,\d{3})+|\d+)(?:[.](\d{1,2}))?(?![\d])")
_GERMAN = re.compile(r"(?<![\d.,])(\d+),(\d{2})(?!\d)")

_PRICES = range(1_000, 10_000)
"""Figures that may be a price without its point."""


def read_amounts(text: str) -> list[tuple[int, float]]:
    """Return the amounts that a turn may name, in cents, with prices in nats, cheapest first."""
    prices: dict[int, float] = {}
    found = parts(tokens_of(_spaced(text)))
    for late, part in enumerate(reversed(found)):
        if part.edit is not None:
            continue
        words = tuple(token.text for token in part.tokens)
        for cents, price in _amounts(words):
            # What was said last counts most.
            prices[cents] = min(price + 2.0 * late, prices.get(cents, 99.0))
    return sorted(prices.items(), key=lambda item: item[1])


def read_counts(text: str) -> list[tuple[int, float]]:
    """Return the whole numbers that a turn may name, with prices in nats, cheapest first."""
    prices: dict[int, float] = {}
    for late, part in enumerate(reversed(parts(tokens_of(_spaced(text))))):
        words = tuple(token.text for token in part.tokens)
        i = 0
        while i < len(words):
            number = cardinal(words, i)
            if number is None:
                if words[i] in SMALL_COUNTS:
                    weak = 1.0 if words[i] in ("a", "an", "no") else 0.0
                    value = SMALL_COUNTS[words[i]]
                    prices[value] = min(weak + 2.0 * late, prices.get(value, 99.0))
                i += 1
                continue
            prices[number[0]] = min(2.0 * late, prices.get(number[0], 99.0))
            i = number[1]
    return sorted(prices.items(), key=lambda item: item[1])


def _spaced(text: str) -> str:
    """Write figures so that they stay in one piece: `$1,250.50` becomes `1250 point 50`."""
    text = _GERMAN.sub(r"\1 point \2", text) if "€" in text or "euro" in text.lower() else text
    text = re.sub(r"[$€£]", " ", text)

    def plain(match: re.Match[str]) -> str:
        whole = match[1].replace(",", "")
        cents = match[2] or ("00" if "," in match[1] else None)
        return whole if cents is None else f"{whole} point {cents.ljust(2, '0')}"

    return _WRITTEN.sub(plain, text)


def _amounts(words: tuple[str, ...]) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    i = 0
    while i < len(words):
        number = cardinal(words, i)
        if number is None:
            i += 1
            continue
        options, i = _one(words, *number)
        found += options
    return found


def _one(words: tuple[str, ...], whole: int, i: int) -> tuple[list[tuple[int, float]], int]:
    """Read what follows a number: (amounts, next index)."""
    follows = words[i] if i < len(words) else ""
    if follows in MINOR:
        return [(whole, 0.0)], i + 1
    if follows in POINT:
        cents = _cents(words, i + 1)
        if cents:
            after = cents[1]
            after += words[after : after + 1] != () and words[after] in MAJOR
            return [(whole * 100 + cents[0], 0.0)], after
    if follows in MAJOR:
        after = i + 1
        after += words[after : after + 1] == ("and",)
        if words[after : after + 2] == ("a", "half"):
            return [(whole * 100 + 50, 0.0)], after + 2
        after += words[after : after + 1] in (("oh",), ("o",))
        tail = below_hundred(words, after)
        if tail:
            end = tail[1] + (words[tail[1] : tail[1] + 1] != () and words[tail[1]] in MINOR)
            return [(whole * 100 + tail[0], 0.0)], end
        return [(whole * 100, 0.0)], i + 1
    pair = below_hundred(words, i)
    if pair and 10 <= pair[0] < 100 and whole < 1000:
        # "nineteen ninety-nine" is a price; "one twenty" may also be a hundred and twenty.
        after = pair[1]
        after += words[after : after + 1] != () and words[after] in MAJOR | MINOR
        options = [(whole * 100 + pair[0], 0.0)]
        if whole < 10:
            options.append(((whole * 100 + pair[0]) * 100, 1.0))
        return options, after
    tail = below_hundred(words, i + 1) if words[i : i + 1] in (("oh",), ("o",)) else None
    if tail and tail[0] < 10:
        return [(whole * 100 + tail[0], 0.0)], tail[1]
    if words[i : i + 3] == ("and", "a", "half"):
        return [(whole * 100 + 50, 0.0)], i + 3
    if words[i - 1].isdigit() and whole in _PRICES and whole % 100:
        # A recogniser writes "8767" for "eighty-seven sixty-seven"; thousands get a comma.
        return [(whole, 0.0), (whole * 100, 0.8)], i
    return [(whole * 100, 0.3)], i


def _cents(words: tuple[str, ...], i: int) -> tuple[int, int] | None:
    """Read what follows "point": one or two digits, said in any way."""
    if i >= len(words):
        return None
    if words[i].isdigit() and len(words[i]) == 2:
        return int(words[i]), i + 1
    first = below_hundred(words, i)
    if first is None:
        return None
    if first[0] >= 10:
        return first
    second = below_hundred(words, first[1])
    if second and second[0] < 10:
        return first[0] * 10 + second[0], second[1]
    return first[0] * 10, first[1]
