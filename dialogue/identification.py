"""Making sure who is calling: the caller's number and one fact, or two facts, and never a hint.

A tool of the shop compares; what is on file never reaches the dialogue before it said yes. A wrong
fact and a record that does not exist sound the same. What was proved holds for the values it was
proved for, to the end of the conversation; what was guessed wrong counts to its end as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialogue.spoken import Template

VERIFIED, UNVERIFIED = "verified", "unverified"
OUTCOMES = (VERIFIED, UNVERIFIED)
"""The two ways in which the tool of an identification turns out."""
BETWEEN = "\n"
"""Between the values where several together are identified."""


@dataclass(frozen=True, slots=True)
class Identification:
    """How a customer proves that something is theirs."""

    name: str
    slots: tuple[str, ...]
    """What it is: `order`. Proved for these values only."""
    tool: str
    """Compares what it is given with what is on file."""
    arguments: Mapping[str, str]
    """Tool argument to one of the slots."""
    caller: str
    """The tool's argument for the number that the caller rings from; empty: it proves nothing."""
    proofs: Mapping[str, str]
    """Slot that proves it to the tool's argument, in the order in which they are asked for."""
    reason: tuple[Template, ...]
    """Said before the first question, in variants."""
    wrong: tuple[Template, ...]
    """Said when it did not match, whatever the cause."""
    attempts: int = 2
    """Tries of one proof before another is asked for."""
    most_wrong: int = 4
    """Wrong proofs in one conversation before only a person can help."""
