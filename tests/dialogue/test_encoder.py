"""The real sentence encoder, and what is learnt from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicebot.engines.encoder import HybridPassageIndexer, MiniLmEncoder
from voicebot.engines.intents import LogisticIntentTrainer
from voicebot.engines.models import locate_encoder
from voicebot.ports import EngineError
from voicebot.settings import ModelSettings

pytestmark = pytest.mark.models

EXAMPLES = [
    *((text, "order") for text in ("where is my parcel", "track my order", "when does it arrive")),
    *((text, "hours") for text in ("when are you open", "what are your hours", "closing time")),
]


def test_vectors_have_unit_length_and_near_meanings_are_near(encoder: MiniLmEncoder) -> None:
    vectors = encoder.encode(["where is my parcel", "my package is missing", "I like trains"])
    assert (3, 384) == vectors.shape
    assert np.allclose(1.0, np.linalg.norm(vectors, axis=1), atol=1e-4)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


def test_a_vector_does_not_depend_on_its_neighbours(encoder: MiniLmEncoder) -> None:
    alone = encoder.encode(["a turn that nobody said before"])[0]
    files = locate_encoder(ModelSettings())
    crowd = [f"a turn that {who} said before" for who in ("somebody", "nobody", "he", "she")]
    crowd += ["a longer sentence, which would stretch the others if they were padded"] * 2
    fresh = MiniLmEncoder(files.model, files.tokenizer)
    assert np.array_equal(alone, fresh.encode(crowd)[1])


def test_the_very_long_and_the_empty_are_encoded(encoder: MiniLmEncoder) -> None:
    assert (2, 384) == encoder.encode(["word " * 5_000, ""]).shape


def test_probabilities_sum_to_one_and_come_best_first(encoder: MiniLmEncoder) -> None:
    model = LogisticIntentTrainer(encoder).train(EXAMPLES)
    ranked = model.probabilities("has my package been sent")
    assert "order" == ranked[0][0]
    assert [share for _, share in ranked] == sorted((s for _, s in ranked), reverse=True)
    assert 1.0 == pytest.approx(sum(share for _, share in ranked))


def test_training_again_gives_the_same_model(encoder: MiniLmEncoder) -> None:
    models = [LogisticIntentTrainer(encoder).train(EXAMPLES) for _ in range(2)]
    said = "do you know when it will be here"
    assert models[0].probabilities(said) == models[1].probabilities(said)


def test_one_intent_is_no_choice(encoder: MiniLmEncoder) -> None:
    with pytest.raises(EngineError, match="at least two intents"):
        LogisticIntentTrainer(encoder).train([("hello", "a"), ("hi", "a")])


def test_passages_are_found_by_meaning_and_by_rare_words(encoder: MiniLmEncoder) -> None:
    index = HybridPassageIndexer(encoder).index(
        [
            ("hours", "Our stores open at nine."),
            ("parts", "The part XK-900 fits all lamps."),
            ("parts", "Spare parts are in stock."),
        ]
    )
    assert "hours" == index.search("until what time can I come by", 1)[0][0]
    assert "parts" == index.search("xk 900", 1)[0][0]
    found = index.search("anything", 5)
    assert ["hours", "parts"] == sorted(name for name, _ in found)
    assert all(0 <= score <= 1 for _, score in found)


def test_an_index_of_nothing_is_refused(encoder: MiniLmEncoder) -> None:
    with pytest.raises(EngineError, match="at least one passage"):
        HybridPassageIndexer(encoder).index([])


def test_a_file_that_is_no_model_is_one_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(EngineError, match="the sentence encoder cannot be loaded"):
        MiniLmEncoder(broken, broken)
