"""How often somebody may do something: a token bucket for each of a bounded number of keys."""

from __future__ import annotations

import math
from collections import OrderedDict

_KEYS = 10_000
"""Buckets kept; the one unused for longest goes first, and would be full again."""


class Rate:
    """So many times a minute for each key, with bursts of as many. No clock: times are given."""

    def __init__(self, per_minute: int) -> None:
        self._most = float(per_minute)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str, now: float) -> int:
        """Take one turn; return 0, or the whole seconds after which one is free again."""
        left, then = self._buckets.pop(key, (self._most, now))
        left = min(self._most, left + (now - then) * self._most / 60)
        waits = 0 if left >= 1 else math.ceil((1 - left) * 60 / self._most)
        self._buckets[key] = (left - (not waits), now)
        if len(self._buckets) > _KEYS:
            self._buckets.popitem(last=False)
        return waits
