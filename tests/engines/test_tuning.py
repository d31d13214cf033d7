"""The encoder's upper layers in numpy, and what fitting them to examples does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicebot.engines import intents
from voicebot.engines.encoder import MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer, words_of
from voicebot.engines.layers import Batch, backward, forward
from voicebot.engines.models import locate_encoder
from voicebot.engines.tuning import Recipe, encode, tune
from voicebot.engines.upper_half import read_weights, upper_half
from voicebot.settings import ModelSettings

pytestmark = pytest.mark.models

SENTENCES = ["is my parcel on its way", "when do you open", "hi"]
EXAMPLES = [
    *((text, "track") for text in ("where is my parcel", "track my order", "is it sent yet")),
    *((text, "refund") for text in ("I want my money back", "refund me", "pay it back to me")),
    *((text, "hours") for text in ("when are you open", "what are your hours", "closing time")),
]


@pytest.fixture(scope="module")
def encoder() -> MiniLmEncoder:
    files = locate_encoder(ModelSettings())
    return MiniLmEncoder(files.model, files.tokenizer)


def test_the_layers_are_those_of_the_model(encoder: MiniLmEncoder) -> None:
    assert 3 == len(encoder.upper)
    vectors = encode(encoder.upper, encoder.hidden(SENTENCES))
    assert np.allclose(encoder.encode(SENTENCES), vectors, atol=1e-4)


def test_a_sentence_does_not_depend_on_its_neighbours(encoder: MiniLmEncoder) -> None:
    hidden = encoder.hidden(SENTENCES)
    together = encode(encoder.upper, hidden)
    alone = np.vstack([encode(encoder.upper, [each]) for each in hidden])
    assert np.allclose(together, alone, atol=1e-5)


def test_gradients_are_those_of_small_steps(encoder: MiniLmEncoder) -> None:
    layers = [{name: w.astype(np.float64) for name, w in layer.items()} for layer in encoder.upper]
    given = Batch.of(encoder.hidden(SENTENCES))
    batch = Batch(given.tokens.astype(np.float64), given.lengths)
    rng = np.random.default_rng(0)
    slope = rng.normal(size=(len(SENTENCES), 384))
    found = backward(layers, batch, forward(layers, batch)[1], slope)
    assert [set(layer) for layer in layers] == [set(layer) for layer in found]
    # What is right for the lowest layer went through all of those above.
    for name, weights in layers[0].items():
        place = tuple(rng.integers(size) for size in weights.shape)
        was, sides = weights[place], []
        for step in (1e-5, -1e-5):
            weights[place] = was + step
            sides.append(float((forward(layers, batch)[0] * slope).sum()))
        weights[place] = was
        assert found[0][name][place] == pytest.approx(
            (sides[0] - sides[1]) / 2e-5, rel=1e-3, abs=1e-6
        )


def test_tuning_draws_an_intent_together_and_is_repeatable(encoder: MiniLmEncoder) -> None:
    hidden = encoder.hidden([text for text, _ in EXAMPLES])
    labels = np.repeat(np.arange(3), 3)
    layers = tune(encoder.upper, hidden, labels, Recipe(epochs=3))
    done: list[float] = []
    again = tune(encoder.upper, hidden, labels, Recipe(epochs=3), done.append)

    def gap(vectors: np.ndarray) -> float:
        alike = labels[:, None] == labels[None, :]
        near = vectors @ vectors.T
        return float(near[alike].mean() - near[~alike].mean())

    assert gap(encode(layers, hidden)) > gap(encode(encoder.upper, hidden)) + 0.05
    assert np.array_equal(encode(layers, hidden), encode(again, hidden))
    assert sorted(done) == done
    assert 1.0 == done[-1]


def test_a_tuned_classifier_knows_what_was_meant(encoder: MiniLmEncoder) -> None:
    trainer = LogisticIntentTrainer(encoder, recipe=Recipe(epochs=3))
    model = trainer.train(EXAMPLES, outside=["sing me a song", "what is the weather"])
    ranked = model.probabilities("has my package left already")

    assert "track" == ranked[0][0]
    assert 1.0 == pytest.approx(sum(share for _, share in ranked))
    assert model.in_scope("where has my parcel got to")
    assert not model.in_scope("who won the football match")


def test_tuning_that_spoils_the_layers_is_dropped_where_examples_can_be_spared(
    encoder: MiniLmEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MANY", 3), ("_SPARED_PART", 3), ("_FEWEST_SPARED", 3)):
        monkeypatch.setattr(intents, name, value)
    trainer = LogisticIntentTrainer(encoder, recipe=Recipe(epochs=1, rate=1.0))
    model = trainer.train(EXAMPLES)
    ran: list[str] = []
    monkeypatch.setattr(encoder, "hidden", ran.extend)

    found = [model.probabilities(text)[0][0] for text, _ in EXAMPLES]
    assert [intent for _, intent in EXAMPLES] == found
    assert [] == ran


def test_a_model_of_another_kind_is_not_tuned(tmp_path: Path) -> None:
    assert upper_half(b"") is None
    assert upper_half(b"\x0b\x0b") is None


def test_the_weights_are_read_whatever_way_they_are_kept() -> None:
    content = locate_encoder(ModelSettings()).model.read_bytes()
    half = upper_half(content)
    assert half is not None
    layers = read_weights(content, half)
    assert layers is not None
    assert {"qkv": (384, 1152), "up": (384, 1536), "down": (1536, 384)}.items() <= {
        name: weights.shape for name, weights in layers[0].items()
    }.items()


def test_names_are_read_as_words() -> None:
    assert "card arrival" == words_of("card_arrival")
    assert "cancel order" == words_of("cancelOrder")
    assert "returns" == words_of("article:returns").removeprefix("article ")
    assert "" == words_of("17")
