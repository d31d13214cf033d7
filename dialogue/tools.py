"""Business actions as a hotline describes them, and their results as typed outcomes.

The actions themselves run elsewhere (`voicebot.actions`); the dialogue knows their names, their
arguments and the few ways in which they can turn out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a hotline says about one tool."""

    name: str
    arguments: tuple[str, ...]
    outcomes: tuple[str, ...]
    """Every value that the result's `outcome` can have."""
    facts: tuple[str, ...]
    """Further names in the result, for use in what is said."""
    side_effect: bool
    filler: str
    """Said when the tool takes long; empty for nothing."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A result that kept to its description."""

    outcome: str
    facts: Mapping[str, str]


def read_result(spec: ToolSpec, value: Mapping[str, Any]) -> ToolResult | None:
    """Check a tool's answer; None when it is not one that the hotline described.

    Facts that were not described are dropped, so that what a tool returns by accident is never
    spoken.
    """
    outcome = value.get("outcome")
    if outcome not in spec.outcomes:
        return None
    facts: dict[str, str] = {}
    for name in spec.facts:
        match value.get(name):
            case None:
                continue
            case str() | int() | float() as fact:
                facts[name] = str(fact)
            case _:
                return None
    return ToolResult(str(outcome), facts)
