"""False cuts against delay, for ways of ending a turn, on the same pauses.

A turn is cut at a pause if its end is declared before the caller goes on; the share of cuts is over
all pauses inside turns, each at every length that its caller's habit allows (0.3-1.2 s). The delay
is the silence before the declared end of a complete turn. Time to decode is not in either.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from bench.endpoint.pauses import Measured
from dialogue.acts import Answer
from voicebot.turntaking.completeness import digits_in
from voicebot.turntaking.endpointing import TurnEvidence


@dataclass(frozen=True, slots=True)
class Point:
    """One way of ending turns, at one setting."""

    setting: str
    cuts: float
    """Share of the pauses inside turns that were taken for the end, 0..1."""
    delay_mean: float
    """Seconds."""
    delay_median: float
    delay_p95: float


Waits = Sequence[tuple[str, Sequence[float]]]
"""Settings, each with the patience at each pause in seconds."""


def point(rows: Sequence[Measured], setting: str, waits: Sequence[float]) -> Point:
    """Return what one setting does."""
    cuts = [
        mean(wait < length for length in row.lengths)
        for row, wait in zip(rows, waits, strict=True)
        if not row.complete
    ]
    delays = sorted(wait for row, wait in zip(rows, waits, strict=True) if row.complete)
    last = delays[min(len(delays) - 1, math.ceil(0.95 * len(delays)) - 1)]
    return Point(setting, mean(cuts), mean(delays), median(delays), last)


def curve(rows: Sequence[Measured], waits: Waits) -> list[Point]:
    """Return the settings that no other beats in both cuts and mean delay, by rising delay."""
    points = sorted(
        (point(rows, setting, each) for setting, each in waits), key=lambda p: p.delay_mean
    )
    kept: list[Point] = []
    for each in points:
        if not kept or each.cuts < kept[-1].cuts:
            kept.append(each)
    return kept


def at_delay(points: Sequence[Point], seconds: float) -> Point:
    """Return the fewest cuts at a mean delay of at most `seconds` (else the quickest setting)."""
    within = [point for point in points if point.delay_mean <= seconds + 1e-9]
    if not within:
        return min(points, key=lambda point: point.delay_mean)
    return min(within, key=lambda point: point.cuts)


def at_cuts(points: Sequence[Point], share: float) -> Point | None:
    """Return the quickest setting with at most this share of cuts."""
    return min(
        (point for point in points if point.cuts <= share),
        key=lambda point: point.delay_mean,
        default=None,
    )


def silence(rows: Sequence[Measured]) -> Waits:
    """Return a fixed silence, whatever was said."""
    steps = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
    return [(f"{seconds:g} s", [seconds] * len(rows)) for seconds in steps]


def smart_turn(rows: Sequence[Measured]) -> Waits:
    """Return the turn detector alone: 0.2 s if it says complete, else a longer fixed silence."""
    found = []
    for threshold in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99):
        for fallback in (0.4, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0, 3.0):
            waits = [0.2 if row.probability >= threshold else fallback for row in rows]
            found.append((f">= {threshold:g}, else {fallback:g} s", waits))
    return found


def rules(rows: Sequence[Measured]) -> Waits:
    """Return rules by hand over the same evidence, with four fixed silences, stretched."""
    return [
        (f"x {stretch:g}", [max(0.2, stretch * _by_rule(row.evidence)) for row in rows])
        for stretch in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.4)
    ]


def swept(
    rows: Sequence[Measured], costs: Sequence[float], wait: Callable[[Measured, float], float]
) -> Waits:
    """Return a way with one knob, over its values."""
    return [(f"{cost:g}", [wait(row, cost) for row in rows]) for cost in costs]


def calibration_error(outcomes: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return the expected calibration error: |stated - actual|, weighted over equal-width bins."""
    total = 0.0
    for index in range(bins):
        inside = [(p, done) for p, done in outcomes if min(int(p * bins), bins - 1) == index]
        if inside:
            total += abs(sum(p for p, _ in inside) - sum(done for _, done in inside))
    return total / len(outcomes)


_RULE_YES_NO = frozenset(
    {"yes", "yes please", "no", "no thank you", "yeah", "yep", "nope", "okay", "sure", "correct"}
)
_RULE_HESITANT = frozenset(
    {
        *("um", "uh", "er", "erm", "and", "or", "but", "because", "so", "the", "a", "an", "my"),
        *("is", "it's", "to", "for", "of", "with", "i", "i'm"),
    }
)


def _by_rule(evidence: TurnEvidence) -> float:
    complete = (evidence.probability or 0.0) >= 0.5
    text = evidence.last.strip()
    wait = 0.2 if complete else 0.5 if text.endswith((".", "?", "!")) else 0.9
    bare = text.lower().rstrip(".!?, ").replace(",", "")
    match evidence.answer:
        case Answer.YES_NO | Answer.CHOICE if bare in _RULE_YES_NO:
            wait = 0.2
        case Answer.CODE:
            if count := digits_in(evidence.text):
                wait = 0.2 if evidence.digits and count >= evidence.digits else 0.9
        case Answer.TEXT:
            wait = 0.9
    if bare.split()[-1:] and bare.split()[-1] in _RULE_HESITANT:
        wait = max(wait, 1.6)
    return wait
