"""What can go wrong in the dialogue.

DialogueError
├── BriefError     stored data is no handoff brief of this version
├── DomainError    a hotline's folder has mistakes; the message lists every one
└── StateError     a stored dialogue state is not one of this version
"""

from __future__ import annotations

from dataclasses import dataclass


class DialogueError(Exception):
    """The root of this package's errors."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a hotline's folder."""

    file: str
    """Relative to the hotline's folder, with forward slashes."""
    line: int
    """Counts from 1."""
    message: str
    """What is wrong and what to write instead."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class DomainError(DialogueError):
    """A hotline's folder cannot be used; `mistakes` lists all that is wrong, in reading order."""

    def __init__(self, name: str, mistakes: tuple[Mistake, ...]) -> None:
        self.name = name
        self.mistakes = tuple(sorted(mistakes))
        super().__init__(name, self.mistakes)

    def __str__(self) -> str:
        count = len(self.mistakes)
        head = f"hotline {self.name!r} has {count} mistake{'s' if count != 1 else ''}:"
        return "\n".join([head, *(f"  {mistake}" for mistake in self.mistakes)])


class StateError(DialogueError, ValueError):
    """A stored dialogue state is not one of this version."""


class BriefError(DialogueError, ValueError):
    """Stored data is no handoff brief of this version."""
