"""What is learnt from vectors, without a model: vectors made up here."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.engines.regression import (
    HEAVIEST,
    Hints,
    Regression,
    likeliest_weights,
    log_softmax,
)

WIDTH = 128


def clouds(intents: int, each: int, spread: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors around one centre an intent, and their labels."""
    centres = np.random.default_rng(0).normal(size=(intents, WIDTH))
    labels = np.repeat(np.arange(intents), each)
    noise = np.random.default_rng(seed).normal(size=(len(labels), WIDTH))
    vectors = centres[labels] + spread * noise
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units.astype(np.float32), labels


def test_three_hundred_intents_are_learnt_to_the_end() -> None:
    """The more intents, the flatter the loss: a fit that ends at a fixed slope never begins."""
    vectors, labels = clouds(300, 4, 1.0, seed=1)
    fitted = Regression(vectors, labels, 300, Hints.none(vectors), 20.0)
    likely = fitted.likely(clouds(300, 4, 1.0, seed=2)[0])

    assert (likely.argmax(axis=1) == labels).mean() > 0.98
    assert np.exp(likely[np.arange(len(labels)), labels]).mean() > 0.4


def test_a_part_that_knows_nothing_weighs_nothing() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=400)
    knows = log_softmax(2.0 * np.eye(4)[labels] + rng.normal(size=(400, 4)))
    guesses = log_softmax(3.0 * rng.normal(size=(400, 4)))
    first, second = likeliest_weights([knows, guesses], labels, (1.0, 1.0))

    assert first > 1.0
    assert second < 0.1


def test_the_sum_is_as_sure_as_it_is_right() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=2000)
    boasts = 5.0 * (1.5 * np.eye(4)[labels] + rng.normal(size=(2000, 4)))
    (weight,) = likeliest_weights([boasts], labels, [1.0])
    shares = np.exp(log_softmax(weight * boasts))

    assert (shares.argmax(axis=1) == labels).mean() == pytest.approx(
        shares.max(axis=1).mean(), abs=0.03
    )


def test_a_few_examples_that_are_all_right_make_nothing_certain() -> None:
    labels = np.array([0, 1, 2])
    assert (HEAVIEST,) == likeliest_weights([log_softmax(np.eye(3))], labels, [1.0])
