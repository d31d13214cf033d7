"""Logistic regression over sentence vectors, beside the nearest example of each intent.

With `scope` and `grouping` the only place that imports scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from voicebot.engines.encoder import Vectors
from voicebot.engines.layers import Floats

_TOLERANCE = 1e-5
"""Slope at which the fit ends. It is a mean over the examples and shrinks with the number of
intents: with 150 of them 1e-3 is the slope of the very first step."""
HEAVIEST = 4.0
"""Most that a part may weigh: a few held-out examples that are all right would call for no end."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Vectors that belong to intents and are no examples of what callers say."""

    vectors: Vectors
    labels: Floats

    @classmethod
    def none(cls, vectors: Vectors) -> Hints:
        """Return no hints, of the same width as these vectors."""
        return cls(vectors[:0], np.zeros(0, dtype=int))


class Regression:
    """What was learnt from one set of examples; the label `count` is of those out of scope."""

    def __init__(
        self, vectors: Vectors, labels: Floats, count: int, hints: Hints, penalty: float
    ) -> None:
        """Fit it.

        Args:
            vectors: One unit-length vector an example.
            labels: Its intent, counted from 0; `count` where it is of none.
            count: How many intents there are.
            hints: What else belongs to the intents.
            penalty: Inverse strength of the regularisation (scikit-learn's `C`).
        """
        model = LogisticRegression(
            C=penalty, class_weight="balanced", max_iter=1000, tol=_TOLERANCE
        )
        model.fit(np.vstack([vectors, hints.vectors]), np.concatenate([labels, hints.labels]))
        self.count = count
        self._weights = np.zeros((vectors.shape[1], count + 1), dtype=np.float32)
        self._bias = np.full(count + 1, -1e3, dtype=np.float32)
        rows, offsets = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
            rows, offsets = np.vstack([-rows, rows]) / 2, np.array([-offsets[0], offsets[0]]) / 2
        self._weights[:, model.classes_] = rows.T
        self._bias[model.classes_] = offsets
        order = np.argsort(labels, kind="stable")
        inside = order[labels[order] < count]
        self._examples = vectors[inside]
        self._outside = vectors[labels == count]
        self._seen, self._starts = np.unique(labels[inside], return_index=True)

    def likely(self, vectors: Vectors) -> Floats:
        """Return log-likelihoods of the intents by the regression, one row a vector."""
        return log_softmax((vectors @ self._weights + self._bias)[:, : self.count])

    def near(self, vectors: Vectors) -> Floats:
        """Return the cosine of the nearest example of each intent, one row a vector."""
        result = np.zeros((len(vectors), self.count), dtype=np.float32)
        cosines = vectors @ self._examples.T
        result[:, self._seen] = np.maximum.reduceat(cosines, self._starts, axis=1)
        return result

    def signs(self, vectors: Vectors) -> Floats:
        """Return what tells the known from the strange, one row a vector; more is more known.

        Those that need no example of what is out of scope come first (`OF_EXAMPLES`).
        """
        raw = vectors @ self._weights + self._bias
        inside = raw[:, : self.count]
        nearest = -np.partition(-(vectors @ self._examples.T), min(2, len(self._examples) - 1))
        rows = [nearest[:, :3].mean(axis=1), inside.max(axis=1)]
        rows.append(np.exp(log_softmax(inside).max(axis=1)))
        if len(self._outside):
            rows.append(inside.max(axis=1) - raw[:, self.count])
            rows.append(-np.max(vectors @ self._outside.T, axis=1))
        return np.stack(rows, axis=1)


OF_EXAMPLES = 3
"""Signs that need no example of what is out of scope."""


def likeliest_weights(
    parts: Sequence[Floats], labels: Floats, begin: Sequence[float]
) -> tuple[float, ...]:
    """Return the weights, 0 to `HEAVIEST`, with whose sum held-out labels are most likely.

    Stacking (Wolpert 1992) and temperature scaling (Guo et al. 2017) in one: the weights say how
    much each part is worth beside the others, and how sure their sum may be. The loss is convex.

    Args:
        parts: What each part says of held-out examples: one row each, one column an intent.
        labels: Their intents.
        begin: Where to begin.
    """
    stacked = np.stack(parts).astype(np.float64)
    rows = np.arange(len(labels))
    true = stacked[:, rows, labels].mean(axis=1)

    def loss(weights: Floats) -> tuple[float, Floats]:
        logs = log_softmax(np.tensordot(weights, stacked, axes=1))
        expected = np.einsum("rc,prc->p", np.exp(logs), stacked) / len(rows)
        return -float(logs[rows, labels].mean()), expected - true

    found = minimize(
        loss, np.array(begin), jac=True, method="L-BFGS-B", bounds=[(0.0, HEAVIEST)] * len(parts)
    )
    return tuple(float(weight) for weight in found.x)


def log_softmax(logits: Floats) -> Floats:
    """Return the logarithms of the shares of each row."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
