"""Whether a sentence that a language model wrote may be said: only what the articles already say.

A sentence passes when one sentence of the articles bears it: its numbers, its names, most of its
words, and whether it affirms or denies. Links, addresses, markup, talk about the model itself, and
whatever promises or claims an action never pass. Rather one good sentence lost than one bad one
said: what is refused is answered as if there were no model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dialogue.spoken import sentences
from dialogue.understanding import english_grounding as english
from dialogue.understanding.english import TEENS, TENS, UNITS
from dialogue.understanding.numbers import tokens

LONGEST = 220
"""Characters of one sentence that is said."""
MOST = 3
"""Sentences of one answer."""

_BORNE = 0.6
"""Share of the words with a meaning that one sentence of the articles, with what was asked, must
hold."""
_BORNE_LINE = 0.8
"""The same of a line over notes, which all of them together must hold."""
_FEWEST = 3
_STRANGE = re.compile(
    r"https?:|www\.|\w\.(?:com|net|org|io|info|biz|ru|me|shop|app|co|de|uk)\b"
    r"|[@<>{}\[\]\\|`*_#~^=“”\"]|\S{26,}|[\x00-\x1f\x7f]",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"\b[A-Z][\w'’]*")
_WORD_NUMBERS = {**UNITS, **TEENS, **TENS}


def refusal(sentence: str, passages: Sequence[str], question: str) -> str:
    """Return why a sentence may not be said; empty when it may.

    Args:
        sentence: What the model wrote, one sentence.
        passages: The texts that it was given.
        question: What the caller asked.
    """
    said = " ".join(sentence.split())
    if not said or len(said) > LONGEST:
        return "length"
    if _STRANGE.search(said) or not said.isprintable() or not _western(said):
        return "strange characters"
    if "?" in said:
        return "a question"
    bare = f" {' '.join(tokens(said))} "
    if any(f" {phrase} " in bare for phrase in english.NEVER):
        return "not its business"
    if any(f" {phrase} " in bare for phrase in english.CLAIMS):
        return "claims an action"
    bearing = [s for passage in passages for s in sentences(passage)]
    if _names(said) - _names_in((*bearing, question)):
        return "a name from nowhere"
    meaning = _meaning(said)
    if len(meaning) < _FEWEST:
        return "says nothing"
    return _unborne(said, meaning, bearing, question)


def refusal_of_line(line: str, notes: Sequence[str]) -> str:
    """Return why one line may not stand over notes for a person; empty when it may.

    Unlike an answer it may draw on several notes, and speak of the caller and of what was done,
    but with the notes' own words.

    Args:
        line: What the model wrote.
        notes: What it was given.
    """
    if not line or len(line) > LONGEST or len(sentences(line)) != 1:
        return "length"
    if _STRANGE.search(line) or not line.isprintable() or not _western(line):
        return "strange characters"
    if "?" in line:
        return "a question"
    bare, known = f" {' '.join(tokens(line))} ", f" {' '.join(tokens(' . '.join(notes)))} "
    for phrase in (*english.NEVER, *english.CLAIMS):
        if f" {phrase} " in bare and f" {phrase} " not in known and phrase != "the caller":
            return "not its business"
    if _names(line) - _names_in(notes):
        return "a name from nowhere"
    told = _meaning(line)
    if len(told) < _FEWEST:
        return "says nothing"
    if len(told & frozenset().union(*map(_meaning, notes))) < _BORNE_LINE * len(told):
        return "not in the notes"
    if _numbers(line) - frozenset().union(*map(_numbers, notes)):
        return "a number from nowhere"
    nearest = max(notes, key=lambda note: len(told & _meaning(note)))
    if (_denies(line) and not any(map(_denies, notes))) or (_denies(nearest) and not _denies(line)):
        return "affirms or denies what the notes do not"
    return ""


def _unborne(said: str, meaning: frozenset[str], bearing: Sequence[str], question: str) -> str:
    """Return why no sentence of the articles bears what is said; empty when one does."""
    asked = _meaning(question)
    numbers, denies = _numbers(said), _denies(said)
    why = "not in the articles"
    for sentence in bearing:
        known = _meaning(sentence)
        share = len(meaning & (known | asked)) / len(meaning)
        if share < _BORNE or len(meaning & known) < min(2, len(known)):
            continue
        if numbers - _numbers(sentence):
            why = "a number from nowhere"
        elif denies is not _denies(sentence):
            why = "affirms or denies what the articles do not"
        else:
            return ""
    return why


@lru_cache(maxsize=2_048)
def _meaning(text: str) -> frozenset[str]:
    """Return the words with a meaning, without their endings; numbers are looked at apart."""
    words = (word for word in tokens(text) if word not in english.EMPTY)
    return frozenset(
        _stem(word) for word in words if not word.isdigit() and word not in _WORD_NUMBERS
    )


def _stem(word: str) -> str:
    word = word.split("'")[0]
    for ending in english.ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=2_048)
def _numbers(text: str) -> frozenset[str]:
    """Return the numbers in a text, in digits or in words, each as it stands.

    "One" is a number only before what is counted: "one of our stores" counts nothing.
    """
    words = tokens(text)
    found = set()
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else ""
        if word.isdigit():
            found.add(word.lstrip("0") or "0")
        elif word == "one" and following not in english.COUNTED:
            continue
        elif word in _WORD_NUMBERS and word not in ("o", "oh"):
            found.add(_WORD_NUMBERS[word].lstrip("0") or "0")
        elif word in english.MULTIPLES:
            found.add(english.MULTIPLES[word])
    return frozenset(found)


def _denies(text: str) -> bool:
    words = tokens(text)
    return any(word in english.DENYING or word.endswith("n't") for word in words)


def _names(text: str) -> set[str]:
    """Return capitalised words that do not begin the sentence."""
    first = text.lstrip("“\"'(")
    found = {match[0].lower() for match in _CAPITAL.finditer(first) if match.start() > 0}
    return {name.split("'")[0].split("’")[0] for name in found} - english.CAPITALS


def _names_in(texts: Sequence[str]) -> set[str]:
    return {word.split("'")[0] for text in texts for word in tokens(text)}


def _western(text: str) -> bool:
    """Whether it can be read out: no other script, no look-alike letters."""
    return all(ord(char) < 0x250 or char in "‘’“”–—…€£" for char in text)
