"""StreamRecord: one media stream of a call, as it is kept with the call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class StreamRecord:
    """One media stream of a call, for tests to look at."""

    sid: str
    name: str
    parameters: Mapping[str, str]
    both_ways: bool
    started_at: float
    """Seconds since the carrier opened."""
    cut: Callable[[], None]
    """Breaks the connection without a goodbye; the call goes on as it would at Twilio."""
    ended_at: float | None = None
    close_code: int | None = None
    """Of the websocket; 1006 when it broke."""
