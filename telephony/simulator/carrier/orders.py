"""What a leg can be told, and how a program ends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from telephony.calls import CallStatus

if TYPE_CHECKING:
    from telephony.simulator.carrier.leg import Leg

Program = Callable[["Leg"], Awaitable[None]]
"""What a leg does once it is answered; the leg hangs up when it returns."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """An order to end the call."""

    by: str
    """`person`, `api`, `carrier`."""


@dataclass(frozen=True, slots=True)
class GoOn:
    """An order to run another program."""

    program: Program


class LegOver(Exception):
    """Raised by a program that ends its leg.

    Args:
        status: How it ended.
        why: For the log.
        code: Twilio's error code, if an error ends it.
    """

    def __init__(self, status: CallStatus, why: str, code: int = 0) -> None:
        self.status = status
        self.code = code
        super().__init__(why)


class Ending(Protocol):
    """Something that has to be finished with a call, while its audio is still there."""

    def finish(self) -> None:
        """Finish it; nothing happens the second time."""
        ...
