"""Codes in a turn that nobody asked for: which there are, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogue.domain import Domain
from dialogue.understanding.addresses import read_address, told_address
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.numbers import locate_codes, tokens

_BEFORE = 6
"""Words before a code in which it may be called by its name."""
_AFTER = 3
"""The same after it: "97301 is my zip"."""


def codes_in(domain: Domain, text: str) -> tuple[tuple[str, str], ...]:
    """Return (slot, value) of every complete code of digits, in the order of the turn.

    A code is what the turn calls it; without a name it is that of the first slot of its length.
    What was put right within the turn is left out, as is the postcode of an address.
    """
    address = read_address(text) if domain.speech is ENGLISH and told_address(text) else None
    postcode = address.postcode if address is not None else ""
    house = address.number if address is not None else ""
    lengths = dict.fromkeys(
        slot.digits for slot in domain.slots.values() if slot.is_code and not slot.pattern
    )
    found: dict[tuple[str, str], None] = {}
    for said, start, end, value in locate_codes(text, tuple(lengths)):
        # "The zip's 02118."
        words = tuple(word.removesuffix("'s") for word in said)
        named = name_of(domain, words, start, end, len(value))
        if value in (postcode, house) and not named:
            continue
        name = named or next(_of_length(domain, len(value)))
        found[name, value] = None
    return tuple(found)


def name_of(domain: Domain, words: tuple[str, ...], start: int, end: int, length: int) -> str:
    """Return the slot by whose name a code is called in the words around it; empty for none."""
    nearest: tuple[int, str] | None = None
    for name in _of_length(domain, length):
        for called in domain.slots[name].called:
            away = _away(words, start, end, tuple(tokens(called)), domain.speech.joints)
            if away is not None:
                nearest = min(nearest or (away, name), (away, name))
    return nearest[1] if nearest else ""


def _away(
    words: tuple[str, ...], start: int, end: int, called: tuple[str, ...], joins: Sequence[str]
) -> int | None:
    """Return how many words a name is away from a code; None where it is not near, or belongs to
    what follows an "and": "it's 55203 and my zip is 02118"."""
    n = len(called)
    for at in range(start - n, max(-1, start - _BEFORE - n), -1):
        if any(word.isdigit() for word in words[at + n : start]):
            break
        if words[at : at + n] == called:
            return start - at - n
    for at in range(end, min(end + _AFTER, len(words) - n + 1)):
        if words[at] in joins:
            break
        if words[at : at + n] == called:
            return _BEFORE + at - end
    return None


def _of_length(domain: Domain, length: int) -> Iterator[str]:
    return (
        name
        for name, slot in domain.slots.items()
        if slot.is_code and not slot.pattern and slot.digits == length
    )


def main_code(domain: Domain, text: str) -> tuple[str, str] | None:
    """Return (slot, value) of the first code that a task is about: a zip code alone is none."""
    found = codes_in(domain, text)
    return next((code for code in found if code[0] in domain.collected), None)
