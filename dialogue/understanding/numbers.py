"""Codes of digits as people say them and recognisers write them.

"four four one one seven", "forty-four one seventeen", "double four, one, one, seven", "44,117",
"4 4 1, 1 7." and "forty-four thousand one hundred and seventeen" are one code. Where words allow
several readings ("twenty one" is 21 or 20 1), the length of the code decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialogue.understanding.cardinals import SCALES
from dialogue.understanding.codes import read_characters
from dialogue.understanding.edits import parts
from dialogue.understanding.english import BETWEEN_DIGITS, NUMBER_NAMES, REPEATS, SOUND_ALIKES
from dialogue.understanding.english_spelling import NO_ONE
from dialogue.understanding.shapes import Digits
from dialogue.understanding.symbols import Token, is_number, readings, tokens_of

_LETTER = "A-Za-zÀ-ÖØ-öø-ɏẞ"
"""Letters of Latin scripts, for a class of a pattern; "²" is none, and no digit to count."""
_TOKEN = re.compile(rf"\d+|[{_LETTER}]+(?:'[{_LETTER}]+)?")
_LONGEST_RUN = 24
_UNASKED = 1.4
"""Price in nats up to which a reading counts that nobody asked for."""
_FEWEST_IN_ONE = 5
"""Digits in one piece that are not a group of a longer number."""
_COLOURS = 3
"""Digits in a row that are a code and not a count."""


@dataclass(frozen=True, slots=True)
class CodeReading:
    """The code that a turn holds, or its beginning."""

    digits: str
    complete: bool
    others: tuple[str, ...] = ()
    """Further readings of the right length."""


@dataclass(frozen=True, slots=True)
class _Any:
    """Digits of any count."""

    letters: bool = False

    def begins(self, said: str) -> bool:
        return len(said) <= _LONGEST_RUN

    def whole(self, said: str) -> str | None:
        return said


def tokens(text: str) -> list[str]:
    """Return words and digit groups, lower case, without punctuation."""
    return _TOKEN.findall(text.lower().replace("’", "'"))


def read_code(text: str, length: int, *, expected: bool) -> CodeReading | None:
    """Find a code of `length` digits.

    Args:
        text: A turn as recognised.
        length: Digits of a complete code.
        expected: The code was just asked for: parts of it count, and sound-alikes ("for") may
            begin or end it. Otherwise only a complete code is reported.
    """
    if not expected:
        text = _from_code(text, length)
    dictated = read_characters(text, Digits(length))
    if dictated.whole:
        first, *others = (hypothesis.value for hypothesis in dictated.whole)
        return CodeReading(first, True, tuple(others))
    return CodeReading(dictated.begun, False) if dictated.begun and expected else None


def _from_code(text: str, length: int) -> str:
    """Return the text from the first complete code on; empty where there is none."""
    shape = Digits(length)
    words = tokens_of(text)
    for part in parts(words):
        for start, run in _located_runs([token.text for token in part.tokens]):
            run_tokens = part.tokens[start : start + len(run)]
            for value, price in readings(run_tokens, shape):
                if price <= _UNASKED and shape.whole(value):
                    return _rest(text, part.tokens[start:])
    return ""


def _rest(text: str, run: Sequence[Token]) -> str:
    """Return the text from the first place where these words stand."""
    words = tokens_of(text)
    wanted = list(run)
    start = next(i for i in range(len(words)) if words[i : i + len(wanted)] == wanted)
    return " ".join(token.text for token in words[start:])


def locate_codes(
    text: str, lengths: Sequence[int]
) -> tuple[tuple[tuple[str, ...], int, int, str], ...]:
    """Find every complete code that nobody asked for, in the order of the turn.

    What the turn itself puts right ("44118, no, 44117") is left out.

    Returns:
        For each code: the words of its part of the turn, the index of its first word, the index
        after its last, and its digits.
    """
    found: list[tuple[tuple[str, ...], int, int, str]] = []
    for part in parts(tokens_of(text)):
        words = tuple(token.text for token in part.tokens)
        located = [
            (words, start + first, start + last, value)
            for start, run in _located_runs(words)
            for first, last, value in _divided(part.tokens[start : start + len(run)], lengths)
        ]
        found = located if part.repairs and located else found + located
    return tuple(found)


def _divided(run: Sequence[Token], lengths: Sequence[int]) -> list[tuple[int, int, str]]:
    """Divide a stretch of number words into whole codes.

    What is written in one piece is a code whatever stands beside it ("44118 to 77 Hill Road"); of
    the rest nothing may be left over.
    """
    found: list[tuple[int, int, str]] = []
    begin = 0
    for i, word in enumerate((*run, None)):
        alone = word is not None and _is_written(word) and len(word.text) in lengths
        if word is not None and not alone:
            continue
        found += [(begin + a, begin + b, v) for a, b, v in _spoken(run[begin:i], lengths)]
        if word is not None:
            found.append((i, i + 1, word.text))
        begin = i + 1
    return found


def _spoken(run: Sequence[Token], lengths: Sequence[int]) -> list[tuple[int, int, str]]:
    ways: dict[int, list[tuple[int, int, str]]] = {0: []}
    for end in range(1, len(run) + 1):
        for start in range(end):
            if start not in ways or (end - start > 1 and run[start].text in BETWEEN_DIGITS):
                continue
            if run[start].text in BETWEEN_DIGITS and end == start + 1:
                ways.setdefault(end, ways[start])
                continue
            value = _code(run[start:end], lengths)
            if value and (end not in ways or len(ways[start]) + 1 < len(ways[end])):
                ways[end] = [*ways[start], (start, end, value)]
    return ways.get(len(run), []) if run else []


def _code(words: Sequence[Token], lengths: Sequence[int]) -> str:
    ands = [i for i, word in enumerate(words) if word.text == "and"]
    if any(_code(words[:i], lengths) and _code(words[i + 1 :], lengths) for i in ands):
        return ""
    for length in lengths:
        shape = Digits(length)
        for value, price in readings(words, shape):
            if price <= _UNASKED and len(value) == length and shape.whole(value):
                return value
    return ""


def _is_written(word: Token) -> bool:
    """Whether a word is a code in one piece, and not the last group of one."""
    return word.text.isdigit() and len(word.text) >= _FEWEST_IN_ONE


def without_codes(text: str) -> str:
    """Return the text without its numbers, so that they do not colour its meaning."""
    words = [token.text for token in tokens_of(text)]
    covered: set[int] = set()
    for start, run in _located_runs(words):
        said = readings([Token(word, False) for word in run], _Any())
        if said and len(said[0][0]) >= _COLOURS:
            while start and words[start - 1] in NUMBER_NAMES:
                # "number 44117" asks for no number.
                start -= 1
                run = [words[start], *run]
            covered.update(range(start, start + len(run)))
    return " ".join(word for i, word in enumerate(words) if i not in covered)


def _fits(word: str) -> bool:
    return (
        is_number(word)
        or word in REPEATS
        or word in SCALES
        or word in SOUND_ALIKES
        or word in BETWEEN_DIGITS
    )


def _is_pronoun(words: Sequence[str], i: int) -> bool:
    """Whether a word is the "one" of "that one", and no digit."""
    return words[i] == "one" and i > 0 and words[i - 1] in NO_ONE


def _located_runs(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (start, run) for each stretch of number words, trimmed to begin and end with one."""
    i = 0
    while i < len(words):
        if not (is_number(words[i]) or words[i] in REPEATS) or _is_pronoun(words, i):
            i += 1
            continue
        end = i
        while end < len(words) and _fits(words[end]):
            end += 1
        stop = end
        while stop > i and not (is_number(words[stop - 1]) or words[stop - 1] in SCALES):
            stop -= 1
        if i < stop <= i + _LONGEST_RUN:
            yield i, list(words[i:stop])
        i = max(end, i + 1)
