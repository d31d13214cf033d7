"""How callers put a dictated value right: "no wait, …", "five not nine", "the last digit is eight".

An explicit edit says what changes ("the second one is five"). A plain repair ("sorry, four four
seven") gives new characters, and what they take the place of has to be found out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from dialogue.understanding.english import REPEATS, SOUND_ALIKES, UNITS
from dialogue.understanding.english_spelling import (
    LETTERS,
    MIDDLE,
    NATO,
    ORDINALS,
    REPAIRS,
    RESTARTS,
)
from dialogue.understanding.symbols import Token


class Edit(Protocol):
    """A change of a value that was said."""

    def apply(self, value: str) -> tuple[tuple[str, float], ...]:
        """Return what the value may be afterwards, with prices; empty where it does not fit."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at one place: "the second one is five", "it ends in one seven"."""

    at: int
    """Counted from the end where negative."""
    now: str

    def apply(self, value: str) -> tuple[tuple[str, float], ...]:
        count = len(self.now)
        start = self.at if self.at >= 0 else len(value) + self.at
        if start < 0 or start + count > len(value):
            return ()
        changed = value[:start] + self.now + value[start + count :]
        if self.at != -count or not value:
            return ((changed, 0.0),)
        # "… the last digit is seven": or it is the one that was still to come.
        return ((changed, 0.0), (value + self.now, 0.6))


@dataclass(frozen=True, slots=True)
class Swap:
    """One thing for another: "five not nine", "change the nine to a five"."""

    old: str
    now: str

    def apply(self, value: str) -> tuple[tuple[str, float], ...]:
        found: list[tuple[str, float]] = []
        at = value.rfind(self.old)
        while at >= 0:
            changed = value[:at] + self.now + value[at + len(self.old) :]
            # Where it stands more than once, the last is the likelier.
            found.append((changed, 0.7 * len(found)))
            at = value.rfind(self.old, 0, at)
        if not found and self.now in value:
            # It was understood right in the first place.
            found.append((value, 0.1))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a turn between two repairs."""

    tokens: tuple[Token, ...]
    edit: Edit | None = None
    repairs: bool = False
    """Something before it was put right by it."""
    restarts: bool = False
    """All before it is void."""


def parts(tokens: Sequence[Token]) -> list[Part]:
    """Cut a turn where it puts itself right."""
    found: list[Part] = []
    for words, repairs, restarts in _cut(tokens):
        named = _edit(words)
        if named is None:
            found.append(Part(tuple(words), None, repairs, restarts))
            continue
        edit, start, end = named
        if start:
            found.append(Part(tuple(words[:start]), None, repairs, restarts))
            repairs = restarts = False
        found.append(Part((), edit, repairs, restarts))
        if end < len(words):
            found.append(Part(tuple(words[end:])))
    return found


def names_an_edit(tokens: Sequence[Token]) -> bool:
    """Whether the turn says what to change in a value."""
    return any(part.edit is not None for part in parts(tokens))


def repaired(before: str, now: str) -> tuple[tuple[str, float], ...]:
    """Return what `before` may be after `now` was said to put it right, with prices."""
    if not before:
        return ((now, 0.0),)
    found: dict[str, float] = {}

    def add(value: str, price: float) -> None:
        found[value] = min(price, found.get(value, price))

    again = now[:2] == before[:2] if len(now) > 1 else now == before
    # Said again from the beginning.
    add(now, 0.0 if again else 0.4 if len(now) >= len(before) else 0.9)
    for at in range(1, len(before)):
        left = len(before) - at
        if left == len(now):
            add(before[:at] + now, 0.2)
        elif at == len(before) - 1:
            # The last one was wrong, and more follows it.
            add(before[:at] + now, 0.4 + again)
        elif now[0] == before[at] and left < len(now):
            # Taken up again from a character before.
            add(before[:at] + now, 0.5 + again)
        elif now[0] == before[at]:
            add(before[:at] + now, 1.2 + again)
        else:
            add(before[:at] + now, 1.6 + again)
    # The repair was none: "four four, sorry, one one seven".
    add(before + now, 0.9 + again)
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def joined(before: str, now: str) -> tuple[tuple[str, float], ...]:
    """Return what two pieces of one value may be together, with prices."""
    if not before or not now:
        return ((before or now, 0.0),)
    found = {before + now: 0.0}
    again = len(now) >= 2 and (now.startswith(before) or before.startswith(now))
    found.setdefault(now, 0.1 if len(now) > len(before) and again else 1.5)
    for overlap in range(1, min(len(before), len(now))):
        # The second piece takes up the end of the first.
        if before.endswith(now[:overlap]):
            found.setdefault(before + now[overlap:], 0.9 if overlap > 1 else 1.3)
    return tuple(sorted(found.items(), key=lambda item: item[1]))


# --- cutting -------------------------------------------------------------------------------------

_MARKS = sorted(
    [(tuple(phrase.split()), False) for phrase in REPAIRS]
    + [(tuple(phrase.split()), True) for phrase in RESTARTS],
    key=lambda mark: -len(mark[0]),
)


def _cut(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], bool, bool]]:
    """Yield (words, whether they repair, whether they restart)."""
    words = [token.text for token in tokens]
    segment: list[Token] = []
    repairs = restarts = False
    i = 0
    while i < len(words):
        mark = next((m for m in _MARKS if tuple(words[i : i + len(m[0])]) == m[0]), None)
        if mark is None:
            segment.append(tokens[i])
            i += 1
            continue
        if segment or repairs:
            yield segment, repairs, restarts
            restarts = False
        segment = []
        repairs, restarts = True, restarts or mark[1]
        i += len(mark[0])
    yield segment, repairs, restarts


# --- explicit edits ------------------------------------------------------------------------------

_NAMED = {**UNITS, **{word: letter.upper() for word, letter in NATO.items()}}
_LIKE = {
    **SOUND_ALIKES,
    **{word: letter.upper() for word, letter in LETTERS.items() if word not in ("a", "i", "be")},
}
_ONE = rf"(?:\d+|[A-Z]|{'|'.join(sorted(_LIKE, key=len, reverse=True))})"
_PLACE = "|".join(sorted((*ORDINALS, *MIDDLE), key=len, reverse=True))
_THING = r"(?:1|ones?|digit|digits|number|numbers|letter|letters|character|characters|figure)"
_IS = (
    r"(?:is|was|are|were|should be|should have been|must be|has to be|ought to be|"
    r"needs to be|would be|is supposed to be)"
)
_A = r"(?:(?:a|an|the|actually|really|supposed to be) )*"
_INSTEAD = r"(?:not|and not|instead of|rather than|in place of)"
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "place",
        re.compile(
            rf"(?:the )?(?P<at>{_PLACE}) (?:{_THING} )?{_IS} (?:not {_A}{_ONE} (?:but |it is )?)?"
            rf"{_A}(?P<now>{_ONE})(?: {_INSTEAD} {_A}{_ONE})?"
        ),
    ),
    (
        "counted",
        re.compile(
            rf"(?:the )?(?P<end>first|last) (?P<count>[2-5]) (?:{_THING} )?{_IS} "
            rf"(?P<now>{_ONE}(?: {_ONE})*)"
        ),
    ),
    (
        "ends",
        re.compile(
            rf"(?:(?:it|that|which) )?(?:ends|ending|finishes) (?:in|with|on) {_A}"
            rf"(?P<now>{_ONE}(?: {_ONE})*)"
        ),
    ),
    (
        "begins",
        re.compile(
            rf"(?:(?:it|that|which) )?(?:starts|starting|begins|beginning) (?:in|with) {_A}"
            rf"(?P<now>{_ONE}(?: {_ONE})*)"
        ),
    ),
    *(
        (
            "swap",
            re.compile(
                rf"(?:(?:it is|that is|that was|is|i said) )?{_A}"
                rf"(?P<now>{_ONE}(?: {_ONE}){{{more}}}) {_INSTEAD} "
                rf"{_A}(?P<old>{_ONE}(?: {_ONE}){{{more}}})(?! {_ONE}\b)"
            ),
        )
        for more in (3, 2, 1, 0)
    ),
    (
        "swap",
        re.compile(
            rf"(?:is )?not {_A}(?P<old>{_ONE})(?: (?:but|it is|that is|is))* {_A}(?P<now>{_ONE})"
        ),
    ),
    ("swap", re.compile(rf"the (?P<old>{_ONE}) (?:should|must|has to|needs to|ought to) be {_A}"
                        rf"(?P<now>{_ONE})")),
    ("swap", re.compile(rf"(?:change|replace|swap) the (?P<old>{_ONE}) (?:to|2|with|by|into|for) "
                        rf"{_A}(?P<now>{_ONE})")),
)  # fmt: skip


POINTING = frozenset(("that", "this", "another", "other"))
"""Before "one", where it is no digit: "not that one, 27182"."""


def _edit(tokens: Sequence[Token]) -> tuple[Edit, int, int] | None:
    """Find an explicit edit: (edit, index of its first word, index after its last)."""
    words: list[str] = []
    begin: list[int] = []
    for i, token in enumerate(tokens):
        for word in _plain(tokens, i, token):
            words.append(word)
            begin.append(i)
    text = " ".join(words)
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    best: tuple[int, int, Edit] | None = None
    for kind, form in _FORMS:
        for match in form.finditer(text):
            if match.start() not in starts or match.end() + 1 not in starts:
                continue
            if best is not None and match.start() >= best[0]:
                break
            if edit := _made(kind, match):
                best = (match.start(), match.end() + 1, edit)
                break
    if best is None:
        return None
    first, after = starts.index(best[0]), starts.index(best[1])
    end = begin[after - 1] + 1
    return best[2], begin[first], end


def _plain(tokens: Sequence[Token], i: int, token: Token) -> Iterator[str]:
    """Write a word for the patterns: digits as figures, surely spelled letters as capitals."""
    word = token.text
    if i and tokens[i - 1].text in REPEATS and (digit := _character(word)):
        yield from [digit] * REPEATS[tokens[i - 1].text]
    elif word in REPEATS and i + 1 < len(tokens) and _character(tokens[i + 1].text):
        return
    elif word.isdigit():
        yield from word
    elif word == "one" and i and tokens[i - 1].text in POINTING:
        yield word
    elif word in UNITS and word not in ("o", "oh"):
        yield UNITS[word]
    elif word in ("it's", "that's"):
        yield from (word[:-2], "is")
    elif word in ("isn't", "wasn't"):
        yield from ("is", "not")
    elif word == "one's":
        yield from ("1", "is")
    elif word in NATO:
        yield NATO[word].upper()
    elif len(word) == 1 and (token.capital or word not in ("a", "i", "o")):
        yield word.upper()
    else:
        yield word


def _character(word: str) -> str:
    if len(word) == 1:
        return word.upper()
    return _NAMED.get(word) or _LIKE.get(word) or ""


def _characters(text: str) -> str:
    return "".join(word if word.isdigit() else _character(word) for word in text.split())


def _made(kind: str, match: re.Match[str]) -> Edit | None:
    now = _characters(match["now"])
    match kind:
        case "place":
            if match["at"] in MIDDLE:
                return Middle(now)
            return Place(ORDINALS[match["at"]], now)
        case "counted":
            count = int(match["count"])
            if len(now) != count:
                return None
            return Place(0 if match["end"] == "first" else -count, now)
        case "ends":
            return Place(-len(now), now)
        case "begins":
            return Place(0, now)
        case _:
            return Swap(_characters(match["old"]), now)


@dataclass(frozen=True, slots=True)
class Middle:
    """What stands in the middle."""

    now: str

    def apply(self, value: str) -> tuple[tuple[str, float], ...]:
        return Place(len(value) // 2, self.now).apply(value) if len(value) % 2 else ()
