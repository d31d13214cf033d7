"""Codes of digits as people say them and recognisers write them.

"four four one one seven", "forty-four one seventeen", "double four, one, one, seven", "44,117",
"4 4 1, 1 7." and "forty-four thousand one hundred and seventeen" are one code. Where words allow
several readings ("twenty one" is 21 or 20 1), the length of the code decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialogue.understanding.english import (
    BETWEEN_DIGITS,
    CORRECTIONS,
    REPEATS,
    SOUND_ALIKES,
    TEENS,
    TENS,
    UNITS,
)

_HYPHENATED = re.compile(rf"\b({'|'.join(TENS)})-({'|'.join(UNITS)})\b")
_TOKEN = re.compile(r"\d+|[a-z]+(?:'[a-z]+)?")
_SCALES = ("hundred", "thousand")
_LONGEST_RUN = 24
_MOST_READINGS = 64


@dataclass(frozen=True, slots=True)
class CodeReading:
    """The code that a turn holds, or its beginning."""

    digits: str
    complete: bool
    others: tuple[str, ...] = ()
    """Further readings of the right length."""


def tokens(text: str) -> list[str]:
    """Return words and digit groups, lower case, without punctuation."""
    return _TOKEN.findall(text.lower().replace("’", "'"))


def _number_tokens(text: str) -> list[str]:
    """Return tokens with "forty-four" as one number: a hyphen leaves no doubt."""
    return tokens(_HYPHENATED.sub(lambda m: f"{TENS[m[1]][0]}{UNITS[m[2]]}", text.lower()))


def read_code(text: str, length: int, *, expected: bool) -> CodeReading | None:
    """Find a code of `length` digits.

    Args:
        text: A turn as recognised.
        length: Digits of a complete code.
        expected: The code was just asked for: parts of it count, and sound-alikes ("for") may
            begin or end it. Otherwise only a complete code is reported.
    """
    found: CodeReading | None = None
    for number, segment in enumerate(_corrected(_number_tokens(text))):
        corrects = number > 0
        for alternatives in _runs(segment, edges=expected):
            reading = _best(alternatives, length)
            if reading is None:
                continue
            if found is None or reading.complete:
                found = reading
            elif corrects or not found.complete:
                found = _joined(found.digits, reading.digits, length, corrects=corrects)
                corrects = False
    if found is None or not (found.complete or expected):
        return None
    return found


def _joined(before: str, after: str, length: int, *, corrects: bool) -> CodeReading:
    """Put two parts of a code together; a correction takes the place of what it corrects."""
    if len(before) + len(after) > length:
        before = before[: length - len(after)]
    elif corrects and len(before) + len(after) < length:
        before = before[: -len(after)]
    digits = before + after
    return CodeReading(digits, len(digits) == length)


def without_codes(text: str) -> str:
    """Return the text without its numbers, so that they do not colour its meaning."""
    kept: list[str] = []
    words = _number_tokens(text)
    covered = _covered(words)
    for i, word in enumerate(words):
        if i not in covered:
            kept.append(word)
    return " ".join(kept)


def _covered(words: Sequence[str]) -> set[int]:
    """Indices of words that belong to a run of at least three digits."""
    covered: set[int] = set()
    for start, run in _located_runs(words):
        reading = next(iter(_readings(tuple(run))), "")
        if len(reading) >= 3:
            covered.update(range(start, start + len(run)))
    return covered


def _corrected(words: list[str]) -> Iterator[list[str]]:
    """Cut a turn where it corrects itself."""
    segment: list[str] = []
    i = 0
    while i < len(words):
        marker = next((m for m in CORRECTIONS if words[i : i + len(m.split())] == m.split()), None)
        if marker is None:
            segment.append(words[i])
            i += 1
        else:
            yield segment
            segment = []
            i += len(marker.split())
    yield segment


def _is_number(word: str) -> bool:
    return word.isdigit() or word in UNITS or word in TEENS or word in TENS


def _fits(word: str) -> bool:
    return (
        _is_number(word)
        or word in REPEATS
        or word in ("hundred", "thousand")
        or word in SOUND_ALIKES
        or word in BETWEEN_DIGITS
    )


def _located_runs(words: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (start, run) for each stretch of number words, trimmed to begin and end with one."""
    i = 0
    while i < len(words):
        if not (_is_number(words[i]) or words[i] in REPEATS):
            i += 1
            continue
        end = i
        while end < len(words) and _fits(words[end]):
            end += 1
        stop = end
        while stop > i and not (_is_number(words[stop - 1]) or words[stop - 1] in _SCALES):
            stop -= 1
        if stop > i:
            yield i, list(words[i:stop])
        i = max(end, i + 1)


def _runs(words: Sequence[str], *, edges: bool) -> Iterator[list[list[str]]]:
    """Yield each stretch of number words, with the other ways to see its edges."""
    for start, run in _located_runs(words):
        if len(run) > _LONGEST_RUN:
            continue
        seen = [run]
        while run and run[0] in ("oh", "o"):
            # "oh, 4 4 1 1 7": a sigh, unless the length says that it is a zero.
            run = run[1:]
            seen.append(run)
        run, stop = seen[0], start + len(seen[0])
        if edges:
            # "for four one one seven": the recogniser wrote the first digit as a word.
            before = [word for word in words[max(start - 1, 0) : start] if word in SOUND_ALIKES]
            after = [word for word in words[stop : stop + 1] if word in SOUND_ALIKES]
            seen += [before + run, run + after, before + run + after]
        yield [option for option in seen if option]


def _best(alternatives: Sequence[Sequence[str]], length: int) -> CodeReading | None:
    partial = ""
    for run in alternatives:
        readings = _readings(tuple(run))
        exact = [reading for reading in readings if len(reading) == length]
        # Said twice to be sure.
        exact += [r[:length] for r in readings if len(r) == 2 * length and r[:length] == r[length:]]
        if exact:
            return CodeReading(exact[0], True, tuple(dict.fromkeys(exact[1:])))
        if not partial and readings and len(readings[0]) < length:
            partial = readings[0]
    return CodeReading(partial, False) if partial else None


@lru_cache(maxsize=4096)
def _below_hundred(run: tuple[str, ...], i: int) -> tuple[int, int] | None:
    """Read a cardinal of 0..99 at `i`: (value, next index)."""
    if i >= len(run):
        return None
    word = run[i]
    if word.isdigit():
        return (int(word), i + 1) if len(word) <= 2 else None
    if word in TENS:
        unit = UNITS.get(run[i + 1], run[i + 1]) if i + 1 < len(run) else "0"
        if unit in "123456789":
            return int(TENS[word]) + int(unit), i + 2
        return int(TENS[word]), i + 1
    known = TEENS.get(word) or UNITS.get(word)
    return (int(known), i + 1) if known else None


def _cardinal(run: tuple[str, ...], i: int) -> tuple[str, int] | None:
    """Read "… hundred …" or "… thousand …" at `i`: (digits, next index)."""
    head = _below_thousand(run, i)
    if head is None or head[1] >= len(run) or run[head[1]] != "thousand":
        head = _hundreds(run, i)
        return None if head is None else (str(head[0]), head[1])
    after = head[1] + 1
    tail = _below_thousand(run, after + 1 if run[after : after + 1] == ("and",) else after)
    if tail is None:
        return f"{head[0]}000", after
    return f"{head[0]}{tail[0]:03d}", tail[1]


def _below_thousand(run: tuple[str, ...], i: int) -> tuple[int, int] | None:
    if i < len(run) and run[i].isdigit() and len(run[i]) == 3:
        return int(run[i]), i + 1
    return _hundreds(run, i) or _below_hundred(run, i)


def _hundreds(run: tuple[str, ...], i: int) -> tuple[int, int] | None:
    head = _below_hundred(run, i)
    if head is None or not 0 < head[0] < 10 or run[head[1] : head[1] + 1] != ("hundred",):
        return None
    after = head[1] + 1
    tail = _below_hundred(run, after + 1 if run[after : after + 1] == ("and",) else after)
    return (head[0] * 100, after) if tail is None else (head[0] * 100 + tail[0], tail[1])


@lru_cache(maxsize=4096)
def _pieces(run: tuple[str, ...], i: int) -> tuple[tuple[str, int], ...]:
    """Return the readings of what stands at `i`, likeliest first: (digits, next index)."""
    word = run[i]
    if (number := _cardinal(run, i)) is not None:
        return (number,)
    if word in REPEATS and i + 1 < len(run):
        digit = UNITS.get(run[i + 1]) or SOUND_ALIKES.get(run[i + 1]) or run[i + 1]
        if digit.isdigit() and len(digit) == 1:
            return ((digit * REPEATS[word], i + 2),)
        return (("", i + 1),)
    if word in TENS:
        joined = _below_hundred(run, i)
        apart = (TENS[word], i + 1)
        return ((str(joined[0]), joined[1]), apart) if joined and joined[1] > i + 1 else (apart,)
    digits = word if word.isdigit() else UNITS.get(word) or TEENS.get(word)
    digits = digits or SOUND_ALIKES.get(word)
    if digits is not None and word in SOUND_ALIKES:
        return ((digits, i + 1), ("", i + 1))
    return ((digits or "", i + 1),)


def _readings(run: tuple[str, ...]) -> tuple[str, ...]:
    """Return the digit strings that a run can mean, likeliest first."""
    found: list[str] = []
    stack: list[tuple[str, int]] = [("", 0)]
    steps = 0
    while stack and len(found) < _MOST_READINGS and steps < 4096:
        steps += 1
        digits, i = stack.pop()
        if i == len(run):
            if digits and digits not in found:
                found.append(digits)
            continue
        for piece, after in reversed(_pieces(run, i)):
            stack.append((digits + piece, after))
    return tuple(found)
