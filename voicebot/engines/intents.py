"""A classifier of what is meant, learnt from a handful of examples of each intent, or from many."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import ThreadpoolController, threadpool_limits

from voicebot.engines.encoder import Encoder, Vectors
from voicebot.engines.layers import Floats, Weights
from voicebot.engines.regression import Hints, Regression, likeliest_weights, log_softmax
from voicebot.engines.scope import HeldOut, Scope, folds, share
from voicebot.engines.tuning import Recipe, encode, tune
from voicebot.ports import EngineError

NEARNESS = 5.0
"""Weight of the nearest example beside the regression's log-probability."""
SHARPNESS = 3.0
"""Factor on both where too few examples are there to learn it from."""
TUNED = (1.3, 0.65, 0.0)
"""What the regression over tuned vectors, the one over plain vectors and the nearest example weigh
where tuning uses up all examples, so that none is left to learn it from. Chosen with five and ten
examples an intent, on other draws of BANKING77 and CLINC150 than those of the figures; the best
sum was 0.6 to 0.7 times (2, 1, 0) in each of the cases (calibration error 2 %)."""
TUNED_BESIDE = (0.85, 1.0, 0.0)
"""The same where the plain vectors are of another, larger encoder. Chosen in the same way, on
draws of BANKING77: the likeliest weights were 0.74 to 0.94 and 0.89 to 1.07, and a third for
plain vectors of the encoder that is tuned was 0."""
MANY = 30
"""Examples of each intent, on average, of which some can be spared to learn these weights from."""
_SPARED_PART = 8
"""One in so many is spared."""
_SPARED = 12
"""Most that are spared of an intent."""
_FEWEST_SPARED = 150
"""Fewer in all say too little."""
_TUNED_FROM = 20_000
"""Most examples that tuning works from, so that a hundred thousand neither take an hour nor
gigabytes."""
_FEWER_FOLDS = 4000
"""Examples of which two folds are enough."""
_WORTHLESS = 0.02
"""Weight of the tuned vectors below which they are not worth their time."""

Progress = Callable[[float], None]
"""Told the share of the work that is done."""


class LogisticIntentModel:
    """Logistic regression over embeddings, helped by what keeps rare wordings.

    Without tuning that is the nearest example of each intent. With it, it is a second regression
    over vectors of layers that were fitted to the examples.
    """

    def __init__(
        self,
        encoder: Encoder,
        names: Sequence[str],
        plain: Regression,
        weights: tuple[float, float, float],
        scope: Scope,
        tuned: _Tuned | None = None,
    ) -> None:
        self._encoder = encoder
        self._names = tuple(names)
        self._plain = plain
        self._weights = weights
        self._scope = scope
        self._tuned = tuned

    def probabilities(self, sentence: str) -> list[tuple[str, float]]:
        """Return (intent, probability), best first; probabilities sum to 1."""
        by_tuned, by_plain, by_nearest = self._weights
        logits = np.zeros((1, len(self._names)), dtype=np.float32)
        if self._tuned is not None:
            logits += by_tuned * self._tuned.likely(self._tuned.encoder.hidden([sentence]))
        vectors = self._encoder.encode([sentence])
        logits += by_plain * self._plain.likely(vectors)
        if by_nearest:
            logits += by_nearest * self._plain.near(vectors)
        shares = np.exp(log_softmax(logits))[0]
        ranked = np.argsort(-shares, kind="stable")
        return [(self._names[i], float(shares[i])) for i in ranked]

    def in_scope(self, sentence: str) -> bool:
        """Whether the sentence is like anything that was learnt."""
        signs = self._plain.signs(self._encoder.encode([sentence]))
        return bool(self._scope.known(signs)[0])


class LogisticIntentTrainer:
    """Learns a `LogisticIntentModel`; the same examples give the same model."""

    def __init__(
        self,
        encoder: Encoder,
        *,
        penalty: float = 20.0,
        most_folds: int = 4,
        recipe: Recipe | None = None,
        fitted: Encoder | None = None,
    ) -> None:
        """
        Args:
            encoder: Turns examples into vectors.
            penalty: Inverse strength of the regularisation (scikit-learn's `C`).
            most_folds: Parts that the examples are cut into to learn what is like them.
            recipe: How to fit the encoder's upper layers to the examples, which takes tens of
                seconds; None leaves them as they are. An encoder of another kind is never fitted.
            fitted: Whose layers are fitted, where it is not `encoder` itself.
        """
        self._encoder = encoder
        self._fitted = fitted or encoder
        self._penalty = penalty
        self._most_folds = most_folds
        self._recipe = recipe

    def train(
        self,
        examples: Sequence[tuple[str, str]],
        *,
        outside: Sequence[str] = (),
        named: bool = False,
        progress: Progress | None = None,
    ) -> LogisticIntentModel:
        """Learn from (text, intent) pairs.

        Args:
            examples: What callers say, and what they mean by it.
            outside: What callers say that is none of these intents, where examples are known.
            named: The intents' names are words ("card_arrival"), and count as one more example.
            progress: Told the share of the tuning that is done.

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
        hints = Hints.none(vectors)
        if words:
            hints = Hints(self._encoder.encode(list(words.values())), np.array(list(words)))
        # On matrices this small, BLAS threads wait for each other far longer than one works.
        with threadpool_limits(limits=1):
            plain = Regression(vectors, labels, len(names), hints, self._penalty)
            held = self._held_out(vectors, labels, hints, plain)
            scope = Scope.learnt(held)
        weights, tuned = _untuned(held, many=len(examples) >= MANY * len(names)), None
        if self._recipe is None or not self._fitted.upper:
            return LogisticIntentModel(self._encoder, names, plain, weights, scope)
        texts = [*(text for text, _ in examples), *words.values()]
        inside = np.concatenate([labels[: len(examples)], hints.labels])
        if fitted := self._tuned(self._recipe, texts, inside, progress):
            tuned, weights = fitted
        return LogisticIntentModel(self._encoder, names, plain, weights, scope, tuned)

    def _tuned(
        self, recipe: Recipe, texts: Sequence[str], labels: Floats, progress: Progress | None
    ) -> tuple[_Tuned, tuple[float, float, float]] | None:
        """Return what was fitted, and what the parts weigh; None if it is worth nothing."""
        count = int(labels.max()) + 1
        chosen = np.flatnonzero(share(labels, 1, max(1, _TUNED_FROM // count)))
        texts, labels = [texts[int(i)] for i in chosen], labels[chosen]
        spared = share(labels, _SPARED_PART, _SPARED)
        many = len(texts) >= MANY * count and spared.sum() >= _FEWEST_SPARED
        spared &= many
        hidden = self._fitted.hidden(texts)
        learnt = [hidden[i] for i in np.flatnonzero(~spared)]
        layers = tune(self._fitted.upper, learnt, labels[~spared], recipe, progress)
        vectors = encode(layers, hidden)
        none = Hints.none(vectors)
        with threadpool_limits(limits=1):
            weights = TUNED if self._fitted is self._encoder else TUNED_BESIDE
            if many:
                before = self._encoder.encode(texts)
                weights = self._weights(vectors, before, labels, spared)
            if weights[0] < _WORTHLESS:
                return None
            fitted = Regression(vectors, labels, count, none, self._penalty)
            return _Tuned(self._fitted, layers, fitted), weights

    def _weights(
        self, tuned: Vectors, plain: Vectors, labels: Floats, spared: Floats
    ) -> tuple[float, float, float]:
        """Return what the parts weigh, learnt from examples that none of them saw."""
        count, none = int(labels.max()) + 1, Hints.none(plain)
        over = Regression(tuned[~spared], labels[~spared], count, none, self._penalty)
        below = Regression(plain[~spared], labels[~spared], count, none, self._penalty)
        parts = (
            over.likely(tuned[spared]),
            below.likely(plain[spared]),
            NEARNESS * below.near(plain[spared]),
        )
        first, second, third = likeliest_weights(parts, labels[spared], TUNED)
        return first, second, NEARNESS * third

    def _held_out(
        self, vectors: Vectors, labels: Floats, hints: Hints, whole: Regression
    ) -> HeldOut:
        """Return what models that did not see an example make of it."""
        none = vectors[:0]
        likely, near = [whole.likely(none)], [whole.near(none)]
        signs, true = [whole.signs(none)], [labels[:0]]
        most = self._most_folds if len(labels) < _FEWER_FOLDS else 2
        for held in folds(labels, most):
            fitted = Regression(vectors[~held], labels[~held], whole.count, hints, self._penalty)
            likely.append(fitted.likely(vectors[held]))
            near.append(fitted.near(vectors[held]))
            signs.append(fitted.signs(vectors[held]))
            true.append(labels[held])
        return HeldOut(
            np.vstack(likely), np.vstack(near), np.vstack(signs), np.concatenate(true), whole.count
        )


def words_of(name: str) -> str:
    """Return an intent's name as words: `card_arrival` and `cardArrival` are "card arrival"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W\d_]+", spaced)).lower()


def _untuned(held: HeldOut, *, many: bool) -> tuple[float, float, float]:
    """Return what the parts weigh without tuning, so that "80 %" is right in about 80 of 100 turns.

    How much the nearest example is worth beside the regression is learnt only from many.
    """
    likely, near = held.likely[held.inside], NEARNESS * held.near[held.inside]
    labels = held.labels[held.inside]
    if not len(labels):
        return 0.0, SHARPNESS, NEARNESS * SHARPNESS
    if many and len(labels) >= _FEWEST_SPARED:
        first, second = likeliest_weights([likely, near], labels, [1.0, 1.0])
        return 0.0, first, NEARNESS * second
    (both,) = likeliest_weights([likely + near], labels, [1.0])
    return 0.0, both, NEARNESS * both


@dataclass(frozen=True, slots=True)
class _Tuned:
    """Layers that were fitted to the examples, and a regression over what they make."""

    encoder: Encoder
    layers: Sequence[Weights]
    fitted: Regression
    threads: ThreadpoolController = field(default_factory=ThreadpoolController)

    def likely(self, hidden: Sequence[Floats]) -> Floats:
        """Return log-likelihoods of the intents, one row a sentence."""
        # A sentence is too small for several threads: they would only wait for each other.
        with self.threads.limit(limits=1):
            return self.fitted.likely(encode(self.layers, hidden))
