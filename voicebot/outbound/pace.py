"""How fast and how many calls: rate, calls at once, calls a day, calls of one number a day."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for all lists together."""

    per_second: float = 1.0
    """Calls placed a second; the carrier's own limit is 1 unless it raised it."""
    at_once: int = 4
    a_day: int = 500
    """Calls placed in any 24 hours; what they may cost at most follows from it."""
    number_a_day: int = 3
    """Calls placed to one number in any 24 hours, from whichever list."""


class Pace:
    """Keeps the limits. Times are seconds since the epoch and never go back."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._placed: deque[tuple[float, str]] = deque()
        self._of_number: dict[str, deque[float]] = {}
        self._next = float("-inf")
        self.live = 0
        """Calls under way."""

    def placed(self, number: str, at: float, *, live: bool = True) -> None:
        """A call is placed, or was, before this process began."""
        self._forget(at)
        self._placed.append((at, number))
        self._of_number.setdefault(number, deque()).append(at)
        self._next = max(self._next, at + 1 / self._limits.per_second)
        self.live += live

    def ended(self) -> None:
        """A call is over."""
        self.live -= 1

    def free_at(self, now: float) -> float | None:
        """Return when a call may be placed, `now` at the earliest; None: not before one ends."""
        if self.live >= self._limits.at_once:
            return None
        if len(self._placed) >= self._limits.a_day:
            return max(now, self._next, self._placed[-self._limits.a_day][0] + DAY)
        return max(now, self._next)

    def number_free_at(self, number: str, now: float) -> float:
        """Return when a number may be called once more, `now` at the earliest."""
        times = self._of_number.get(number, ())
        if len(times) < self._limits.number_a_day:
            return now
        return max(now, times[-self._limits.number_a_day] + DAY)

    def _forget(self, now: float) -> None:
        while self._placed and self._placed[0][0] <= now - DAY:
            _, number = self._placed.popleft()
            times = self._of_number[number]
            times.popleft()
            if not times:
                del self._of_number[number]
