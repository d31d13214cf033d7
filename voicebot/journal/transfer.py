"""Events of a warm transfer: a person is rung while the caller stays with the bot.

`reason` and `outcome` are words of `telephony.transfer.commands`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransferBegan:
    """The first of some people is rung."""

    people: int
    """How many there are to ring."""


@dataclass(frozen=True, slots=True)
class CallerQueued:
    """All who could help are talking; the caller waits in the line."""

    wait: float
    """Seconds until it is their turn, as far as one can tell."""


@dataclass(frozen=True, slots=True)
class PersonMissed:
    """A person could not be had; the next one is rung."""

    reason: str


@dataclass(frozen=True, slots=True)
class PersonReady:
    """A person took the call and waits for the caller."""


@dataclass(frozen=True, slots=True)
class CallerBridged:
    """The caller and the person hear each other."""


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """The transfer is over."""

    outcome: str
    """`bridged`, `returned`, `message` or `gone`."""
    reason: str
    comes_back: bool = False
    """The caller is on the way back to the bot."""
