"""Business actions as a hotline describes them, and their results as typed outcomes.

The actions themselves run elsewhere (`voicebot.actions`); the dialogue knows their names, their
arguments and the few ways in which they can turn out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from dialogue.endpoints import Endpoint

LOOKUP_ARGUMENT = "candidates"
"""The only argument of a look-up: values of a slot, likeliest first, with commas between them."""
LOOKUP_OUTCOMES = ("found", "unknown")
LOOKUP_FACT = "matches"
"""Those that exist, in the same order, with commas between them."""
LIST_SEPARATOR = "\n"
"""Between the entries of a list where it is kept as one text."""
_LONGEST_TEXT = 1_000
_LONGEST_LIST = 50
USUAL_TIMEOUT = 4.0


class ValueType(StrEnum):
    """What an argument or a fact is."""

    ANY = "any"
    """A text or a number."""
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    """Whole cents."""
    DATE = "date"
    """`2026-03-31`."""
    FLAG = "flag"
    LIST = "list"
    """Texts."""


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
    types: Mapping[str, ValueType] = field(default_factory=dict)
    """Types of arguments and facts; absent: `any`."""
    private: frozenset[str] = frozenset()
    """Facts that are dropped unless the customer has proved who they are."""
    verify: str = ""
    """The identification that it asks for: before anything, where it is a side effect, else for
    its private facts."""
    timeout: float = USUAL_TIMEOUT
    """Seconds until a run counts as failed."""
    endpoint: Endpoint | None = None
    """Where it runs, if over HTTP."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A result that kept to its description."""

    outcome: str
    facts: Mapping[str, str]


def read_result(
    spec: ToolSpec, value: Mapping[str, Any], *, verified: bool = True
) -> ToolResult | None:
    """Check a tool's answer; None when it is not one that the hotline described.

    Facts that were not described are dropped, so that what a tool returns by accident is never
    spoken; so are private ones, unless the customer is verified.
    """
    outcome = value.get("outcome")
    if outcome not in spec.outcomes:
        return None
    facts: dict[str, str] = {}
    for name in spec.facts:
        if value.get(name) is None or (name in spec.private and not verified):
            continue
        text = as_text(value[name], spec.types.get(name, ValueType.ANY))
        if text is None:
            return None
        facts[name] = text
    return ToolResult(str(outcome), facts)


def as_text(value: object, kind: ValueType) -> str | None:
    """Return a value as the text that is kept of it; None when it is not of its type."""
    match kind, value:
        case (ValueType.FLAG | ValueType.ANY, bool()):
            return "true" if value else "false"
        case (_, bool()):
            return None
        case (ValueType.ANY | ValueType.NUMBER, int() | float()):
            return str(value)
        case (ValueType.INTEGER | ValueType.MONEY, int()):
            return str(value)
        case (ValueType.ANY | ValueType.TEXT, str(text)):
            return text if len(text) <= _LONGEST_TEXT else None
        case (ValueType.DATE, str(text)):
            return text if _is_date(text) else None
        case (ValueType.LIST, list(items)):
            fits = len(items) <= _LONGEST_LIST and all(
                isinstance(item, str) and len(item) <= _LONGEST_TEXT for item in items
            )
            kept = (" ".join(str(item).split()) for item in items)
            return LIST_SEPARATOR.join(item for item in kept if item) if fits else None
        case _:
            return None


def as_argument(text: str, kind: ValueType) -> str | int | float | bool | list[str]:
    """Return the text that is kept of a value as the value that a tool is given.

    Raises:
        ValueError: it is not of its type.
    """
    match kind:
        case ValueType.INTEGER | ValueType.MONEY:
            return int(text)
        case ValueType.NUMBER:
            return float(text)
        case ValueType.FLAG:
            if text not in ("true", "false"):
                raise ValueError("not a truth value")
            return text == "true"
        case ValueType.DATE:
            date.fromisoformat(text)
            return text
        case ValueType.LIST:
            return [item for item in text.split(LIST_SEPARATOR) if item]
        case _:
            return text


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-03-31")
