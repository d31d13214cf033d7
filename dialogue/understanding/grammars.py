"""Grammars for the narrowed search: how a value that was asked for is said, in English words.

Characters are spelled in every way that the reader knows and that can still become a value of the
shape; so of digits as many are found as there have to be. Other kinds are sequences of stages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dialogue.flows import Slot, SlotKind
from dialogue.said import Grammar, State
from dialogue.understanding import english_lexicon as words
from dialogue.understanding.english_language import ENGLISH
from dialogue.understanding.language import Language
from dialogue.understanding.shapes import Phone, Shape
from dialogue.understanding.values import shape_of

_LEADS = 2
"""Remarks before a value."""


@dataclass(frozen=True, slots=True)
class _Spelling:
    said: str = ""
    leads: int = 0
    over: bool = False


@dataclass(frozen=True, slots=True)
class Spelled:
    """A value of a shape, character by character."""

    shape: Shape
    before: str = ""
    """Its beginning from earlier turns; it may be said again."""

    @property
    def example(self) -> str:
        return words.LETTERS_EXAMPLE if self.shape.letters else words.DIGITS_EXAMPLE

    @property
    def start(self) -> State:
        return _Spelling()

    def follow(self, state: State) -> Mapping[str, State]:
        assert isinstance(state, _Spelling)
        if state.over:
            return {}
        found: dict[str, State] = {}
        if not state.said and state.leads < _LEADS:
            after = _Spelling(leads=state.leads + 1)
            found |= dict.fromkeys(words.LEADS, after)
        if self.ends(state):
            found |= dict.fromkeys(words.TAILS, _Spelling(state.said, over=True))
        fits: dict[str, bool] = {}
        for word, characters in words.spellings(letters=self.shape.letters):
            if characters not in fits:
                fits[characters] = self._begins(state.said + characters)
            if fits[characters]:
                found[word] = _Spelling(state.said + characters)
        return found

    def ends(self, state: State) -> bool:
        assert isinstance(state, _Spelling)
        return self._is_whole(state.said)

    def _begins(self, said: str) -> bool:
        shape = self.shape
        if isinstance(shape, Phone) and shape.count:
            # No digit is heard too often here, since their number is known.
            most = shape.count + len(shape.country) * said.startswith(shape.country)
            return len(said) <= most
        return shape.begins(said) or (bool(self.before) and shape.begins(self.before + said))

    def _is_whole(self, said: str) -> bool:
        whole = self.shape.whole
        return whole(said) is not None or (
            bool(self.before) and whole(self.before + said) is not None
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """Some words or phrases, said so often."""

    words: tuple[str, ...]
    least: int = 1
    most: int = 1


_Place = tuple[int, int, int]
"""Sequence, stage, and how often something of the stage was said."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Any one of some sequences of stages."""

    sequences: tuple[tuple[Stage, ...], ...]
    example: str

    @property
    def start(self) -> State:
        return frozenset((i, 0, 0) for i in range(len(self.sequences)))

    def follow(self, state: State) -> Mapping[str, State]:
        found: dict[str, set[_Place]] = {}
        for sequence, at, said in self._open(state):
            stage = self.sequences[sequence][at]
            for word in stage.words if said < stage.most else ():
                found.setdefault(word, set()).add((sequence, at, said + 1))
        return {word: frozenset(places) for word, places in found.items()}

    def ends(self, state: State) -> bool:
        return any(
            at == len(self.sequences[sequence]) - 1 and said >= self.sequences[sequence][at].least
            for sequence, at, said in self._open(state)
        )

    def _open(self, state: State) -> Iterable[_Place]:
        assert isinstance(state, frozenset)
        seen: set[_Place] = set()
        left: list[_Place] = list(state)
        while left:
            place = left.pop()
            if place in seen:
                continue
            seen.add(place)
            sequence, at, said = place
            stages = self.sequences[sequence]
            if said >= stages[at].least and at + 1 < len(stages):
                left.append((sequence, at + 1, 0))
        return seen


def grammar_of(slot: Slot, before: str = "", language: Language = ENGLISH) -> Grammar | None:
    """Return how a value is said; None where any words may come.

    Args:
        slot: What was asked for.
        before: Its beginning from earlier turns.
        language: What it is asked in; so far only English has grammars.
    """
    if language is not ENGLISH:
        return None
    shape = shape_of(slot)
    if shape is not None:
        return Spelled(shape, before)
    return _staged().get(slot.kind)


@lru_cache(maxsize=1)
def _staged() -> Mapping[SlotKind, Grammar]:
    lead = Stage(words.LEADS, 0, _LEADS)
    tail = Stage(words.TAILS, 0, 1)
    below_hundred = words.BELOW_HUNDRED
    spelled = Stage(tuple(word for word, _ in words.spellings(letters=True)), 2, 16)
    number = (
        (Stage(below_hundred),),
        (Stage(("a hundred", *(f"{unit} hundred" for unit in words.UNITS_SAID))),
         Stage(("and",), 0), Stage(below_hundred, 0)),
        (Stage(tuple(f"{count} thousand" for count in ("a", *below_hundred))),
         Stage(tuple(f"{unit} hundred" for unit in words.UNITS_SAID), 0), Stage(("and",), 0),
         Stage(below_hundred, 0)),
    )  # fmt: skip
    amounts = tuple(
        (lead, *one, *rest, tail)
        for one in number
        for rest in (
            (Stage(words.MAJOR),),
            (Stage(words.MAJOR), Stage(("and",), 0), Stage(below_hundred),
             Stage(words.MINOR, 0)),
            (Stage((*words.BELOW_HUNDRED, *(f"oh {unit}" for unit in words.UNITS_SAID))),),
        )
    )  # fmt: skip
    year = Stage(words.YEARS, 0)
    days = (
        (lead, Stage(words.MONTH_NAMES), Stage(("the",), 0), Stage(words.DAYS_OF_MONTH), year,
         tail),
        (lead, Stage(("the", "on the", "on"), 0), Stage(words.DAYS_OF_MONTH), Stage(("of",), 0),
         Stage(words.MONTH_NAMES), year, tail),
        (lead, Stage(words.RELATIVE_DAYS), tail),
        (lead, Stage(("on", "this", "last", "next"), 0), Stage(words.WEEKDAY_NAMES), tail),
        (lead, Stage(("in",), 0), Stage(("a", *below_hundred)),
         Stage(("day", "days", "week", "weeks")), Stage(("ago",), 0), tail),
    )  # fmt: skip
    names = (
        (lead, Stage(words.FIRST_NAMES, 0), Stage(words.LAST_NAMES), Stage(("that's",), 0),
         Stage(spelled.words, 0, 16), tail),
        (lead, spelled, tail),
    )  # fmt: skip
    local = Stage(
        (*(name.lower() for name in (*words.FIRST_NAMES, *words.LAST_NAMES)), *spelled.words,
         *words.SIGNS), 1, 24)  # fmt: skip
    host = Stage(tuple(f"at {host}" for host in words.MAIL_HOSTS))
    emails = ((lead, local, host, tail), (host, tail))
    house = Stage((*below_hundred, *(f"oh {unit}" for unit in words.UNITS_SAID)), 1, 4)
    addresses = (
        (lead, house, Stage(("hundred",), 0), Stage(below_hundred, 0),
         Stage(words.STREET_NAMES, 1, 2), Stage(words.STREET_KINDS),
         Stage(("Apartment", "Suite", "Unit", "Flat"), 0), Stage(below_hundred, 0),
         Stage(("in",), 0), Stage(words.CITIES), Stage(words.DIGITS, 0, 5), tail),
    )  # fmt: skip
    return {
        SlotKind.AMOUNT: Staged(amounts, words.AMOUNT_EXAMPLE),
        SlotKind.DATE: Staged(days, words.DATE_EXAMPLE),
        SlotKind.NAME: Staged(names, words.NAME_EXAMPLE),
        SlotKind.EMAIL: Staged(emails, words.EMAIL_EXAMPLE),
        SlotKind.ADDRESS: Staged(addresses, words.ADDRESS_EXAMPLE),
    }
