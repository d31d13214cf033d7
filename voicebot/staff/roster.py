"""The roster: the people to whom callers are connected, and the queues that they serve.

Read from one YAML file, with every mistake told by its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dialogue.documents import Mistakes, Section, read_yaml, suggestion
from dialogue.errors import DomainError
from dialogue.handover_loading import read_hours
from dialogue.hours import Hours
from telephony.calls import is_e164

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
_MOST = 500
"""People, and queues, in one roster."""
_WRAP_UP = 20.0
_MISSES = 2


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes calls."""

    id: str
    name: str
    number: str = field(repr=False)
    """E.164."""
    queues: tuple[str, ...] = ()
    """What they can help with; empty: all of it."""
    languages: tuple[str, ...] = ()
    """Codes such as `en`; empty: any."""
    pin: str = field(default="", repr=False)
    """By which they sign in from their telephone; empty: they do not."""

    def can_help(self, queue: str, language: str = "") -> bool:
        """Whether they can help with something in a language; an empty one stands for any."""
        return (not queue or not self.queues or queue in self.queues) and (
            not language or not self.languages or language in self.languages
        )


@dataclass(frozen=True, slots=True)
class Queue:
    """What callers wait for."""

    name: str
    hours: Hours | None = None
    """When somebody is there; None: at any hour."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody."""

    people: Mapping[str, Person] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    wrap_up: float = _WRAP_UP
    """Seconds after a talk in which nobody is connected to its person."""
    misses: int = _MISSES
    """Offers in a row that a person lets ring before they count as away."""

    def who_can(self, queue: str, language: str = "") -> tuple[Person, ...]:
        """Return who can help with something in a language; an empty one stands for any."""
        return tuple(p for p in self.people.values() if p.can_help(queue, language))

    def is_open(self, queue: str, now: datetime) -> bool:
        """Whether somebody is there for a queue at this time."""
        known = self.queues.get(queue)
        return known is None or known.hours is None or known.hours.open_at(now)

    def by_number(self, number: str) -> Person | None:
        """Return whose telephone this is."""
        return next((p for p in self.people.values() if p.number == number), None)


def load_roster(path: Path) -> Roster:
    """Read a roster.

    Raises:
        DomainError: with every mistake, its line and its remedy.
    """
    mistakes = Mistakes()
    roster = Roster()
    if (top := read_yaml(path.parent, path.name, mistakes, "the people")) is not None:
        queues = _queues(top, mistakes)
        roster = Roster(
            people=_people(top, queues),
            queues=queues,
            wrap_up=top.number("wrap_up", _WRAP_UP, 0, 3_600),
            misses=int(top.number("misses", _MISSES, 1, 20)),
        )
        top.finish()
    if mistakes.found:
        raise DomainError(str(path), tuple(mistakes.found))
    return roster


def _queues(top: Section, mistakes: Mistakes) -> dict[str, Queue]:
    everywhere = read_hours(top.section("hours"), mistakes)
    found: dict[str, Queue] = {}
    sections = top.sections("queues")
    if len(sections) > _MOST:
        top.wrong(f"there are more than {_MOST} queues; join some", "queues")
    for section in sections:
        name = _id(section, "name", "service")
        own = section.section("hours")
        queue = Queue(name, everywhere if own is None else read_hours(own, mistakes))
        if name in found:
            section.wrong(f"there is another queue `{name}`; give this one its own name", "name")
        found[name] = queue
        section.finish()
    return found


def _people(top: Section, queues: Mapping[str, Queue]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    numbers: dict[str, str] = {}
    sections = top.sections("people", required=True)
    if len(sections) > _MOST:
        top.wrong(f"there are more than {_MOST} people; make several rosters", "people")
    for section in sections:
        identity = _id(section, "id", "ann")
        person = Person(
            identity,
            section.text("name", identity),
            _number(section),
            section.texts("queues"),
            tuple(language.lower() for language in section.texts("languages")),
            _pin(section),
        )
        for queue in person.queues:
            if queue not in queues:
                section.wrong(f"queue `{queue}` is unknown; {suggestion(queue, queues)}", "queues")
        if identity in found:
            section.wrong(f"there is another person `{identity}`; use another id", "id")
        if person.number and person.number in numbers:
            section.wrong(
                f"this is `{numbers[person.number]}`'s number too; each person needs their own",
                "number",
            )
        found[identity] = person
        numbers[person.number] = identity
        section.finish()
    return found


def _id(section: Section, key: str, example: str) -> str:
    value = section.text(key, required=True, example=example)
    if value and not _NAME.fullmatch(value):
        section.wrong(
            f"`{key}: {value}` must be small letters, digits, - and _, like {example}", key
        )
    return value


def _pin(section: Section) -> str:
    pin = section.text("pin")
    if pin and not _PIN.fullmatch(pin):
        section.wrong('write four to eight digits in quotes, like `pin: "4711"`', "pin")
    return pin


def _number(section: Section) -> str:
    number = "".join(section.text("number", required=True, example='"+15551234567"').split())
    if number and not is_e164(number):
        section.wrong(
            'write the number with its country code and in quotes, like `number: "+15551234567"`',
            "number",
        )
    return number
