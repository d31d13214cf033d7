"""Words for the ear: digits, dates, money and lists as a person would say them.

A `Template` is a text with `{name}` or `{name|form}` places. Its sentences without places, and
those whose places have few possible values, can be rendered to audio before any call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dialogue.forms import Forms
from dialogue.spoken_german import GERMAN_FORMS
from dialogue.tools import LIST_SEPARATOR

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
    return " ".join(char for char in value if char.isalnum())


def groups(value: str) -> str:
    """Space a code out in groups that an ear can hold: `44117` → `4 4 1, 1 7`, `MS-44117` →
    `M S, 4 4 1, 1 7`, ten digits as in telephone numbers → `5 5 5, 2 3 4, 0 1 4 2`."""
    runs = re.findall(r"[A-Za-z]+|\d+", value)
    return ", ".join(digits(group) for run in runs for group in _cut(run))


def _cut(run: str) -> Iterator[str]:
    """Cut a run of characters into groups of three, the last of two to four."""
    while len(run) > 4:
        size = 4 if len(run) == 8 else 3
        yield run[:size]
        run = run[size:]
    yield run


def spelled(value: str) -> str:
    """Say a name and spell it: `Kowalski` → `Kowalski, K O W A L S K I`."""
    last = value.split(" ")[-1]
    return f"{value}, {digits(last.upper())}"


_MAIL_SIGNS = {".": "dot", "_": "underscore", "-": "dash", "+": "plus"}


def email(value: str, signs: Mapping[str, str] = _MAIL_SIGNS) -> str:
    """Say an address, with what is no word spelled: `jb.smith@gmail.com` → `J B dot smith at gmail
    dot com`."""
    local, _, host = value.partition("@")
    return f"{_address(local, signs)} at {_address(host, signs)}"


def _address(text: str, signs: Mapping[str, str]) -> str:
    parts = re.findall(r"[a-z]+|\d+|[._+-]", text)
    said = []
    for i, part in enumerate(parts):
        ending = i > 0 and parts[i - 1] == "." and i == len(parts) - 1 and len(part) > 2
        pronounceable = re.search(r"[aeiouy]", part) and not re.search(r"[^aeiouy]{4}", part)
        if part in signs:
            said.append(signs[part])
        elif part.isdigit():
            said.append(digits(part))
        elif ending or (len(part) > 2 and pronounceable) or part in ("gmail", "hotmail", "gmx"):
            said.append(part)
        else:
            said.append(digits(part.upper()))
    return " ".join(said)


def full_day(day: date) -> str:
    """Name a day without regard to today: `Tuesday the 3rd of March`."""
    return f"{DAYS[day.weekday()]} the {ordinal(day.day)} of {MONTHS[day.month - 1]}"


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


def calendar_day(day: date) -> str:
    """`the 8th of December`: a day that is far from today, or may be."""
    return f"the {ordinal(day.day)} of {MONTHS[day.month - 1]}"


_SHORT = 24
"""Words of what somebody said that are said back to them."""
_CLAUSE_END = re.compile(r"(?<=[,;.!?])\s+")


def shortened(text: str) -> str:
    """Return what somebody said, as far as it is said back: whole clauses of its beginning."""
    if len(text.split()) <= _SHORT:
        return text.strip().rstrip(".!?,;")
    kept: list[str] = []
    for clause in _CLAUSE_END.split(text.strip()):
        if kept and len(" ".join((*kept, clause)).split()) > _SHORT:
            break
        kept.append(clause)
    words = " ".join(kept).split()[:_SHORT]
    return f"{' '.join(words).rstrip('.!?,;')} …"


LANGUAGE = "(language)"
"""Among the values of a template: the code of the language to say them in; absent: English."""

LANGUAGE_FORMS: Mapping[str, Forms] = {
    "en": Forms(
        when=when,
        calendar_day=calendar_day,
        money=money,
        conjunctions=("and", "or"),
        mail_signs=_MAIL_SIGNS,
        near=(
            *("today", "tomorrow", "yesterday"),
            *(f"on {day}" for day in DAYS),
            *(f"last {day}" for day in DAYS),
        ),
    ),
    "de": GERMAN_FORMS,
}


FORMS = frozenset(
    (
        *("", "digits", "groups", "spelled", "email", "day", "money", "date", "list", "or"),
        *("when", "short"),
    )
)
"""Known forms. A list needs no form to be spoken as one: `a, b and c`."""


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

    def fixed(self, language: str = "en") -> tuple[str, ...]:
        """Return every sentence that can be rendered ahead of a call."""
        found: list[str] = []
        for sentence in sentences(self.text):
            places = list(_PLACE.finditer(sentence))
            if not places:
                found.append(sentence)
            elif len(places) == 1:
                values = LANGUAGE_FORMS[language].near if places[0][2] == "when" else ()
                found += [_PLACE.sub(value, sentence) for value in values]
        return tuple(found)


def _filled(sentence: str, facts: Mapping[str, str]) -> str:
    forms = LANGUAGE_FORMS[facts.get(LANGUAGE, "en")]

    def value(match: re.Match[str]) -> str:
        raw = facts[match[1]]
        if not raw:
            raise KeyError(match[1])
        match match[2] or "":
            case "digits":
                return digits(raw)
            case "groups":
                return groups(raw)
            case "spelled":
                return spelled(raw)
            case "email":
                return email(raw, forms.mail_signs)
            case "day":
                return full_day(date.fromisoformat(raw))
            case "money":
                return forms.money(int(raw))
            case "when":
                return forms.when(date.fromisoformat(raw), date.fromisoformat(facts["today"]))
            case "date":
                return forms.calendar_day(date.fromisoformat(raw))
            case "short":
                return shortened(raw)
            case "or":
                return listing(raw.split(LIST_SEPARATOR), forms.conjunctions[1])
            case _:
                return listing(raw.split(LIST_SEPARATOR), forms.conjunctions[0])

    try:
        return _PLACE.sub(value, sentence)
    except (KeyError, ValueError):
        return ""
