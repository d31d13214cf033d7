"""Scenarios of a hotline: what callers say, and what must come of it.

<hotline>/scenarios/*.yaml holds conversations that a merchant tries the hotline with: the caller's
lines, what the bot must say to them, which tools must be called, what must be true afterwards, and
how it must end. Everything is checked by its end, not by its exact words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

OUTCOME = "outcome"
"""Beside a tool in `calls`: how it must have turned out."""
GIVES = "gives"
"""Beside a tool in `afterwards`: what it must return."""


class Doing(StrEnum):
    """What a caller can do in a scenario."""

    CALLER = "caller"
    """Say something."""
    KEYS = "keys"
    """Press keys."""
    SILENCE = "silence"
    """Say nothing for so many turns."""


class Ending(StrEnum):
    """How a scenario can end."""

    OPEN = "open"
    """The conversation goes on."""
    RESOLVED = "resolved"
    ABANDONED = "abandoned"
    FAILED = "failed"
    TRANSFERRED = "transferred"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words that must be there, or must not."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One thing that the caller does, and what the bot must say to it."""

    line: int
    doing: Doing | None
    """None for the greeting."""
    text: str = ""
    says: tuple[Wanted, ...] = ()
    never: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixture:
    """What a tool returns instead of really running."""

    tool: str
    given: Mapping[str, str]
    """Arguments for which it holds; those that are not named may be anything."""
    returns: Mapping[str, Any]
    fails: bool = False


@dataclass(frozen=True, slots=True)
class ToolLine:
    """A tool that must have been called, or is asked afterwards."""

    tool: str
    arguments: Mapping[str, str]
    """Arguments that must be so; those that are not named may be anything."""
    line: int
    expects: Mapping[str, str]
    """What must be in its result."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One conversation to try."""

    name: str
    file: str
    line: int
    exchanges: tuple[Exchange, ...]
    caller: str = ""
    """The number the caller has."""
    occasion: Mapping[str, str] | None = None
    """What the hotline calls about; None where it is called."""
    today: str = ""
    """ISO date on which it happens; empty: that of the runner."""
    fixtures: tuple[Fixture, ...] = ()
    calls: tuple[ToolLine, ...] | None = None
    """None: not checked. Calls with a side effect must be exactly these; look-ups among them."""
    afterwards: tuple[ToolLine, ...] = ()
    slots: Mapping[str, str] | None = None
    ends: Ending | None = None
    reason: str = ""
    """Must be part of the reason for the hand-over."""
    brief: tuple[Wanted, ...] = ()
    """Must be told to the person who takes over."""
    ends_line: int = 1
