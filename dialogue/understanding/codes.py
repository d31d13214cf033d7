"""Values dictated character by character, put right in the middle and across turns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialogue.understanding.edits import Part, joined, parts, repaired
from dialogue.understanding.shapes import Digits, Phone, Shape
from dialogue.understanding.symbols import readings, tokens_of

_BEGUN = 1.1
"""What it costs in nats to believe that a value is not finished yet."""
_UNCHECKED = 4.0
"""What it costs to believe a value whose check digit is wrong."""
_OTHERWISE = 3.0
"""Price of the belief that none of the readings is right."""
_STAMMERED = 2.3
"""What it costs to believe that one of many equal digits was heard too often: asked back."""
_KEPT = 12
_WORTH = 7.0
"""Readings this much dearer than the best are not worth a thought."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of what was dictated."""

    value: str
    share: float
    """Of all readings, 0..1: how sure it is."""


@dataclass(frozen=True, slots=True)
class Dictated:
    """What a turn made of a value."""

    whole: tuple[Hypothesis, ...] = ()
    """Complete values, likeliest first."""
    begun: str = ""
    """The likeliest beginning, where that is likelier than any whole value."""
    voided: bool = False
    """What was dictated before does not count any more."""


def read_characters(
    text: str,
    shape: Shape,
    *,
    before: str = "",
    check: Callable[[str], bool] | None = None,
) -> Dictated:
    """Read a value of the shape that was asked for.

    Args:
        text: A turn as recognised.
        shape: What a value looks like.
        before: Its beginning, or the whole value, from earlier turns.
        check: Tells whether a whole value's check digit is right.
    """
    found = parts(tokens_of(text))
    prices: Mapping[str, float] = {before: 0.0}
    touched = voided = False
    for part in found:
        if part.restarts:
            prices, voided = {"": 0.0}, True
        prices, changed = _taken(part, prices, shape, first=not touched)
        touched = touched or changed
    if not touched and not voided:
        return Dictated()
    return _ranked(prices, shape, check, voided=voided and not touched)


def _taken(
    part: Part, prices: Mapping[str, float], shape: Shape, *, first: bool
) -> tuple[Mapping[str, float], bool]:
    """Return the readings after one more part of the turn, and whether it said anything."""
    if part.edit is not None:
        changed: dict[str, float] = {}
        for value, price in prices.items():
            for now, cost in part.edit.apply(value):
                _cheaper(changed, now, price + cost)
        return (changed, True) if changed else (prices, False)
    said = [(value, cost) for value, cost in readings(part.tokens, shape)]
    silent = next((cost for value, cost in said if not value), None)
    spoken = [(value, cost) for value, cost in said if value]
    if not spoken:
        return prices, False
    grown: dict[str, float] = {}
    if silent is not None:
        for value, price in prices.items():
            _cheaper(grown, value, price + silent + (0.0 if value else 0.3))
    for value, price in sorted(prices.items(), key=lambda item: item[1])[:_KEPT]:
        whole = bool(value) and shape.whole(value) is not None
        for now, cost in spoken[:24]:
            if value and shape.whole(now) is not None:
                # All of it again.
                _cheaper(grown, now, price + cost + 0.3)
            put = repaired if part.repairs or (whole and first) else joined
            for together, extra in put(value, now):
                if shape.begins(together) or shape.whole(together) is not None:
                    _cheaper(grown, together, price + cost + extra)
    return grown, any(grown)


def _cheaper(prices: dict[str, float], value: str, price: float) -> None:
    prices[value] = min(price, prices.get(value, math.inf))


def _is_stammered(shape: Phone, said: str, value: str) -> bool:
    return len(said) > len(value) and not said.endswith(value) and shape.is_stammered(said)


def _ranked(
    prices: Mapping[str, float],
    shape: Shape,
    check: Callable[[str], bool] | None,
    *,
    voided: bool,
) -> Dictated:
    whole: dict[str, float] = {}
    begun: dict[str, float] = {}
    for said, price in prices.items():
        value = shape.whole(said)
        if value is None:
            if said:
                _cheaper(begun, said, price + _BEGUN)
        else:
            # Said twice, it is heard twice; half of it again may be a stammer.
            twice = 0.2 if len(said) >= 2 * len(value) else 0.0
            twice -= (
                0.7
                if isinstance(shape, Digits) and shape.count < len(said) < 2 * shape.count
                else 0.0
            )
            if isinstance(shape, Phone) and _is_stammered(shape, said, value):
                price += _STAMMERED
            wrong = _UNCHECKED if check is not None and not check(value) else 0.0
            _cheaper(whole, value, price + wrong - twice)
    best = min((*whole.values(), *begun.values()), default=math.inf)
    kept = sorted(whole.items(), key=lambda item: item[1])
    kept = [(value, price) for value, price in kept if price <= best + _WORTH][:_KEPT]
    total = sum(math.exp(-price) for _, price in kept)
    # Something else altogether may have been said.
    total += math.exp(-_OTHERWISE)
    first = min(begun, key=lambda said: (begun[said], -len(said)), default="")
    if kept and (not first or kept[0][1] <= begun[first] + 1e-9):
        first = ""
    if not first and not kept:
        return Dictated(voided=voided)
    hypotheses = tuple(Hypothesis(v, math.exp(-price) / total) for v, price in kept)
    return Dictated(hypotheses if not first else (), first, voided)
