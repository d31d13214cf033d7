"""How a language says days, money and lists; see `dialogue.spoken`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Forms:
    """The spoken forms of one language."""

    when: Callable[[date, date], str]
    """Name a day near another, today."""
    calendar_day: Callable[[date], str]
    """Name a day without regard to today."""
    money: Callable[[int], str]
    """Say an amount in cents."""
    conjunctions: tuple[str, str]
    """"and" and "or"."""
    mail_signs: Mapping[str, str]
    """Names of the signs in an email address."""
    near: tuple[str, ...]
    """The commonest of what `when` says, to be rendered ahead of a call."""
