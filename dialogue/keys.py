"""What key presses mean for the open question; pure, and total: any keys have a meaning.

`0` asks for a person, unless a code is being keyed. `*` voids what was keyed before it and repeats.
`#` finishes a code. Keys that a question does not need are kept for the next one (type-ahead), but
a yes is never typed ahead: it would confirm what was not heard.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from dialogue.question import Question, Topic

KEYS = "0123456789*#"
PERSON = "0"
REPEAT = "*"
FINISH = "#"
_YES, _NO = "1", "2"
_CLOSED = (Topic.CONFIRM, Topic.VALUE, Topic.PERSON, Topic.MORE, Topic.GO_ON)
"""Questions that a yes or a no answers."""


_LISTED = (Topic.CHOICE, Topic.PICK, Topic.PERSON)
"""Questions whose options have keys of their own."""


class Meaning(StrEnum):
    """What the first of the keys amount to."""

    PERSON = "person"
    REPEAT = "repeat"
    CODE = "code"
    """Digits of the code that is asked for, or of any code when it is complete."""
    YES = "yes"
    NO = "no"
    OPTION = "option"
    """One of the question's options."""
    FINISH = "finish"
    """`#` without anything to finish, or after the beginning of a code."""
    UNFIT = "unfit"
    """Nothing here."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """The meaning of the first keys, and those that are left."""

    meaning: Meaning
    value: str = ""
    """A code's digits, or the index of an option."""
    rest: str = ""
    """Shorter than what was read, always."""
    anew: bool = False
    """`*` came before: what was keyed of a code earlier is void."""


def known_keys(keys: str) -> str:
    """Return the keys without what no keypad of a caller has (A to D, and anything else)."""
    return "".join(key for key in keys if key in KEYS)


def read_keys(
    keys: str,
    question: Question | None,
    codes: Collection[int],
    *,
    digits: int = 0,
    partial: str = "",
    ahead: bool = False,
) -> Pressed:
    """Read the first of the keys.

    Args:
        keys: Key presses in order, at least one.
        question: The question that is open.
        codes: Lengths of the hotline's codes.
        digits: Length of the code that is asked for; 0 when none is.
        partial: Its digits that came earlier.
        ahead: The keys were pressed before the question was asked.
    """
    _, star, keys = keys.rpartition(REPEAT)
    anew = bool(star)
    if not keys:
        return Pressed(Meaning.REPEAT, anew=anew)
    if anew:
        partial = ""
    bare = keys.lstrip(FINISH)
    if not bare:
        return Pressed(Meaning.FINISH, anew=anew)
    run, _, _ = bare.partition(FINISH)
    if digits:
        return _read_code(bare, run, digits, partial, anew=anew)
    if len(run) in codes:
        return Pressed(Meaning.CODE, run, _after(bare, len(run)), anew)
    first, rest = bare[0], bare[1:]
    if first == PERSON:
        return Pressed(Meaning.PERSON, rest=rest, anew=anew)
    match question:
        case Question(topic=Topic.CHOICE | Topic.PICK | Topic.PERSON, options=options) if (
            options and (not ahead or question.topic is not Topic.PERSON)
        ):
            if int(first) <= len(options):
                return Pressed(Meaning.OPTION, str(int(first) - 1), _after(bare, 1), anew)
            if question.topic is Topic.PERSON and int(first) == len(options) + 1:
                return Pressed(Meaning.NO, rest=_after(bare, 1), anew=anew)
        case Question(topic=topic) if topic in _CLOSED and not ahead:
            if first in (_YES, _NO):
                meaning = Meaning.YES if first == _YES else Meaning.NO
                return Pressed(meaning, rest=_after(bare, 1), anew=anew)
        case _:
            pass
    return Pressed(Meaning.UNFIT, rest=rest, anew=anew)


def _read_code(keys: str, run: str, digits: int, partial: str, *, anew: bool) -> Pressed:
    if keys.rstrip(FINISH) == PERSON and not partial:
        return Pressed(Meaning.PERSON, anew=anew)
    if len(run) == digits:
        # Keyed in full, whatever came before.
        return Pressed(Meaning.CODE, run, _after(keys, digits), anew=True)
    taken = run[: digits - len(partial)]
    return Pressed(Meaning.CODE, taken, _after(keys, len(taken)), anew)


def _after(keys: str, count: int) -> str:
    """Return what follows the first keys and what finishes them."""
    return keys[count:].lstrip(FINISH)
