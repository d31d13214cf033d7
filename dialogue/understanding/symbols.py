"""Digits and letters as people dictate them: every way to read a turn, likeliest first.

Each word may be read as characters ("forty-four", "double t", "B for Bertie", "see") or left out
("um", "the number is"), at a price in nats that depends on the words around it. A beam keeps the
cheapest readings that can still become a value of the wanted shape.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialogue.understanding.cardinals import with_scale
from dialogue.understanding.english import (
    BETWEEN_DIGITS,
    REPEATS,
    SOUND_ALIKES,
    TEENS,
    TENS,
    UNITS,
)
from dialogue.understanding.english_spelling import (
    AS_IN,
    COMMON_LETTER_WORDS,
    COUNTED,
    DISTANT_SOUND_ALIKES,
    LETTERS,
    NATO,
    NO_ONE,
    PLURALS,
)
from dialogue.understanding.shapes import Shape

_HYPHENATED = re.compile(rf"\b({'|'.join(TENS)})-({'|'.join(UNITS)})\b", re.IGNORECASE)
_LETTER = "A-Za-zÀ-ÖØ-öø-ɏẞ"
"""Letters of Latin scripts, for a class of a pattern; "²" is none, and no digit to count."""
_TOKEN = re.compile(rf"\d+|[{_LETTER}]+(?:'[{_LETTER}]+)?")
_BEAM = 48
_BABBLE = 2.5
"""Price of leaving out all that follows a whole value."""
_BABBLE_BEFORE = 3.5
"""Price of leaving out all that comes before it."""
_LIKE_NATO = 0.72
"""Likeness from which a word may be a misheard one of the NATO alphabet."""
_LONGEST = 160
"""Words of a turn that are read."""
_SURE_IN = (("as", "in"), ("is", "in"), ("like",), ("is", "for"), ("like", "in"), ("as", "and"))


@dataclass(frozen=True, slots=True)
class Token:
    """One word, or one group of digits."""

    text: str
    """In lower case."""
    capital: bool
    """Written in capitals, as spelled letters are."""


Edge = tuple[str, int, float]
"""Characters, the index after them, and what it costs to read them so."""


def tokens_of(text: str) -> list[Token]:
    """Split a turn into words and groups of digits."""
    text = _HYPHENATED.sub(
        lambda m: f"{TENS[m[1].lower()][0]}{UNITS[m[2].lower()]}", text.replace("’", "'")
    )
    found = (match[0] for match in _TOKEN.finditer(text))
    return [Token(word.lower(), word.isupper()) for word in found][:_LONGEST]


def is_number(word: str) -> bool:
    """Whether a word names digits in any context."""
    return word.isdigit() or word in UNITS or word in TEENS or word in TENS


def readings(tokens: Sequence[Token], shape: Shape) -> list[tuple[str, float]]:
    """Return what a stretch of words may spell, with its price, cheapest first.

    Everything returned can begin a value of the shape; the empty text is among it where all of the
    words may be left out.
    """
    words = tuple(token.text for token in tokens)
    places = range(len(tokens))
    sure = any(_is_sure(tokens, i, shape.letters) for i in places)
    if not sure and not all(_is_open(tokens, i, shape.letters) for i in places):
        # "To" and "for" are digits among digits, or where nothing else is said.
        return [("", 0.0)]
    lattice = [tuple(_edges(tokens, words, i, shape)) for i in range(len(tokens))]
    beams: list[dict[str, float]] = [{} for _ in range(len(tokens) + 1)]
    beams[0][""] = 0.0
    for i, edges in enumerate(lattice):
        if i and sure and not shape.letters:
            beams[i][""] = min(_BABBLE_BEFORE, beams[i].get("", math.inf))
        kept = sorted(beams[i].items(), key=lambda item: item[1])[:_BEAM]
        for said, price in kept:
            if said and shape.whole(said) is not None:
                # A recogniser goes on repeating what it heard.
                beams[-1][said] = min(price + _BABBLE, beams[-1].get(said, math.inf))
            for characters, after, cost in edges:
                grown = said + characters
                total = price + cost
                if characters and not shape.begins(grown):
                    continue
                if total < beams[after].get(grown, float("inf")):
                    beams[after][grown] = total
    return sorted(beams[-1].items(), key=lambda item: (item[1], -len(item[0])))[:_BEAM]


# --- what one word may be ------------------------------------------------------------------------


def _edges(tokens: Sequence[Token], words: tuple[str, ...], i: int, shape: Shape) -> Iterator[Edge]:
    """Yield the ways to read what stands at `i`."""
    token, word = tokens[i], words[i]
    yield ("", i + 1, _skipping(tokens, i, shape.letters))
    yield from _digits(words, i)
    if word in SOUND_ALIKES or word in DISTANT_SOUND_ALIKES or word in ("oh", "o"):
        yield from _sound_alike(tokens, i, shape.letters)
    yield from _repeats(words, i, letters=shape.letters)
    if shape.letters:
        yield from _letters(tokens, words, i, token)


def _digits(words: tuple[str, ...], i: int) -> Iterator[Edge]:
    word = words[i]
    scaled = with_scale(words, i)
    if scaled is not None and scaled[1] > i + 1:
        yield (*scaled, 0.0)
        return
    if word.isdigit():
        yield (word, i + 1, 0.0)
        zeros = len(word) - len(word.rstrip("0"))
        following = words[i + 1] if i + 1 < len(words) else ""
        following = UNITS.get(following) or TEENS.get(following) or following
        fits = following.isdigit() and 0 < len(following) <= zeros and following[0] != "0"
        if len(word) > 1 and fits:
            # "40 4" for "forty-four", "100 17" for "one hundred seventeen".
            yield (word[: -len(following)] + following, i + 2, 1.0)
    elif word in TENS:
        unit = words[i + 1] if i + 1 < len(words) else ""
        unit = UNITS.get(unit) or SOUND_ALIKES.get(unit) or unit
        if len(unit) == 1 and unit in "123456789":
            yield (TENS[word][0] + unit, i + 2, 0.0)
            yield (TENS[word], i + 1, 1.0)
        else:
            yield (TENS[word], i + 1, 0.0)
    elif word in TEENS:
        yield (TEENS[word], i + 1, 0.0)
    elif _is_pronoun(words, i):
        yield ("1", i + 1, 1.2)
    elif word in UNITS and word not in ("oh", "o"):
        yield (UNITS[word], i + 1, 0.0)


def _sound_alike(tokens: Sequence[Token], i: int, letters: bool) -> Iterator[Edge]:
    word = tokens[i].text
    sides = _sides(tokens, i, letters)
    if word in ("oh", "o"):
        among_letters = letters and not _beside_number(tokens, i)
        yield ("0", i + 1, 1.0 if sides < 1 else 0.5 if among_letters else 0.0)
        return
    near = SOUND_ALIKES.get(word)
    digit = near or DISTANT_SOUND_ALIKES[word]
    yield (digit, i + 1, _reading(sides) + (0.0 if near else 1.2))


def _repeats(words: tuple[str, ...], i: int, *, letters: bool) -> Iterator[Edge]:
    word, rest = words[i], words[i + 1 :]
    if word in REPEATS and rest:
        times, thing = REPEATS[word], rest[0]
        one = UNITS.get(thing) or SOUND_ALIKES.get(thing) or DISTANT_SOUND_ALIKES.get(thing)
        one = one or (thing if thing.isdigit() and len(thing) == 1 else None)
        if one:
            yield (one * times, i + 2, 0.0)
        elif thing in TEENS or (thing.isdigit() and len(thing) == 2):
            # "double 44": the recogniser wrote both, or it was said of a pair.
            yield (TEENS.get(thing, thing), i + 2, 0.5)
            yield (TEENS.get(thing, thing) * times, i + 2, 1.0)
        if letters and (letter := LETTERS.get(thing)):
            if (word, letter) == ("double", "u"):
                yield ("W", i + 2, 0.1)
                yield ("UU", i + 2, 1.0)
            else:
                yield (letter.upper() * times, i + 2, 0.1 if one is None else 0.6)
    if word in COUNTED and rest and rest[0] in PLURALS:
        yield (PLURALS[rest[0]] * COUNTED[word], i + 2, 0.0)


def _letters(
    tokens: Sequence[Token], words: tuple[str, ...], i: int, token: Token
) -> Iterator[Edge]:
    word = token.text
    letter = LETTERS.get(word)
    if word in ("o", "oh"):
        near = _beside_number(tokens, i)
        yield ("O", i + 1, (0.4 if near else 0.0) + (0.0 if _sides(tokens, i, True) >= 1 else 1.0))
    elif letter is not None:
        if word in COMMON_LETTER_WORDS and not (token.capital and word != "i"):
            yield (letter.upper(), i + 1, 0.7 * _reading(_sides(tokens, i, True)))
        else:
            yield (letter.upper(), i + 1, 0.0 if len(word) == 1 else 0.1)
    if word in NATO or (word == "x" and words[i + 1 : i + 2] == ("ray",)):
        yield (NATO.get(word, "x").upper(), i + (2 if word == "x" else 1), 0.05)
    for between in AS_IN:
        at = i + 1 + len(between)
        if words[i + 1 : at] != between or at >= len(words):
            continue
        example = words[at]
        if len(example) < 2 or is_number(example) or example in LETTERS:
            continue
        sure = between in _SURE_IN
        if letter == example[0]:
            yield (letter.upper(), at + 1, 0.0)
        elif sure:
            # The word is heard more surely than the letter.
            yield (example[0].upper(), at + 1, 0.2 if letter or word.isdigit() else 0.9)
            if letter:
                yield (letter.upper(), at + 1, 1.0)
        break
    if letter is None and word not in NATO and (nato := _near_nato(word)):
        yield (NATO[nato].upper(), i + 1, 1.0)
    if letter is None and token.capital and 2 <= len(word) <= 6:
        yield (word.upper(), i + 1, 0.2)
    elif letter is None and 2 <= len(word) <= 3 and not is_number(word):
        yield (word.upper(), i + 1, 2.0)


@lru_cache(maxsize=4096)
def _near_nato(word: str) -> str:
    """Return the NATO word that another sounds like, as it is written; empty for none."""
    if len(word) < 4 or is_number(word) or word in DISTANT_SOUND_ALIKES:
        return ""
    return next(iter(difflib.get_close_matches(word, NATO, 1, _LIKE_NATO)), "")


# --- context -------------------------------------------------------------------------------------


def _is_pronoun(words: Sequence[str], i: int) -> bool:
    """Whether "one" counts nothing: "the first one is …", but "first, one eight …"."""
    if words[i] != "one" or not i or words[i - 1] not in NO_ONE:
        return False
    return i + 1 == len(words) or not is_number(words[i + 1])


def _is_sure(tokens: Sequence[Token], i: int, letters: bool) -> bool:
    word = tokens[i].text
    if word in ("oh", "o"):
        return False
    if word == "one" and _is_pronoun([token.text for token in tokens], i):
        return False
    if is_number(word) or word in REPEATS or word in ("hundred", "thousand"):
        return True
    if not letters or word in COMMON_LETTER_WORDS:
        return False
    return word in LETTERS or word in NATO or _is_example(tokens, i)


def _is_example(tokens: Sequence[Token], i: int) -> bool:
    """Whether a word only tells the letter before it: "B as in Bertie"."""
    words = [token.text for token in tokens[max(i - 3, 0) : i]]
    if words[-2:] == ["as", "in"]:
        return True
    return words[-1:] in (["for"], ["like"]) and words[-2:-1] == [tokens[i].text[:1]]


def _beside_number(tokens: Sequence[Token], i: int) -> bool:
    near = [tokens[j].text for j in (i - 1, i + 1) if 0 <= j < len(tokens)]
    return any(is_number(word) and word not in ("o", "oh") for word in near)


def _is_open(tokens: Sequence[Token], i: int, letters: bool) -> bool:
    """Whether a word says nothing about its neighbours: it may itself be a character."""
    word = tokens[i].text
    if word in SOUND_ALIKES or word in BETWEEN_DIGITS or word in ("oh", "o"):
        return True
    return word in DISTANT_SOUND_ALIKES or (letters and word in COMMON_LETTER_WORDS)


def _sides(tokens: Sequence[Token], i: int, letters: bool) -> float:
    """Return how surely a word stands among characters: 0 not at all, 2 on both sides."""
    total = 0.0
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(tokens) and _is_open(tokens, j, letters):
            j += step
        if not 0 <= j < len(tokens):
            total += 0.5
        elif _is_sure(tokens, j, letters):
            total += 1.0
    return total


def _reading(sides: float) -> float:
    """Return the price of reading a common word as a character."""
    if sides >= 1.5:
        return 0.3
    return 0.7 if sides >= 1 else 1.4 if sides > 0 else 3.0


def _skipping(tokens: Sequence[Token], i: int, letters: bool) -> float:
    """Return the price of leaving a word out."""
    word = tokens[i].text
    if word in BETWEEN_DIGITS:
        return 0.0
    if _is_open(tokens, i, letters):
        sides = _sides(tokens, i, letters)
        if letters and i and tokens[i].capital and word != "i" and sides >= 1:
            # No sentence has an "A" in its middle.
            return 2.0
        return 0.6 if sides >= 1.5 else 0.3 if sides >= 1 else 0.05
    if _is_sure(tokens, i, letters):
        alone = not any(
            0 <= j < len(tokens) and (_is_sure(tokens, j, letters) or _is_open(tokens, j, letters))
            for j in (i - 1, i + 1)
        )
        number = is_number(word) or word in REPEATS
        if not number and _is_example(tokens, i):
            return 1.2
        return (1.5 if alone else 4.0) if number else (0.8 if alone else 2.5)
    return 0.1
