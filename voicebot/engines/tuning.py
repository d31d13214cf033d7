"""Fits the upper layers of the sentence encoder to a few examples of each intent.

Contrastive learning as in SetFit (Tunstall et al. 2022), together with a prototype of each intent
(Snell et al. 2017): sentences of one intent are drawn together, those of others pushed apart. Only
the upper half of the layers moves: the lower half is worked out once a sentence, and no framework
is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from voicebot.engines.layers import Batch, Floats, Weights, backward, forward

_TEMPERATURE = 0.05
_BATCH = 64
_TOGETHER = 4
"""Examples of one intent that come in a batch together."""
_WARM_UP = 0.1
_DECAY = 0.01
_ENCODED = 64


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the layers are fitted."""

    rate: float = 2e-4
    prototype_rate: float = 5e-3
    epochs: int = 5
    passes: int = 10_000
    """Most sentences worked through, so that thousands of examples do not take an hour."""
    drop: float = 0.1
    seed: int = 0


def encode(layers: Sequence[Weights], hidden: Sequence[Floats]) -> Floats:
    """Return one unit-length vector a sentence.

    Args:
        layers: The upper layers.
        hidden: What comes out of the layer below them: (tokens, width) a sentence.
    """
    order = sorted(range(len(hidden)), key=lambda i: len(hidden[i]))
    vectors = np.zeros((len(hidden), hidden[0].shape[1] if hidden else 0), dtype=np.float32)
    for start in range(0, len(order), _ENCODED):
        places = order[start : start + _ENCODED]
        vectors[places] = forward(layers, Batch.of([hidden[i] for i in places]))[0]
    return vectors


def tune(
    layers: Sequence[Weights],
    hidden: Sequence[Floats],
    labels: NDArray[np.int64],
    recipe: Recipe = Recipe(),
    progress: Callable[[float], None] | None = None,
) -> list[dict[str, Floats]]:
    """Return the layers, fitted to labelled sentences; the same seed gives the same layers.

    Args:
        layers: The upper layers as they were trained for sentences of all kinds.
        hidden: What comes out of the layer below them: (tokens, width) a sentence.
        labels: The intent of each, counted from 0.
        recipe: How.
        progress: Told after each batch which share of the work is done.
    """
    # Two BLAS threads that share their cores with a call wait for each other more than they work.
    with threadpool_limits(limits=1):
        return _tuned(layers, hidden, labels, recipe, progress)


def _tuned(
    layers: Sequence[Weights],
    hidden: Sequence[Floats],
    labels: NDArray[np.int64],
    recipe: Recipe,
    progress: Callable[[float], None] | None,
) -> list[dict[str, Floats]]:
    rng = np.random.default_rng(recipe.seed)
    fitted = [{name: weights.copy() for name, weights in layer.items()} for layer in layers]
    plain = encode(layers, hidden)
    prototypes = np.stack([plain[labels == i].mean(axis=0) for i in range(labels.max() + 1)])
    epochs = max(1, min(recipe.epochs, round(recipe.passes / len(hidden))))
    batches = [batch for _ in range(epochs) for batch in _batches(labels, rng)]
    adam = _Adam(_DECAY)
    for step, chosen in enumerate(batches):
        batch = Batch.of([hidden[i] for i in chosen])
        vectors, trace = forward(fitted, batch, drop=recipe.drop, rng=rng)
        slope, by_prototypes = _slopes(vectors, prototypes, labels[chosen])
        done = step / len(batches)
        pace = min((done + 1 / len(batches)) / _WARM_UP, (1 - done) / (1 - _WARM_UP))
        adam.next()
        adam.move("prototypes", prototypes, by_prototypes, recipe.prototype_rate * pace, decay=0.0)
        for i, found in enumerate(backward(fitted, batch, trace, slope)):
            for name, gradient in found.items():
                adam.move(f"{i}.{name}", fitted[i][name], gradient, recipe.rate * pace)
        if progress is not None:
            progress((step + 1) / len(batches))
    return fitted


def _batches(labels: NDArray[np.int64], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Cut the examples into batches in which some of each intent come together."""
    groups: list[NDArray[np.int64]] = []
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        groups += [places[i : i + _TOGETHER] for i in range(0, len(places), _TOGETHER)]
    order = np.concatenate([groups[i] for i in rng.permutation(len(groups))])
    return [order[i : i + _BATCH] for i in range(0, len(order), _BATCH)]


def _slopes(
    vectors: Floats, prototypes: Floats, labels: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Return the gradients of the loss by the vectors and by the prototypes.

    The loss is the cross-entropy of the nearest prototype, and the supervised contrastive loss
    (Khosla et al. 2020) among the sentences of the batch.
    """
    count = len(labels)
    norms = np.linalg.norm(prototypes, axis=1, keepdims=True)
    units = prototypes / norms
    wrong = _softmax(vectors @ units.T / _TEMPERATURE)
    wrong[np.arange(count), labels] -= 1.0
    wrong /= count * _TEMPERATURE
    slope = wrong @ units
    by_units = wrong.T @ vectors
    by_prototypes = (by_units - units * (by_units * units).sum(1, keepdims=True)) / norms

    alike = (labels[:, None] == labels[None, :]) & ~np.eye(count, dtype=bool)
    partners = alike.sum(1, keepdims=True)
    scores = vectors @ vectors.T / _TEMPERATURE
    np.fill_diagonal(scores, -1e9)
    gap = _softmax(scores) - alike / np.maximum(partners, 1)
    gap *= (partners > 0) / (count * _TEMPERATURE)
    slope += (gap + gap.T) @ vectors
    return slope.astype(np.float32), by_prototypes.astype(np.float32)


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = shares / shares.sum(axis=1, keepdims=True)
    return result


class _Adam:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019)."""

    def __init__(self, decay: float, first: float = 0.9, second: float = 0.999) -> None:
        self._decay = decay
        self._first = first
        self._second = second
        self._steps = 0
        self._moments: dict[str, tuple[Floats, Floats]] = {}

    def next(self) -> None:
        """Begin a step."""
        self._steps += 1

    def move(
        self,
        name: str,
        weights: Floats,
        gradient: Floats,
        rate: float,
        *,
        decay: float | None = None,
    ) -> None:
        """Move weights in place."""
        if name not in self._moments:
            self._moments[name] = (np.zeros_like(weights), np.zeros_like(weights))
        mean, square = self._moments[name]
        mean += (1 - self._first) * (gradient - mean)
        square += (1 - self._second) * (gradient * gradient - square)
        scale = rate / (1 - self._first**self._steps)
        spread = np.sqrt(square / (1 - self._second**self._steps)) + 1e-8
        weights -= (
            scale * mean / spread + rate * (self._decay if decay is None else decay) * weights
        )
