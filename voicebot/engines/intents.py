"""A classifier of what is meant, learnt from a handful of examples of each intent.

The only place that imports scikit-learn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import ThreadpoolController, threadpool_limits

from voicebot.engines.encoder import Encoder, Vectors
from voicebot.engines.layers import Floats, Weights
from voicebot.engines.tuning import Recipe, encode, tune
from voicebot.ports import EngineError

NEARNESS = 5.0
"""Weight of the nearest example beside the regression's log-probability."""
TUNED = 2.0
"""Weight of the regression over tuned vectors beside the one over plain vectors. Chosen with five
and ten examples an intent, on other draws of BANKING77 and CLINC150 than those of the figures."""
TUNED_SHARPNESS = 0.65
"""Factor on the logits where vectors are tuned: their examples are all used up by tuning, so that
none is left to learn it from. 0.6 to 0.7 was best in each of the cases above (calibration error
2 %)."""
SHARPNESS = 3.0
"""Factor on the logits where too few examples are there to learn it from."""
STRANGE = 0.04
"""Share of held-out examples that may be taken for out of scope."""
STRANGE_BESIDE_OUTSIDE = 0.02
"""The same where examples of what is out of scope help to tell them apart."""
LEAST_NEAR = 0.35
"""Nearness to the three nearest examples that counts as known, where nothing can be held out."""
_OF_EXAMPLES = 3
"""Signs that need no example of what is out of scope."""
_MANY = 4000
"""Examples of which two folds are enough."""
_SEED = 0


class LogisticIntentModel:
    """Logistic regression over embeddings, helped by what keeps rare wordings.

    Without tuning that is the nearest example of each intent, and the confidence is calibrated on
    held-out folds. With it, it is a second regression over vectors of layers that were fitted to
    the examples.
    """

    def __init__(
        self,
        encoder: Encoder,
        names: Sequence[str],
        fitted: _Fitted,
        sharpness: float,
        scope: _Scope,
        tuned: _Tuned | None = None,
    ) -> None:
        self._encoder = encoder
        self._names = tuple(names)
        self._fitted = fitted
        self._sharpness = sharpness
        self._scope = scope
        self._tuned = tuned

    def probabilities(self, sentence: str) -> list[tuple[str, float]]:
        """Return (intent, probability), best first; probabilities sum to 1."""
        if self._tuned is None:
            logits = self._fitted.logits(self._encoder.encode([sentence]))[0] * self._sharpness
        else:
            # The encoder then remembers the vector as well, and runs once.
            likely = TUNED * self._tuned.likely(self._encoder.hidden([sentence]))
            likely += self._fitted.likely(self._encoder.encode([sentence]))
            logits = likely[0] * TUNED_SHARPNESS
        shares = np.exp(_log_softmax(logits))
        ranked = np.argsort(-shares, kind="stable")
        return [(self._names[i], float(shares[i])) for i in ranked]

    def in_scope(self, sentence: str) -> bool:
        """Whether the sentence is like anything that was learnt."""
        signs = self._fitted.signs(self._encoder.encode([sentence]))
        return bool(self._scope.known(signs)[0])


class LogisticIntentTrainer:
    """Learns a `LogisticIntentModel`; the same examples give the same model."""

    def __init__(
        self,
        encoder: Encoder,
        *,
        penalty: float = 20.0,
        folds: int = 4,
        recipe: Recipe | None = None,
    ) -> None:
        """
        Args:
            encoder: Turns examples into vectors.
            penalty: Inverse strength of the regularisation (scikit-learn's `C`).
            folds: Parts that the examples are cut into to learn the calibration.
            recipe: How to fit the encoder's upper layers to the examples, which takes tens of
                seconds; None leaves them as they are. An encoder of another kind is never fitted.
        """
        self._encoder = encoder
        self._penalty = penalty
        self._folds = folds
        self._recipe = recipe

    def train(
        self,
        examples: Sequence[tuple[str, str]],
        *,
        outside: Sequence[str] = (),
        named: bool = False,
    ) -> LogisticIntentModel:
        """Learn from (text, intent) pairs.

        Args:
            examples: What callers say, and what they mean by it.
            outside: What callers say that is none of these intents, where examples are known.
            named: The intents' names are words ("card_arrival"), and count as one more example.

        Raises:
            EngineError: fewer than two intents.
        """
        names = sorted({intent for _, intent in examples})
        if len(names) < 2:
            raise EngineError("an intent model needs examples of at least two intents")
        place = {name: i for i, name in enumerate(names)}
        labels = np.array([place[intent] for _, intent in examples] + [len(names)] * len(outside))
        vectors = self._encoder.encode([*(text for text, _ in examples), *outside])
        words = {i: said for i, name in enumerate(names) if named and (said := words_of(name))}
        hints = _Hints.none(vectors)
        if words:
            hints = _Hints(self._encoder.encode(list(words.values())), np.array(list(words)))
        # On matrices this small, BLAS threads wait for each other far longer than one works.
        with threadpool_limits(limits=1):
            fitted = _Fitted(vectors, labels, len(names), hints, self._penalty)
            held = self._held_out(vectors, labels, hints, fitted)
        tuned = None
        if self._recipe is not None and self._encoder.upper:
            texts = [*(text for text, _ in examples), *words.values()]
            inside = np.concatenate([labels[: len(examples)], hints.labels])
            tuned = self._tuned(self._recipe, texts, inside)
        return LogisticIntentModel(
            self._encoder, names, fitted, held.sharpness(), _Scope.learnt(held), tuned
        )

    def _tuned(self, recipe: Recipe, texts: Sequence[str], labels: Floats) -> _Tuned:
        hidden = self._encoder.hidden(texts)
        layers = tune(self._encoder.upper, hidden, labels, recipe)
        vectors = encode(layers, hidden)
        with threadpool_limits(limits=1):
            count = int(labels.max()) + 1
            return _Tuned(
                layers, _Fitted(vectors, labels, count, _Hints.none(vectors), self._penalty)
            )

    def _held_out(
        self, vectors: Vectors, labels: Floats, hints: _Hints, whole: _Fitted
    ) -> _HeldOut:
        """Return what models that did not see an example make of it."""
        none = vectors[:0]
        logits, signs, true = [whole.logits(none)], [whole.signs(none)], [labels[:0]]
        folds = self._folds if len(labels) < _MANY else 2
        for held in _folds(labels, folds):
            fitted = _Fitted(vectors[~held], labels[~held], whole.count, hints, self._penalty)
            logits.append(fitted.logits(vectors[held]))
            signs.append(fitted.signs(vectors[held]))
            true.append(labels[held])
        return _HeldOut(np.vstack(logits), np.vstack(signs), np.concatenate(true), whole.count)


def words_of(name: str) -> str:
    """Return an intent's name as words: `card_arrival` and `cardArrival` are "card arrival"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W\d_]+", spaced)).lower()


def _folds(labels: Floats, most: int) -> Iterator[NDArray[np.bool_]]:
    """Yield what is held out of each fold; an intent's only example is never held out."""
    sizes = np.bincount(labels)[np.unique(labels)]
    folds = min(most, int(sizes.max()))
    if folds < 2:
        return
    turn = np.full(len(labels), -1)
    order = np.random.default_rng(_SEED)
    for label in np.unique(labels):
        places = order.permutation(np.flatnonzero(labels == label))
        if len(places) > 1:
            turn[places] = np.arange(len(places)) % folds
    for fold in range(folds):
        yield turn == fold


@dataclass(frozen=True, slots=True)
class _Hints:
    """Vectors that belong to intents and are no examples of what callers say."""

    vectors: Vectors
    labels: Floats

    @classmethod
    def none(cls, vectors: Vectors) -> _Hints:
        return cls(vectors[:0], np.zeros(0, dtype=int))


class _Fitted:
    """What was learnt from one set of examples; the label `count` is of those out of scope."""

    def __init__(
        self, vectors: Vectors, labels: Floats, count: int, hints: _Hints, penalty: float
    ) -> None:
        model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=1000, tol=1e-3)
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
        """Return log-likelihoods of the intents by the regression alone, one row a vector."""
        return _log_softmax((vectors @ self._weights + self._bias)[:, : self.count])

    def logits(self, vectors: Vectors) -> Floats:
        """Return unscaled log-likelihoods of the intents, one row a vector."""
        likely = self.likely(vectors)
        near = np.zeros((len(vectors), self.count), dtype=np.float32)
        near[:, self._seen] = np.maximum.reduceat(vectors @ self._examples.T, self._starts, axis=1)
        result: Floats = likely + NEARNESS * near
        return result

    def signs(self, vectors: Vectors) -> Floats:
        """Return what tells the known from the strange, one row a vector; more is more known."""
        raw = vectors @ self._weights + self._bias
        inside = raw[:, : self.count]
        nearest = -np.partition(-(vectors @ self._examples.T), min(2, len(self._examples) - 1))
        rows = [nearest[:, :3].mean(axis=1), inside.max(axis=1)]
        rows.append(np.exp(_log_softmax(inside).max(axis=1)))
        if len(self._outside):
            rows.append(inside.max(axis=1) - raw[:, self.count])
            rows.append(-np.max(vectors @ self._outside.T, axis=1))
        return np.stack(rows, axis=1)


@dataclass(frozen=True, slots=True)
class _Tuned:
    """Layers that were fitted to the examples, and a regression over what they make."""

    layers: Sequence[Weights]
    fitted: _Fitted
    threads: ThreadpoolController = field(default_factory=ThreadpoolController)

    def likely(self, hidden: Sequence[Floats]) -> Floats:
        """Return log-likelihoods of the intents, one row a sentence."""
        # A sentence is too small for several threads: they would only wait for each other.
        with self.threads.limit(limits=1):
            return self.fitted.likely(encode(self.layers, hidden))


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """What models that did not see these examples make of them."""

    logits: Floats
    signs: Floats
    labels: Floats
    count: int

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which of them are of an intent."""
        known: NDArray[np.bool_] = self.labels < self.count
        return known

    def sharpness(self) -> float:
        """Return the factor on the logits that makes held-out probabilities most likely.

        Temperature scaling (Guo et al. 2017), so that "80 %" is right in about 80 of 100 turns.
        """
        logits, labels = self.logits[self.inside], self.labels[self.inside]
        if not len(labels):
            return SHARPNESS
        rows = np.arange(len(labels))

        def surprise(factor: float) -> float:
            return -float(np.mean(_log_softmax(logits * factor)[rows, labels]))

        return min((factor / 10 for factor in range(5, 41)), key=surprise)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Tells what is like the examples from what is not."""

    weights: Floats
    least: float

    @classmethod
    def learnt(cls, held: _HeldOut) -> _Scope:
        """Learn it from held-out examples, and from those known to be out of scope."""
        width = held.signs.shape[1]
        if not held.inside.any():
            return cls(np.eye(width)[0], LEAST_NEAR)
        spread = held.signs[held.inside].std(axis=0) + 1e-6
        weights, strange = (np.arange(width) < _OF_EXAMPLES) / spread, STRANGE
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


def _log_softmax(logits: Floats) -> Floats:
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
