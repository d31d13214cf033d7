"""Trouble: whether a call can go on although something failed. Sans-I/O."""

from __future__ import annotations

_LASTING = frozenset({"synthesiser", "speech_detector"})
"""Engines without which the bot is dumb, or deaf. What was rendered ahead can still be said."""


class Trouble:
    """Counts failures in a row, and notices an answer that is owed and does not come."""

    def __init__(self, *, failures: int, owed: float) -> None:
        """Begin without trouble.

        Args:
            failures: So many in a row are too many.
            owed: Longest silence of the bot after a turn, in seconds.
        """
        self._most = failures
        self._owed = owed
        self._failures = 0
        self._silent_since: float | None = None

    @property
    def deadline(self) -> float | None:
        """When to call `is_silent` next, on the call clock."""
        return None if self._silent_since is None else self._silent_since + self._owed

    def needs_person(self, engine: str) -> bool:
        """Count a failure; return whether the bot cannot go on."""
        self._failures += 1
        return engine in _LASTING or self._failures >= self._most

    def is_over(self) -> None:
        """What failed works again."""
        self._failures = 0

    def is_silent(self, now: float, *, owing: bool) -> bool:
        """Return whether the bot has owed an answer for too long.

        Args:
            now: Call clock.
            owing: It owes one, and nothing is under way that will become one.
        """
        if not owing:
            self._silent_since = None
        elif self._silent_since is None:
            self._silent_since = now
        elif now - self._silent_since >= self._owed:
            self._silent_since = None
            return True
        return False
