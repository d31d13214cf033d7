"""Calls that a hotline makes by itself: how they begin, what is known, and how to stop them.

What is known beforehand comes with each call, described in outbound.yaml. Private facts of it stay
unknown to every flow and sentence until the person has proved who they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from dialogue.spoken import Template
from dialogue.tools import LIST_SEPARATOR, ValueType, as_text

OPT_OUT_TOOL = "opt_out"
"""The tool that stores that a number is never called again; run by whoever placed the call."""
OPT_OUT_OUTCOMES = ("stored",)
NOTE_TOOL = "note_result"
"""The tool by which a flow tells what came of the call: its `result` is one of `RESULTS`."""
NOTE_OUTCOMES = ("noted",)
RESULTS = ("reached", "not_here", "wrong_person")

LIST_MARK = ";"
"""Between the entries of a list as people write it."""
_TRUTH = {"yes": "true", "true": "true", "1": "true", "no": "false", "false": "false", "0": "false"}
_HOW: Mapping[ValueType, str] = {
    ValueType.INTEGER: "a whole number, like 3",
    ValueType.NUMBER: "a number, like 2.5",
    ValueType.MONEY: "an amount with two decimals, like 89.90",
    ValueType.DATE: "a date, like 2026-03-31",
    ValueType.FLAG: "yes or no",
    ValueType.LIST: "at most 50 entries with semicolons between them",
}


class BadField(ValueError):
    """A value is not of its type; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """How a hotline calls people."""

    flow: str
    """The task that a call begins with."""
    opening: Template
    """Said first, to its end: who calls, that it is a machine, why, and how to be left alone."""
    fields: Mapping[str, ValueType] = field(default_factory=dict)
    """What is known of each call, in order; those that are slots become their values."""
    optional: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()
    """Unknown until the person is verified."""
    verify: str = ""
    """The identification that private facts wait for."""
    opt_out: str = ""
    """The intent of somebody who never wants to be called again."""
    key: str = ""
    """The key that means the same; empty for none."""
    message: str = ""
    """For a machine that answers; whoever shares it may hear it."""


def read_field(text: str, kind: ValueType) -> str:
    """Return the text that is kept of a value as people write it in a list.

    Raises:
        BadField: it is not of its type.
    """
    written = text.strip()
    kept: str | None = None
    match kind:
        case ValueType.MONEY:
            kept = _cents(written)
        case ValueType.FLAG:
            kept = _TRUTH.get(written.lower())
        case ValueType.INTEGER:
            kept = written if written.lstrip("-").isdecimal() and written.isascii() else None
        case ValueType.NUMBER:
            kept = _number(written)
        case ValueType.LIST:
            entries = [entry.strip() for entry in written.split(LIST_MARK)]
            kept = as_text([entry for entry in entries if entry], kind)
        case _:
            kept = as_text(written, kind)
    if kept is None or not all(char.isprintable() or char == LIST_SEPARATOR for char in kept):
        raise BadField(_HOW.get(kind, "a text of at most 1000 characters on one line"))
    return kept


def _cents(text: str) -> str | None:
    whole, mark, cents = text.rpartition(".")
    if not mark or len(cents) != 2 or not (whole.isdecimal() and cents.isdecimal()):
        return None
    return str(int(whole + cents)) if text.isascii() else None


def _number(text: str) -> str | None:
    try:
        return text if Decimal(text).is_finite() else None
    except InvalidOperation:
        return None
