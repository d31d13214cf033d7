"""Brief: what a person who takes a call over must know, so that nobody repeats themselves.

Frozen plain data with a JSON round trip. Everything that can be unknown is said to be unknown in
words: a person who reads it never has to guess whether something is missing or was left out.
`dialogue.briefing` makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from dialogue.errors import BriefError
from dialogue.plain import plain


class Why(StrEnum):
    """The kind of reason for which a person is needed."""

    ASKED = "asked"
    """The caller asked for a person."""
    ACCEPTED = "accepted"
    """The caller took the offer of one."""
    FAILURES = "failures"
    """Nothing was understood, or nothing succeeded, too often."""
    STAKES = "stakes"
    """Too much is at stake: a threat of law, danger, fraud."""
    ANGER = "anger"
    RULE = "rule"
    """A rule of the hotline."""
    FLOW = "flow"
    """A task ends with a person."""
    TOOL = "tool"
    """One of our systems did not answer."""
    ENGINE = "engine"
    """The machine itself is out of order."""


class Route(StrEnum):
    """How the caller gets to a person."""

    TRANSFER = "transfer"
    MESSAGE = "message"
    """Nobody is there: they may leave a message."""


class Priority(StrEnum):
    """How soon somebody should take it."""

    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Value:
    """Something that the caller gave."""

    name: str
    label: str
    value: str
    confirmed: bool = False
    """The caller said yes to it."""
    checked: bool = False
    """Our records know it."""


@dataclass(frozen=True, slots=True)
class Mood:
    """How the caller feels, read from their words alone."""

    feeling: str
    """`calm`, `annoyed`, `angry`, `upset` or `pleased`."""
    words: str
    """In words, with the turn: `angry since turn 3`."""
    turn: int = 0
    """The turn that shows it best; 0 for a calm caller."""
    evidence: str = ""
    """The words that show it; empty for a calm caller."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Words with which the person may begin, and where they come from."""

    text: str
    source: str
    """`flow:cancel_order`, `article:returns`, `note`, `slot:order`, `turn 3` or `hotline`."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a person who takes a call over must know."""

    hotline: str
    language: str
    queue: str
    why: Why
    reason: str
    """One line."""
    headline: str
    """All of it in one line."""
    who: str
    """Name and number, as far as they are known, in words."""
    identity: str
    """Whether and how the caller proved who they are, in words."""
    needs: tuple[str, ...]
    """What they want, in words; the first came first."""
    question: str
    """What is still open, in words."""
    mood: Mood
    openings: tuple[Opening, ...]
    """Two or three."""
    route: Route = Route.TRANSFER
    priority: Priority = Priority.NORMAL
    number: str = ""
    """The digits that they call from; empty when withheld."""
    name: str = ""
    verified: bool = False
    tried: tuple[str, ...] = ()
    """What was done or told."""
    promised: tuple[str, ...] = ()
    """What they may now rely on."""
    values: tuple[Value, ...] = ()
    said: tuple[str, ...] = ()
    """Their last turns, word for word, oldest first."""
    turns: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the brief as plain JSON data."""
        data: dict[str, Any] = plain(asdict(self))
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Brief:
        """Rebuild a brief from `to_json`, also after a round trip through JSON text.

        Raises:
            BriefError: the data is no brief of this version.
        """
        try:
            values = dict(data)
            for name in ("needs", "tried", "promised", "said"):
                values[name] = tuple(map(str, values.get(name, ())))
            values["why"] = Why(values["why"])
            values["route"] = Route(values.get("route", Route.TRANSFER))
            values["priority"] = Priority(values.get("priority", Priority.NORMAL))
            values["values"] = tuple(Value(**value) for value in values.get("values", ()))
            values["openings"] = tuple(Opening(**opening) for opening in values["openings"])
            values["mood"] = Mood(**values["mood"])
            return cls(**values)
        except (KeyError, TypeError, ValueError) as error:
            raise BriefError(f"not a brief of this version: {error}") from error

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield (heading, text) in the order in which a person wants to know; every heading once or
        more, and no text empty."""
        yield "reason", self.reason
        if self.priority is not Priority.NORMAL:
            yield "priority", self.priority.value
        yield "caller", self.who
        yield "identity", self.identity
        for need in self.needs:
            yield "wants", need
        for value in self.values:
            flags = [
                "confirmed by the caller" if value.confirmed else "not confirmed",
                *(["known to our records"] if value.checked else []),
            ]
            yield "has given", f"{value.label}: {value.value} ({', '.join(flags)})"
        for line in self.tried or ("nothing yet",):
            yield "tried", line
        for line in self.promised or ("nothing",):
            yield "promised", line
        yield "open", self.question
        yield "mood", self.mood.words
        for words in self.said[-2:]:
            yield "said", f"“{words}”"
        for opening in self.openings:
            yield "you could say", f"{opening.text} [{opening.source}]"
        yield "language", self.language
        yield "hotline", f"{self.hotline}, queue {self.queue}"

    def table(self) -> tuple[str, ...]:
        """Return the lines in two columns, each heading once, without the reason, which whoever
        shows a brief has told above it."""
        shown, before = [], ""
        for heading, text in self.lines():
            if heading != "reason":
                shown.append(f"{'' if heading == before else heading:<14}{text}")
            before = heading
        return tuple(shown)
