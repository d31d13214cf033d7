"""What goes wrong at the carrier, on order: each fault hits so many matching requests, in turn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RestFault(StrEnum):
    """What becomes of a REST request."""

    ERROR_500 = "500"
    """Answered 500 at once; nothing was done."""
    TOO_MANY = "429"
    """Answered 429 with 20429; nothing was done."""
    HANGS = "hangs"
    """Never answered, and nothing was done."""
    DONE_BUT_HANGS = "done-but-hangs"
    """Never answered, although it was done."""


@dataclass(slots=True)
class _Planned:
    fault: RestFault
    method: str
    path: str
    times: int


@dataclass(slots=True)
class _Lost:
    text: str
    times: int


class CarrierFaults:
    """The faults that are planned; none by default."""

    def __init__(self) -> None:
        self._rest: list[_Planned] = []
        self._lost: list[_Lost] = []

    def rest(self, fault: RestFault, *, method: str = "", path: str = "", times: int = 1) -> None:
        """Let REST requests fail.

        Args:
            fault: How.
            method: Of these only, such as `POST`; empty: all.
            path: Only where the path has this in it, such as `/Participants`; empty: all.
            times: How many of them.
        """
        self._rest.append(_Planned(fault, method, path, times))

    def lose_callbacks(self, text: str = "", *, times: int = 1) -> None:
        """Let callbacks get lost.

        Args:
            text: Only those that have it in their address or in a value, such as
                `participant-join` or `completed`; empty: all.
            times: How many of them.
        """
        self._lost.append(_Lost(text, times))

    def next_rest(self, method: str, path: str) -> RestFault | None:
        """Return what is to become of this request; None: it is served."""
        for planned in self._rest:
            if planned.times and planned.method in ("", method) and planned.path in path:
                planned.times -= 1
                return planned.fault
        return None

    def is_lost(self, url: str, values: tuple[str, ...]) -> bool:
        """Return whether this callback is to get lost."""
        for lost in self._lost:
            if lost.times and (lost.text in url or lost.text in values):
                lost.times -= 1
                return True
        return False
