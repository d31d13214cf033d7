"""Breaker: stops asking a backend that is down, so that callers are told at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Breaker:
    """Opens after failures in a row; then lets one try through at a time, until one works."""

    def __init__(
        self,
        *,
        failures: int = 5,
        pause: float = 10.0,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """
        Args:
            failures: In a row, until nothing is asked any more.
            pause: Seconds until a try is let through.
            clock: Seconds.
        """
        self._most = failures
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._try_at = 0.0

    def allows(self) -> bool:
        """Whether to ask now; a yes while it is open is for one try only."""
        with self._lock:
            if self._failures < self._most:
                return True
            now = self._clock()
            if now < self._try_at:
                return False
            self._try_at = now + self._pause
            return True

    def worked(self) -> None:
        """The backend answered."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """It did not, or not with sense."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._try_at = self._clock() + self._pause
