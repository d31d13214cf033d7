"""A measure as it is said: "38", "thirty eight", "it's about 38 and a half inches"."""

from __future__ import annotations

import re

from dialogue.understanding.english import TEENS, TENS, UNITS
from dialogue.understanding.numbers import tokens

_WRITTEN = re.compile(r"(?<![\w.,])\d{1,3}(?:[.,]\d)?(?![\w]|[.,]\d)")
_HALF = re.compile(r"\band a half\b")


def read_quantity(text: str) -> float | None:
    """Return the one number of a turn, below a thousand; None for none, or several."""
    half = 0.5 if _HALF.search(text.lower()) else 0.0
    written = _WRITTEN.findall(text)
    if written:
        return float(written[0].replace(",", ".")) + half if len(written) == 1 else None
    words = tokens(text)
    if "point" in words[1:-1]:
        at = words.index("point")
        whole, tenth = _whole(words[:at]), UNITS.get(words[at + 1])
        return None if whole is None or tenth is None else whole + int(tenth) / 10
    whole = _whole(words)
    return None if whole is None else whole + half


def _whole(words: list[str]) -> int | None:
    found: list[int] = []
    for i, word in enumerate(words):
        after_tens = i > 0 and words[i - 1] in TENS
        after_hundred = i > 0 and words[i - 1] in ("hundred", "and") and found and found[-1] >= 100
        if after_hundred and word in (*TENS, *TEENS, *UNITS):
            found[-1] += int({**TENS, **TEENS, **UNITS}[word])
        elif word in TENS:
            found.append(int(TENS[word]))
        elif word in UNITS and word != "one" and after_tens:
            found[-1] += int(UNITS[word])
        elif word in TEENS:
            found.append(int(TEENS[word]))
        elif word in UNITS and word not in ("one", "oh", "o"):
            found.append(int(UNITS[word]))
        elif word == "hundred":
            found[-1:] = [100 * (found[-1] if found else 1)]
    return found[0] if len(found) == 1 else None
