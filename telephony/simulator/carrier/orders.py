"""How a leg is ended: by an order to hang up, or by what it was doing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from telephony.calls import CallStatus


@dataclass(frozen=True, slots=True)
class HangUp:
    """An order to end the call."""

    by: str
    """`person`, `api`, `carrier`."""


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
