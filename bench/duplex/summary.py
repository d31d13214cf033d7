"""Rates with their confidence, and percentiles, of what the duplex benchmark measured."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from bench.duplex.outcomes import Outcome, TurnOutcome

Z = 1.96
"""Of a confidence of 95 %."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of cases, with Wilson's interval."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None without cases."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound at 95 %."""
        if not self.of:
            return 0.0, 1.0
        p, n = self.hits / self.of, self.of
        centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Spread:
    """Values in seconds (or dB)."""

    values: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        """None without values."""
        return fmean(self.values) if self.values else None

    def percentile(self, share: float) -> float | None:
        """Return the smallest value that so many (0..1) do not exceed; None without values."""
        if not self.values:
            return None
        ordered = sorted(self.values)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def judged(outcomes: Sequence[Outcome], kind: str) -> list[Outcome]:
    """Return the events of a class that count."""
    return [o for o in outcomes if o.kind == kind and not o.void]


def yielded(outcomes: Sequence[Outcome], kind: str) -> Rate:
    """Return how many events of a class made the bot stop."""
    found = judged(outcomes, kind)
    return Rate(sum(o.stopped_after is not None for o in found), len(found))


def ignored(outcomes: Sequence[Outcome], kind: str) -> Rate:
    """Return how many events of a class the bot spoke on over: its selectivity."""
    stopped = yielded(outcomes, kind)
    return Rate(stopped.of - stopped.hits, stopped.of)


def spread(outcomes: Sequence[Outcome], value: Callable[[Outcome], float | None]) -> Spread:
    """Return one value of all events that have it."""
    found = (value(outcome) for outcome in outcomes if not outcome.void)
    return Spread(tuple(v for v in found if v is not None))


def spoken_into(turns: Sequence[TurnOutcome]) -> Rate:
    """Return in how many turns the bot began to speak before the caller was done."""
    return Rate(sum(turn.spoken_into for turn in turns), len(turns))


def responses(turns: Sequence[TurnOutcome]) -> Spread:
    """Return the response latencies."""
    return Spread(tuple(t.response for t in turns if t.response is not None))


def confusion(outcomes: Sequence[Outcome]) -> dict[str, Counter[str]]:
    """Return, by true class, how often the journal said what."""
    table: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        if not outcome.void:
            table.setdefault(outcome.kind, Counter())[outcome.verdict or "nothing"] += 1
    return table


def is_miss(outcome: Outcome) -> bool:
    """Return whether the bot did the wrong thing."""
    if outcome.void:
        return False
    return (outcome.stopped_after is None) == (outcome.kind == "interruption")
