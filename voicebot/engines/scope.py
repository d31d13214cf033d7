"""Tells what is like the examples of a hotline from what is not, and holds examples out for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from voicebot.engines.layers import Floats
from voicebot.engines.regression import OF_EXAMPLES

STRANGE = 0.06
"""Share of held-out examples that may be taken for out of scope."""
STRANGE_BESIDE_OUTSIDE = 0.04
"""The same where examples of what is out of scope help to tell them apart."""
LEAST_NEAR = 0.35
"""Nearness to the three nearest examples that counts as known, where nothing can be held out."""
_SEED = 0


def folds(labels: Floats, most: int) -> Iterator[NDArray[np.bool_]]:
    """Yield what is held out of each fold; an intent's only example is never held out."""
    sizes = np.bincount(labels)[np.unique(labels)]
    count = min(most, int(sizes.max()))
    if count < 2:
        return
    turn = np.full(len(labels), -1)
    order = np.random.default_rng(_SEED)
    for label in np.unique(labels):
        places = order.permutation(np.flatnonzero(labels == label))
        if len(places) > 1:
            turn[places] = np.arange(len(places)) % count
    for fold in range(count):
        yield turn == fold


def share(labels: Floats, part: int, most: int) -> NDArray[np.bool_]:
    """Return one in `part` of the examples of each intent, at most so many of it."""
    held = np.zeros(len(labels), dtype=bool)
    order = np.random.default_rng(_SEED)
    for label in np.unique(labels):
        places = order.permutation(np.flatnonzero(labels == label))
        held[places[: min(len(places) // part, most)]] = True
    return held


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models that did not see these examples make of them."""

    likely: Floats
    near: Floats
    signs: Floats
    labels: Floats
    count: int

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which of them are of an intent."""
        known: NDArray[np.bool_] = self.labels < self.count
        return known


@dataclass(frozen=True, slots=True)
class Scope:
    """Tells what is like the examples from what is not."""

    weights: Floats
    least: float

    @classmethod
    def learnt(cls, held: HeldOut) -> Scope:
        """Learn it from held-out examples, and from those known to be out of scope."""
        width = held.signs.shape[1]
        if not held.inside.any():
            return cls(np.eye(width)[0], LEAST_NEAR)
        spread = held.signs[held.inside].std(axis=0) + 1e-6
        weights, strange = (np.arange(width) < OF_EXAMPLES) / spread, STRANGE
        if (~held.inside).any():
            strange = STRANGE_BESIDE_OUTSIDE
            model = LogisticRegression(C=1.0, class_weight="balanced")
            model.fit(held.signs / spread, held.inside)
            weights = model.coef_[0] / spread
        scores = held.signs[held.inside] @ weights
        return cls(weights, float(np.quantile(scores, strange)))

    def known(self, signs: Floats) -> NDArray[np.bool_]:
        """Whether each row of signs is of something known."""
        result: NDArray[np.bool_] = signs @ self.weights >= self.least
        return result
