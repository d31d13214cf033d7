"""The larger sentence encoder: made from its packaged parts, and what it makes of sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicebot.engines import mpnet
from voicebot.engines.mpnet import MpnetEncoder, locate_mpnet
from voicebot.engines.weights import ModelUnavailable, PackagedFile
from voicebot.ports import EngineError
from voicebot.settings import ModelSettings


@pytest.fixture(scope="module")
def larger() -> MpnetEncoder:
    return MpnetEncoder(locate_mpnet(ModelSettings().cache_dir))


@pytest.mark.models
def test_what_it_makes_is_what_the_original_makes(larger: MpnetEncoder) -> None:
    """The cosines are those of sentence-transformers on the unconverted weights in 32 bits."""
    vectors = larger.encode(["where is my parcel", "my package is missing", "I like trains"])

    assert (3, 768) == vectors.shape
    assert np.allclose(1.0, np.linalg.norm(vectors, axis=1), atol=1e-4)
    assert 0.402 == pytest.approx(float(vectors[0] @ vectors[1]), abs=0.02)
    assert 0.148 == pytest.approx(float(vectors[0] @ vectors[2]), abs=0.02)


@pytest.mark.models
def test_a_vector_hardly_depends_on_its_neighbours(larger: MpnetEncoder) -> None:
    alone = larger.encode(["a turn that nobody said before"])[0]
    crowd = [f"a turn that {who} said before" for who in ("somebody", "nobody", "he", "she")]
    crowd += ["a longer sentence, which would stretch the others if they were padded"] * 2
    fresh = MpnetEncoder(locate_mpnet(ModelSettings().cache_dir))

    assert np.allclose(alone, fresh.encode(crowd)[1], atol=1e-4)
    assert (2, 768) == larger.encode(["word " * 5_000, ""]).shape
    with pytest.raises(EngineError):
        larger.hidden(["a turn"])


def test_a_missing_part_is_one_sentence_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = PackagedFile("no_such_package", "model.zip.001", "0" * 64, "no-such-package")
    monkeypatch.setattr(mpnet, "MPNET_PARTS", (part,))

    with pytest.raises(ModelUnavailable, match=r"model.zip.001 is missing.*no-such-package"):
        locate_mpnet(tmp_path)


def test_a_damaged_model_tells_what_to_delete(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"half of it")
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")

    with pytest.raises(EngineError, match=f"delete {tmp_path}"):
        MpnetEncoder(tmp_path)
