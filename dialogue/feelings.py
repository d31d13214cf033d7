"""Feelings, read from a caller's words and never from their voice.

The words are data: those of the language, which a hotline may replace list by list
(`feelings.yaml`). A word counts only where the caller says it of themselves or of us: not where it
is denied, imagined, taken back, said of somebody else, or part of a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from dialogue.understanding import english_feelings as english
from dialogue.understanding import german_feelings as german
from dialogue.understanding.numbers import tokens

_REMEMBERED = 8
LASTS = 6
"""Turns after which a sign says nothing of the mood any more."""
_FRESH = 3
"""Turns within which one angry sign alone makes an angry mood."""
_ANGRY_POINTS = 3
"""Strength of signs together that makes an angry mood: annoyance repeated is anger."""
_STRONGEST = 3
_LONGEST_PHRASE = 6
_DENIED_WITHIN = 3
"""Words before a sign among which a negation denies it."""
_FRAMED_WITHIN = 6
_OWNED_WITHIN = 4
_SHORT = 4
"""A clause of so few words that names a feeling without an owner speaks of the caller."""
_EVIDENCE = 60
_SAME = 3
"""Turns in a row with the same words that show impatience."""
_CLAUSE = re.compile(r"[,.;:!?\n]+|\bbut\b|\bbecause\b")
_MASKED = re.compile(r"\b([fsb])[*#@]{2,}[a-z]*", re.IGNORECASE)
_UNMASKED = {"f": "fucking", "s": "shit", "b": "bitch"}


class Feeling(StrEnum):
    """What words show of how a caller feels."""

    CALM = "calm"
    ANNOYED = "annoyed"
    ANGRY = "angry"
    UPSET = "upset"
    """Sad, afraid or in distress."""
    PLEASED = "pleased"


@dataclass(frozen=True, slots=True)
class Sign:
    """Words of one turn that show a feeling."""

    turn: int
    feeling: Feeling
    strength: int
    """1 to 3."""
    words: str
    """The caller's own, as they were recognised."""


@dataclass(frozen=True, slots=True)
class FeelingWords:
    """Phrases by what they tell, in bare words; see `dialogue.understanding.english_feelings`."""

    angry: tuple[str, ...]
    annoyed: tuple[str, ...]
    upset: tuple[str, ...]
    pleased: tuple[str, ...]
    felt_angry: tuple[str, ...]
    felt_annoyed: tuple[str, ...]
    felt_upset: tuple[str, ...]
    own: tuple[str, ...]
    others: tuple[str, ...]
    negations: tuple[str, ...]
    denials: tuple[str, ...]
    unreal: tuple[str, ...]
    over: tuple[str, ...]
    harmless: tuple[str, ...]
    swearing: tuple[str, ...]
    stronger: tuple[str, ...]
    weaker: tuple[str, ...]
    subjects: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def phrases(self) -> Iterator[tuple[Feeling, tuple[str, ...], bool]]:
        """Yield (feeling, phrases, whether they need an owner)."""
        yield Feeling.ANGRY, self.angry, False
        yield Feeling.ANNOYED, self.annoyed, False
        yield Feeling.UPSET, self.upset, False
        yield Feeling.PLEASED, self.pleased, False
        yield Feeling.ANGRY, self.felt_angry, True
        yield Feeling.ANNOYED, self.felt_annoyed, True
        yield Feeling.UPSET, self.felt_upset, True


USUAL = {
    code: FeelingWords(
        **{name: getattr(words, name.upper()) for name in FeelingWords.__dataclass_fields__}
    )
    for code, words in (("en", english), ("de", german))
}
"""A language's own words, for the lists that a hotline does not write."""


def read_sign(text: str, words: FeelingWords, turn: int, before: Sequence[str] = ()) -> Sign | None:
    """Return the strongest sign of a feeling in a turn, or None.

    Args:
        text: The turn.
        words: The language's.
        turn: Its number.
        before: The turns before it, oldest first.
    """
    text = _MASKED.sub(lambda m: _UNMASKED[m[1].lower()], text.replace("’", "'"))
    found: list[Sign] = []
    swears = 0
    for part in _CLAUSE.split(text.lower()):
        clause = _without(tokens(part), words.harmless)
        swears += sum(word in words.swearing for word in clause)
        signs = list(_signs(clause, words))
        # "you fucking idiots" is "you idiots", and stronger.
        signs = signs or list(_signs([w for w in clause if w not in words.swearing], words))
        found += [
            Sign(turn, feeling, strength, shown[:_EVIDENCE]) for feeling, strength, shown in signs
        ]
    if any(f" {phrase} " in f" {' '.join(tokens(text))} " for phrase in words.over):
        return Sign(turn, Feeling.PLEASED, 1, _quoted(text))
    if impatient := _impatient(text, words, before):
        found.append(Sign(turn, Feeling.ANNOYED, 1, impatient))
    negative = [sign for sign in found if sign.feeling is not Feeling.PLEASED]
    if not negative and swears and not found:
        return Sign(turn, Feeling.ANNOYED, min(swears, 2), _quoted(text))
    if not negative:
        return found[0] if found else None
    best = max(negative, key=lambda sign: (sign.strength, sign.feeling is Feeling.ANGRY))
    more = best.strength + (1 if swears and best.feeling is not Feeling.UPSET else 0)
    return Sign(turn, best.feeling, min(more, _STRONGEST), best.words)


def remembered(signs: tuple[Sign, ...], sign: Sign | None) -> tuple[Sign, ...]:
    """Return the signs with a new one, bounded."""
    return signs if sign is None else (*signs, sign)[-_REMEMBERED:]


def mood(signs: Sequence[Sign], turn: int) -> Feeling:
    """Return how the caller feels at a turn: signs fade, add up, and end with thanks."""
    recent: list[Sign] = []
    for sign in signs:
        if sign.feeling is Feeling.PLEASED:
            recent = []
        elif sign.turn > turn - LASTS:
            recent.append(sign)
    against = [sign for sign in recent if sign.feeling in (Feeling.ANGRY, Feeling.ANNOYED)]
    points = sum(sign.strength for sign in against)
    fresh = any(s.feeling is Feeling.ANGRY and s.turn > turn - _FRESH for s in against)
    if fresh or points >= _ANGRY_POINTS:
        return Feeling.ANGRY
    if against:
        return Feeling.ANNOYED
    return Feeling.UPSET if recent else Feeling.CALM


def without_swearing(text: str, words: FeelingWords) -> str:
    """Return a text that the bot may say back: the words that it never says are left out."""
    kept = [word for word in text.split() if not set(tokens(word)) & set(words.swearing)]
    return " ".join(kept)


def _signs(clause: list[str], words: FeelingWords) -> Iterator[tuple[Feeling, int, str]]:
    """Yield (feeling, strength, the words that show it)."""
    at = 0
    while at < len(clause):
        longest = range(min(_LONGEST_PHRASE, len(clause) - at), 0, -1)
        match = next(((n, *hit) for n in longest if (hit := _known(clause, at, n, words))), None)
        if match is None:
            at += 1
            continue
        length, feeling, needs_owner = match
        owned = not needs_owner or _own(clause, at, words)
        if owned and not _denied(clause, at, words):
            strength = 2 if feeling is Feeling.ANGRY else 1
            before = clause[max(at - 1, 0) : at]
            if before and before[0] in words.stronger:
                strength += 1
            if _ends_with(clause[:at], words.weaker):
                feeling = Feeling.ANNOYED if feeling is Feeling.ANGRY else feeling
                strength = 1
            begin = max(at - 3, 0)
            yield feeling, strength, " ".join(clause[begin : at + length]).strip(" \0")
        at += length


def _known(
    clause: list[str], at: int, length: int, words: FeelingWords
) -> tuple[Feeling, bool] | None:
    return _index(words).get(" ".join(clause[at : at + length]))


@lru_cache(maxsize=16)
def _index(words: FeelingWords) -> dict[str, tuple[Feeling, bool]]:
    found: dict[str, tuple[Feeling, bool]] = {}
    for feeling, phrases, needs_owner in words.phrases:
        for phrase in phrases:
            found.setdefault(phrase, (feeling, needs_owner))
    return found


def _denied(clause: list[str], at: int, words: FeelingWords) -> bool:
    """Whether a sign is denied, or not said of now."""
    left = clause[:at]
    if left and left[-1] == "no":
        return True
    bare = [word for word in left if word not in words.stronger]
    if _ends_with(left, words.unreal) or _ends_with(bare, words.unreal):
        return True
    framed = f" {' '.join(left[-_FRAMED_WITHIN:])} "
    if any(f" {phrase} " in framed for phrase in words.denials):
        return True
    for word in reversed(left[-_DENIED_WITHIN:]):
        if word in words.negations and word != "no":
            return True
        if word in words.subjects:
            return False
    return False


def _own(clause: list[str], at: int, words: FeelingWords) -> bool:
    """Whether a named feeling is the caller's."""
    left = f" {' '.join(clause[:at])}"
    for phrase in words.weaker:
        left = left.removesuffix(f" {phrase}")
    for word in reversed(left.split()[-_OWNED_WITHIN:]):
        if word in words.own:
            return True
        if word in words.others:
            return False
    return at <= 2 and len(clause) <= _SHORT


def _impatient(text: str, words: FeelingWords, before: Sequence[str]) -> str:
    """Return the words that are said again and again, within the turn or over turns."""
    said = tokens(text)
    for i in range(len(said) - 2):
        if said[i] in words.repeated and said[i : i + 3] == [said[i]] * 3:
            return " ".join(said[i : i + 3])
    earlier = [tokens(turn) for turn in before[-(_SAME - 1) :]]
    if len(said) >= _SAME and len(earlier) == _SAME - 1 and all(e == said for e in earlier):
        return f"{_quoted(text)} ({_SAME} times)"
    return ""


def _without(clause: list[str], phrases: Sequence[str]) -> list[str]:
    """Put a mark in the place of phrases that show nothing."""
    left, at = [], 0
    while at < len(clause):
        longest = range(min(_LONGEST_PHRASE, len(clause) - at), 0, -1)
        length = next((n for n in longest if " ".join(clause[at : at + n]) in phrases), 0)
        left.append("\0" if length else clause[at])
        at += length or 1
    return left


def _ends_with(clause: Sequence[str], phrases: Sequence[str]) -> bool:
    said = f" {' '.join(clause)}"
    return any(said.endswith(f" {phrase}") for phrase in phrases)


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EVIDENCE else f"{line[: _EVIDENCE - 1]}…"
