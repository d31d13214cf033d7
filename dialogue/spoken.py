"""Words for the ear: digits, dates, money and lists as a person would say them.

A `Template` is a text with `{name}` or `{name|form}` places. Its sentences without places, and
those whose places have few possible values, can be rendered to audio before any call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

_PLACE = re.compile(r"\{([a-z_]+)(?:\|([a-z_]+))?\}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def sentences(text: str) -> tuple[str, ...]:
    """Split a text after full stops, question and exclamation marks."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text.strip()) if part.strip())


def digits(value: str) -> str:
    """Space the characters of a code out, so that each is read alone: `44117` → `4 4 1 1 7`."""
    return " ".join(value)


def when(day: date, today: date) -> str:
    """Name a day near today: `tomorrow`, `on Tuesday`, `on Tuesday the 8th of December`."""
    ahead = (day - today).days
    name = DAYS[day.weekday()]
    match ahead:
        case -1:
            return "yesterday"
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case n if 1 < n < 7:
            return f"on {name}"
        case n if -7 < n < -1:
            return f"last {name}"
        case _:
            return f"on {name} the {ordinal(day.day)} of {MONTHS[day.month - 1]}"


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `13th`, …"""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def money(cents: int) -> str:
    """`4950` → `49 dollars 50`; whole amounts without cents."""
    dollars, rest = divmod(cents, 100)
    unit = "dollar" if dollars == 1 else "dollars"
    if not dollars:
        return f"{rest} cent{'s' if rest != 1 else ''}"
    return f"{dollars} {unit} {rest}" if rest else f"{dollars} {unit}"


def listing(items: Sequence[str], joiner: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joiner} {items[-1]}"


def _day(value: str, facts: Mapping[str, str]) -> str:
    return when(date.fromisoformat(value), date.fromisoformat(facts["today"]))


FORMS: Mapping[str, tuple[str, ...]] = {
    "": (),
    "digits": (),
    "money": (),
    "when": (
        *("today", "tomorrow", "yesterday"),
        *(f"on {day}" for day in DAYS),
        *(f"last {day}" for day in DAYS),
    ),
}
"""Known forms, each with the values common enough to be rendered ahead."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places for values."""

    text: str

    @property
    def places(self) -> tuple[tuple[str, str], ...]:
        """(name, form) of each place, in order."""
        return tuple((match[1], match[2] or "") for match in _PLACE.finditer(self.text))

    def fill(self, facts: Mapping[str, str]) -> str:
        """Return the text with its places filled; a sentence that lacks a fact is left out."""
        said = (_filled(sentence, facts) for sentence in sentences(self.text))
        return " ".join(sentence for sentence in said if sentence)

    def fixed(self) -> tuple[str, ...]:
        """Return every sentence that can be rendered ahead of a call."""
        found: list[str] = []
        for sentence in sentences(self.text):
            places = list(_PLACE.finditer(sentence))
            if not places:
                found.append(sentence)
            elif len(places) == 1:
                values = FORMS[places[0][2] or ""]
                found += [_PLACE.sub(value, sentence) for value in values]
        return tuple(found)


def _filled(sentence: str, facts: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        raw = facts[match[1]]
        if not raw:
            raise KeyError(match[1])
        match match[2] or "":
            case "digits":
                return digits(raw)
            case "money":
                return money(int(raw))
            case "when":
                return _day(raw, facts)
            case _:
                return raw

    try:
        return _PLACE.sub(value, sentence)
    except (KeyError, ValueError):
        return ""
