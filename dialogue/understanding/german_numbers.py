"""German numbers and repairs, put into the written form that the readers of values know.

"vier vier eins eins sieben" becomes "4 4 1 1 7", "vierundvierzig" "44", "doppel vier" "4 4". German
says the units before the tens in one word, so that, unlike in English, no number has two readings.
"""

from __future__ import annotations

import re

UNITS = {
    "null": 0, "ein": 1, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "fünf": 5,
    "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9,
}  # fmt: skip
_TEENS = {
    "zehn": 10, "elf": 11, "zwölf": 12, "zwoelf": 12, "dreizehn": 13, "vierzehn": 14,
    "fünfzehn": 15, "fuenfzehn": 15, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18,
    "neunzehn": 19,
}  # fmt: skip
_TENS = {
    "zwanzig": 20, "dreißig": 30, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "fuenfzig": 50,
    "sechzig": 60, "siebzig": 70, "achtzig": 80, "neunzig": 90,
}  # fmt: skip
_REPEATS = {"doppel": 2, "doppelt": 2, "zweimal": 2, "dreimal": 3}
_ARTICLE = "ein"
"""A number only as a part of one: "einundzwanzig", "einhundert"."""

REPAIRS = (
    "nein warte", "nein warten sie", "nein moment", "nein stopp", "nein entschuldigung",
    "nein sorry", "nein falsch", "quatsch", "ich meine", "ich meinte", "vielmehr",
    "beziehungsweise", "korrektur", "ach nein", "nee warte", "nee", "stopp", "moment", "nein",
)  # fmt: skip
"""Between a number and its better version; longer ones first."""
_REPAIR = "no wait"
"""The mark of a repair that the readers of values know."""

_BELOW_HUNDRED = re.compile(
    rf"(?:({'|'.join(UNITS)})und)?({'|'.join(_TENS)})\Z|({'|'.join(_TEENS)})\Z|({'|'.join(UNITS)})\Z"
)
_WORD = re.compile(r"\d+|[^\W\d_]+|[^\w\s]+|_")
_SIGNS = "+-.,:;!?–—…"


def value(word: str) -> int | None:
    """Return the number that one word names, up to 999 999; None for any other word.

    `siebzehn` → 17, `vierundvierzig` → 44, `vierundvierzigtausendeinhundertsiebzehn` → 44117.
    """
    head, thousand, tail = word.partition("tausend")
    if thousand:
        before = _below_thousand(head) if head else 1
        after = _below_thousand(tail.removeprefix("und")) if tail else 0
        return None if before is None or after is None else before * 1000 + after
    return _below_thousand(word)


def _below_thousand(word: str) -> int | None:
    head, hundred, tail = word.partition("hundert")
    if hundred:
        before = UNITS.get(head) if head else 1
        after = _below_hundred(tail.removeprefix("und")) if tail else 0
        return None if before is None or after is None else before * 100 + after
    return _below_hundred(word)


def _below_hundred(word: str) -> int | None:
    found = _BELOW_HUNDRED.match(word)
    if found is None:
        return None
    if found[2]:
        return _TENS[found[2]] + (UNITS[found[1]] if found[1] else 0)
    return _TEENS[found[3]] if found[3] else UNITS[found[4]]


def written(text: str) -> str:
    """Return the turn with its numbers in figures, and repairs between them marked.

    Everything else stays as it was said; a text without numbers is returned as it is.
    """
    pieces = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    figures = [_figures(piece.lower()) for piece, _, _ in pieces]
    if not any(figures):
        return text
    said: list[str] = []
    at = i = 0
    while i < len(pieces):
        piece, start, end = pieces[i]
        said.append(text[at:start])
        repeat = _REPEATS.get(piece.lower())
        repaired = _repair([p.lower() for p, _, _ in pieces], i)
        if repeat and i + 1 < len(pieces) and len(figures[i + 1]) == 1:
            said.append(" ".join([figures[i + 1]] * repeat))
            i += 1
            end = pieces[i][2]
        elif repaired and any(figures[:i]) and any(figures[i + repaired :]):
            said.append(_REPAIR)
            i += repaired - 1
            end = pieces[i][2]
        else:
            said.append(figures[i] or piece)
        at = end
        i += 1
    return "".join((*said, text[at:]))


def _figures(word: str) -> str:
    if word.isdigit():
        return word
    number = None if word == _ARTICLE else value(word)
    return "" if number is None else str(number)


def _repair(words: list[str], i: int) -> int:
    """Return how many pieces from `i` on are a repair; signs between its words count along."""
    for phrase in REPAIRS:
        wanted, at = phrase.split(), i
        for word in wanted:
            while at > i and at < len(words) and words[at] in _SIGNS:
                at += 1
            if at >= len(words) or words[at] != word:
                break
            at += 1
        else:
            return at - i
    return 0
