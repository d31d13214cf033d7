"""A dispute desk to try the hotline on: a few disputes and the appeals against them, in memory.

The same on every machine. Nothing outlives the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from typing import Any

_POSTCODES = {
    "204518": "02118",
    "318846": "60614",
    "450937": "94107",
    "562071": "10025",
}
"""Of the people whose disputes these are."""
_TOO_LATE = frozenset({"562071"})
_FIRST_APPEAL = 8_100
_REMEMBERED = 4_096


class DemoDisputes:
    """The desk's book. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._appeals: dict[str, tuple[str, str]] = {}
        """By dispute: number of the appeal, and its grounds."""
        self._call_backs: dict[str, str] = {}
        self._done: dict[str, dict[str, Any]] = {}

    def tools(self) -> Mapping[str, Callable[..., Mapping[str, Any]]]:
        """Return the actions that a hotline can call."""
        return {
            "verify_dispute": self.verify_dispute,
            "file_appeal": self.file_appeal,
            "request_call_back": self.request_call_back,
        }

    def verify_dispute(self, dispute: str, postcode: str) -> dict[str, Any]:
        """Compare what somebody says with what is on file."""
        fits = _POSTCODES.get(dispute) == postcode
        return {"outcome": "verified" if fits else "unverified"}

    def file_appeal(self, dispute: str, grounds: str, call_key: str) -> dict[str, Any]:
        """File an appeal in somebody's own words; one for each dispute."""
        with self._lock:
            if (done := self._done.get(call_key)) is not None:
                return done
            if dispute in _TOO_LATE:
                return {"outcome": "too_late"}
            if dispute in self._appeals:
                return {"outcome": "already", "appeal": self._appeals[dispute][0]}
            number = str(_FIRST_APPEAL + len(self._appeals) + 1)
            self._appeals[dispute] = (number, grounds)
            return self._did(call_key, {"outcome": "filed", "appeal": number})

    def request_call_back(self, phone: str, about: str, call_key: str) -> dict[str, Any]:
        """Note that somebody has to be called."""
        with self._lock:
            if (done := self._done.get(call_key)) is not None:
                return done
            if phone in self._call_backs:
                return {"outcome": "already"}
            self._call_backs[phone] = about
            return self._did(call_key, {"outcome": "noted"})

    def appeals(self) -> Mapping[str, tuple[str, str]]:
        """Return the appeals: number and grounds by dispute."""
        with self._lock:
            return dict(self._appeals)

    def _did(self, call_key: str, result: dict[str, Any]) -> dict[str, Any]:
        self._done[call_key] = result
        if len(self._done) > _REMEMBERED:
            self._done.pop(next(iter(self._done)))
        return result


@cache
def _desk() -> DemoDisputes:
    return DemoDisputes()


def tools() -> Mapping[str, Callable[..., Mapping[str, Any]]]:
    """Return the tools of the process's desk; the domain.toml of the hotline asks for them."""
    return _desk().tools()
