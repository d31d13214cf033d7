"""Names of people, said, spelled, or both: "Smith, S as in Sam, M, I, double T, H"."""

from __future__ import annotations

import difflib
import re

from dialogue.understanding.edits import parts
from dialogue.understanding.english_spelling import LETTERS, NATO
from dialogue.understanding.english_values import NAME_LEADS, NAME_TAILS, NO_NAMES, SPELLS
from dialogue.understanding.shapes import Pattern
from dialogue.understanding.symbols import Token, readings, tokens_of

_SPELLING = Pattern(r"[A-Z]{2,24}")
_MOST_WORDS = 4
_MOST_WITH = 2
"""Letters after a name that are a remark on it ("with a y") and not its spelling."""
_INTRODUCES = re.compile(
    r"\b(?:my (?:full |first |last )?name is|my name's|the name is|the name's|under the name of)\s+"
    r"(?P<name>[^\W\d_]+(?:['-][^\W\d_]+)*(?:\s+(?!(?:and|i|i'd|i'm|but|so|here|the|my)\b)[^\W\d_]+){0,2})",
    re.IGNORECASE,
)
"""Before a name that nobody asked for."""
_LIKE = 0.55
"""Likeness from which a spelling is that of the name beside it."""


def read_names(text: str, before: str = "") -> tuple[list[tuple[str, float]], str]:
    """Return the names that a turn may give, with prices in nats, and the beginning of a spelling.

    Args:
        text: The turn.
        before: Letters that were spelled in an earlier turn.
    """
    found: list[tuple[str, float]] = []
    letters = before
    for part in parts(tokens_of(_without_frame(text))):
        if part.restarts:
            found, letters = [], ""
        if part.edit is not None:
            base = (found[0][0] if found else letters).upper()
            words = base.rsplit(" ", 1)
            for value, price in part.edit.apply(words[-1]):
                letters = value
                found = [(_titled(" ".join((*words[:-1], value))), price)]
            continue
        if not part.tokens:
            continue
        said, spelled, price = _split(part.tokens)
        if spelled:
            if letters and not part.repairs and not said:
                spelled = letters + spelled
            letters = spelled
            said = said or ([] if part.repairs else _said_before(found))
            found = [(_with_spelling(said, spelled), price)]
            if said:
                found.append((_titled(" ".join(said)), price + 1.5))
        elif said:
            found = [(_titled(" ".join(said)), 0.4)]
    return found, letters if not found else ""


def introduced(text: str) -> str:
    """Return the name by which somebody introduces themselves unasked; empty for none."""
    found = _INTRODUCES.search(text.replace("’", "'"))
    names = read_names(found["name"])[0] if found else []
    return names[0][0] if names else ""


def _without_frame(text: str) -> str:
    """Drop what people say around a name."""
    left = text.replace("’", "'").strip(" .,;:!?")
    changed = True
    while changed:
        changed = False
        for lead in NAME_LEADS:
            match = re.match(rf"{lead}\b[\s,.:;]*", left, re.IGNORECASE)
            if match and len(left) > match.end():
                left, changed = left[match.end() :], True
        for tail in NAME_TAILS:
            match = re.search(rf"[\s,.:;]+{tail}[\s.,!]*$", left, re.IGNORECASE)
            if match and match.start():
                left, changed = left[: match.start()], True
    return left


def _split(tokens: tuple[Token, ...]) -> tuple[list[str], str, float]:
    """Return the words of a name, its spelling, and what is doubtful about the latter."""
    words = [token.text for token in tokens]
    for start in range(len(tokens)):
        if not _begins_spelling(words, start):
            continue
        head = _cleaned(words[:start])
        said = [option for option in readings(tokens[start:], _SPELLING) if len(option[0]) > 1]
        if said and _covers(words[start:]) and (not head or len(said[0][0]) > _MOST_WITH):
            return head, said[0][0], said[0][1]
    return _cleaned(words), "", 0.0


def _begins_spelling(words: list[str], i: int) -> bool:
    word = words[i]
    if word in ("double", "triple"):
        return True
    if word == "a" and i == 0 and len(words) > 1 and len(words[1]) > 1:
        return False
    nxt = words[i + 1] if i + 1 < len(words) else ""
    if len(word) == 1 and word.isalpha():
        return bool(nxt)
    return (word in LETTERS or word in NATO) and (
        len(nxt) == 1 or nxt in LETTERS or nxt in NATO or nxt in ("as", "double")
    )


def _covers(words: list[str]) -> bool:
    """Whether a stretch is mostly letters, not a sentence with an "I" in it."""
    spelled = sum(
        len(word) == 1 or word in LETTERS or word in NATO or word in ("as", "in", "for", "like",
                                                                      "double", "triple")
        for word in words
    )  # fmt: skip
    examples = sum(words[i - 1] in ("in", "for", "like") for i in range(1, len(words)))
    return spelled + examples >= 0.7 * len(words)


def _cleaned(words: list[str]) -> list[str]:
    text = " ".join(words)
    for phrase in sorted(SPELLS, key=len, reverse=True):
        text = re.sub(rf"(?:^| ){phrase}$", "", text)
    kept = [w for w in text.split() if w not in ("um", "uh", "er", "erm", "and", "with")]
    if len(kept) > _MOST_WORDS or any(word in NO_NAMES or word.isdigit() for word in kept):
        return []
    return kept


def _said_before(found: list[tuple[str, float]]) -> list[str]:
    return found[0][0].lower().split() if found else []


def _with_spelling(said: list[str], spelled: str) -> str:
    """Put a spelling in the place of the word that it spells."""
    if not said:
        return _titled(spelled)
    likeness = [difflib.SequenceMatcher(None, word, spelled.lower()).ratio() for word in said]
    best = max(range(len(said)), key=lambda i: (likeness[i], i))
    if likeness[best] < _LIKE:
        best = len(said) - 1
    words = [*said[:best], spelled.lower(), *said[best + 1 :]]
    return _titled(" ".join(words))


def _titled(name: str) -> str:
    def title(word: str) -> str:
        return "'".join(part.capitalize() if len(part) > 1 or i == 0 else part
                        for i, part in enumerate(word.split("'")))  # fmt: skip

    return " ".join(title(word) for word in name.split())
