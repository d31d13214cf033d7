"""Postal addresses as people say them: "um, it's twelve oh four Oak Street in Salem, 97301".

What is read is written as on an envelope: "1204 Oak Street, Salem 97301". Whatever is said before
the number of the house, and after the town, is no part of it. Of several addresses in one turn, of
which the later put the earlier right, the last counts, and keeps what only the earlier one told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dialogue.understanding.cardinals import with_scale
from dialogue.understanding.english import TEENS, TENS, UNITS
from dialogue.understanding.english_address import (
    IN,
    NO_STREETS,
    SAINT,
    STREETS,
    TAILS,
    UNITS_OF_A_HOUSE,
)
from dialogue.understanding.texts import REPAIR

_WORD = re.compile(r"\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+(?:['’.-][^\W\d_]+)*", re.IGNORECASE)
_LONGEST_NAME = 5
"""Words of a street's name."""
_LONGEST_TOWN = 3
_FILLERS = frozenset(("um", "uh", "er", "erm", "number", "no"))
_LEADS = frozenset((*_FILLERS, "it's", "that's", "it", "is", "the", "i", "meant", "said", "in"))
"""Before what puts something right."""
_COUNTED = frozenset(("of", "dollars", "euros", "days", "times"))
"""After a number that is not a house's."""
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)


_NO_NAMES = frozenset(
    ("is", "are", "was", "going", "goes", "go", "to", "the", "needs", "should", "my", "our", "i")
)
"""Words that are in no street's name, although "place" and "way" may end it."""


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; what was not said is empty."""

    number: str = ""
    street: str = ""
    unit: str = ""
    town: str = ""
    postcode: str = ""

    def __str__(self) -> str:
        """As it is written."""
        house = " ".join(filter(None, (self.number, self.street)))
        town = " ".join(filter(None, (self.town, self.postcode)))
        return ", ".join(filter(None, (house, self.unit, town)))

    def put_right(self, later: Address) -> Address:
        """Return it with what was said later in the place of what it replaces."""
        told = {
            name: value
            for name in ("number", "street", "unit", "town", "postcode")
            if (value := getattr(later, name))
        }
        if later.town and not later.postcode:
            told["postcode"] = self.postcode if later.town == self.town else ""
        return replace(self, **told)


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    comma: bool
    """Whether a sign stands between it and the next."""

    @property
    def plain(self) -> str:
        return self.text.lower().replace("’", "'").rstrip(".")


def told_address(text: str) -> str:
    """Return an address that a turn tells although nobody asked; empty for none.

    It has the number of a house, and a street that is called one.
    """
    address = read_address(text)
    words = address.street.lower().split()
    whole = address.number and len(words) > 1 and words[-1] in STREETS
    return str(address) if whole and _NO_NAMES.isdisjoint(words) else ""


def read_address(text: str, before: Address | None = None) -> Address:
    """Return the address that a turn gives, as far as it does.

    Args:
        text: A turn as recognised.
        before: What it puts right.
    """
    before = before or Address()
    found = before
    for i, piece in enumerate(REPAIR.split(text)):
        words = _without_tail(_words(piece))
        parts = list(_parts(words))
        if not parts and (i or before != Address()):
            parts = list(_corrections(words))
        for part in parts:
            found = found.put_right(part)
    return found


def _words(text: str) -> list[_Word]:
    plain = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", " ", text)
    matches = list(_WORD.finditer(plain))
    found = []
    for match, after in zip(matches, [*matches[1:], None], strict=False):
        between = plain[match.end() : after.start() if after else len(plain)]
        found.append(_Word(match[0], bool(re.search(r"[,.;:]", between))))
    return found


def _without_tail(words: list[_Word]) -> list[_Word]:
    changed = True
    while changed:
        changed = False
        for tail in TAILS:
            count = len(tail.split())
            if len(words) > count and [w.plain for w in words[-count:]] == tail.split():
                words, changed = words[:-count], True
    return words


# --- parts ---------------------------------------------------------------------------------------


def _parts(words: Sequence[_Word]) -> Iterator[Address]:
    """Yield the addresses in a stretch, each from its house's number on."""
    starts = list(_houses(words))
    if not starts:
        if part := _no_house(words):
            yield part
        else:
            # Its number may have been misheard; it is read back.
            yield from _street_alone(words)
        return
    ends = [start for start, *_ in starts[1:]] + [len(words)]
    for (start, number, street, after), end in zip(starts, ends, strict=True):
        yield _behind(Address(number, street), words[after:end], led=_unit_before(words, start))


def _houses(words: Sequence[_Word]) -> Iterator[tuple[int, str, str, int]]:
    """Yield the houses: index of the number, number, street, index after it."""
    i = 0
    while i < len(words):
        found = _number(words, i)
        if found is None or _is_of_a_unit(words, i):
            i += 1
            continue
        number, after = found
        counts = after < len(words) and words[after].plain in _COUNTED
        street = None if counts else _street(words, after)
        if street is None:
            i = after
            continue
        yield i, number, *street
        i = street[1]


def _street(words: Sequence[_Word], start: int) -> tuple[str, int] | None:
    """Return the name of a street that begins here, and the index after it."""
    for i in range(start, min(len(words), start + _LONGEST_NAME + 1)):
        word = words[i].plain
        if i > start and _is_number(word):
            return None
        if word == SAINT and (i == start or _is_saint(words, i)):
            continue
        # "Avenue B", "Broadway"
        if word in STREETS and (i > start or word == "broadway"):
            # "Mill Road Court" is a court.
            while i + 1 < len(words) and words[i + 1].plain in STREETS and not words[i].comma:
                i += 1
            names = [_titled(w.text) for w in words[start:i]]
            return " ".join((*names, STREETS[words[i].plain])), i + 1
    return None


def _is_saint(words: Sequence[_Word], i: int) -> bool:
    following = [word.plain for word in words[i + 1 : i + 3]]
    return not words[i].comma and any(word in STREETS for word in following)


def _no_house(words: Sequence[_Word]) -> Address | None:
    """Return what is told without the name of a kind of street: "14", "Salem", "85 Broadmoor"."""
    while words and words[0].plain in _FILLERS:
        words = words[1:]
    if not words:
        return None
    found = next(
        ((i, n) for i in range(len(words))
         if not _is_of_a_unit(words, i) and (n := _number(words, i))), None
    )  # fmt: skip
    if found is None:
        return None
    at, (number, after) = found
    rest = words[after:]
    if words[at].plain == "one" and after == at + 1:
        return None
    if not rest:
        return Address(number) if at == 0 else None
    # "14, Salem" is a number and a town, "85 Broadmoor, Salem" a street as well.
    cut = next((i + 1 for i, word in enumerate(rest) if word.comma), len(rest))
    if words[after - 1].comma and rest[0].plain not in STREETS:
        cut = 0
    street = " ".join(_titled(word.text) for word in rest[:cut])
    return _behind(Address(number, street), rest[cut:], led=None)


def _corrections(words: Sequence[_Word]) -> Iterator[Address]:
    """Yield what puts an address right without a number: "Mill Road", "in Salem"."""
    while words and words[0].plain in _LEADS:
        words = words[1:]
    end = next((i for i, word in enumerate(words) if i and word.plain in STREETS), None)
    if end is not None and end < _LONGEST_NAME and not any(w.comma for w in words[:end]):
        found = _street(words, 0)
        if found is not None:
            yield _behind(Address(street=found[0]), words[found[1] :], led=None)
    elif 0 < len(words) <= _LONGEST_TOWN and (
        words[0].plain in UNITS_OF_A_HOUSE or all(word.text[0].isupper() for word in words)
    ):
        yield _behind(Address(), words, led=None)


def _street_alone(words: Sequence[_Word]) -> Iterator[Address]:
    """Yield a street without a house: "34th Avenue, Albany"."""
    for end, word in enumerate(words):
        if word.plain not in STREETS or not end or words[end - 1].comma:
            continue
        start = end
        while start and end - start < _LONGEST_NAME and _is_name(words[start - 1]):
            start -= 1
        if start < end:
            yield _behind(_street_of(words[start : end + 1]), words[end + 1 :], led=None)
            return


def _is_name(word: _Word) -> bool:
    if word.plain in NO_STREETS:
        return False
    return not word.comma and (word.text[0].isupper() or bool(_ORDINAL.fullmatch(word.text)))


def _street_of(words: Sequence[_Word]) -> Address:
    names = [_titled(word.text) for word in words[:-1]]
    return Address(street=" ".join((*names, STREETS[words[-1].plain])))


def _behind(address: Address, words: Sequence[_Word], led: str | None) -> Address:
    """Read what comes behind the street: part of the house, town and postcode."""
    unit, town, postcode = led or "", list[str](), ""
    i = 0
    while i < len(words):
        word = words[i]
        if word.plain in UNITS_OF_A_HOUSE and i + 1 < len(words):
            value, i = _of_unit(words, i + 1)
            unit = f"{UNITS_OF_A_HOUSE[word.plain]} {value}"
            town = [name for name in town if name.lower() != "the"]
            continue
        number = _number(words, i)
        if number is not None:
            postcode += number[0]
            i = number[1]
            continue
        if not (word.plain in (*IN, "and") and not town) and word.plain not in _FILLERS:
            town.append(_titled(word.text) + ("," if word.comma else ""))
        i += 1
    joined = " ".join(town).strip(" ,")
    return replace(address, unit=unit, town=joined, postcode=postcode)


def _of_unit(words: Sequence[_Word], i: int) -> tuple[str, int]:
    number = _number(words, i)
    if number is None:
        return words[i].text.upper(), i + 1
    value, after = number
    if after < len(words) and len(words[after].text) == 1 and not words[after - 1].comma:
        return value + words[after].text.upper(), after + 1
    return value, after


def _is_of_a_unit(words: Sequence[_Word], i: int) -> bool:
    return i > 0 and words[i - 1].plain in UNITS_OF_A_HOUSE


def _unit_before(words: Sequence[_Word], start: int) -> str | None:
    """Return the part of the house that is said before its number: "Apartment 5, 12 Elm Street"."""
    for i in range(max(0, start - 4), start - 1):
        if words[i].plain in UNITS_OF_A_HOUSE:
            value, after = _of_unit(words[:start], i + 1)
            if after == start:
                return f"{UNITS_OF_A_HOUSE[words[i].plain]} {value}"
    return None


# --- numbers -------------------------------------------------------------------------------------


def _is_number(word: str) -> bool:
    return word.isdecimal() or word in UNITS or word in TEENS or word in TENS


def _number(words: Sequence[_Word], i: int) -> tuple[str, int] | None:
    """Read the digits of a number in groups ("twelve oh four", "22 16"): (digits, index after)."""
    plain = tuple(word.plain for word in words)
    if plain[i] in ("oh", "o") or not _is_number(plain[i]):
        return None
    digits = ""
    while i < len(plain):
        word = plain[i]
        if _ORDINAL.fullmatch(word):
            break
        scaled = with_scale(plain, i)
        if scaled is not None and scaled[1] > i + 1:
            digits, i = digits + scaled[0], scaled[1]
        elif word.isdecimal():
            digits, i = digits + word, i + 1
        elif word in TENS:
            unit = UNITS.get(plain[i + 1], "") if i + 1 < len(plain) else ""
            one = unit not in ("", "0")
            digits, i = digits + (TENS[word][0] + unit if one else TENS[word]), i + 1 + one
        elif word in TEENS or word in UNITS:
            digits, i = digits + (TEENS.get(word) or UNITS[word]), i + 1
        else:
            break
    return (digits, i) if digits else None


def _titled(word: str) -> str:
    return word[:1].upper() + word[1:] if word.islower() else word
