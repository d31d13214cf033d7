"""People: how busy those are to whom callers are connected, as far as this process can tell."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

from dialogue.acts import Circumstances

_LONGEST_TALK = 2 * 3600.0
"""Seconds after which a talk whose end nobody reported counts as over."""
_REMEMBERED = 1_024


class People:
    """Counts the callers who were connected, and guesses how long the next one waits."""

    def __init__(
        self,
        count: int = 0,
        talk: float = 300.0,
        *,
        outlook: Callable[[], float | None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """
        Args:
            count: How many people there are; 0 where it is not known, and nobody waits.
            talk: Seconds that they talk to one caller, on average.
            outlook: Returns the seconds until somebody has time, None where nobody is there; absent
                where it is not known what people are doing, and talks are counted instead.
            clock: Measures talks.
            now: The time of day.
        """
        self._count = count
        self._talk = talk
        self._outlook = outlook
        self._clock = clock
        self._now = now
        self._talking: OrderedDict[str, float] = OrderedDict()

    def began(self, call_sid: str) -> None:
        """A caller is being connected."""
        self._talking[call_sid] = self._clock()
        while len(self._talking) > _REMEMBERED:
            self._talking.popitem(last=False)

    def ended(self, call_sid: str) -> None:
        """The talk, or the attempt, is over."""
        self._talking.pop(call_sid, None)

    @property
    def wait(self) -> float | None:
        """Seconds until somebody has time; None where it is not known."""
        if self._outlook is not None:
            return self._outlook()
        if not self._count:
            return None
        oldest = self._clock() - _LONGEST_TALK
        waiting = sum(began > oldest for began in self._talking.values()) - self._count + 1
        return max(waiting, 0) * self._talk / self._count

    def circumstances(self) -> Circumstances:
        """Return what a dialogue must know as it begins."""
        wait = self.wait
        staffed = self._outlook is None or wait is not None
        return Circumstances(self._now().isoformat(timespec="seconds"), wait, staffed)
