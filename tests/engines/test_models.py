"""Weights: found where they are, checked once, and one clear sentence when they are not right."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from voicebot.engines.models import (
    ModelUnavailable,
    locate_encoder,
    locate_speech_detector,
    locate_turn_detector,
    locate_voice,
    locate_whisper,
)
from voicebot.engines.weights import fingerprint
from voicebot.settings import ModelSettings


def test_a_cache_of_checks_that_is_nonsense_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "verified.json").write_text("{nonsense")
    (tmp_path / "file").write_bytes(b"weights")
    expected = hashlib.sha256(b"weights").hexdigest()
    assert expected == fingerprint(tmp_path / "file", tmp_path)
    assert expected in (tmp_path / "verified.json").read_text()


@pytest.mark.models
def test_the_joined_recogniser_is_whole_and_mended_when_it_is_damaged(tmp_path: Path) -> None:
    settings = ModelSettings(cache_dir=tmp_path)
    folder = locate_whisper(settings).folder
    right = fingerprint(folder / "model.bin", tmp_path)
    with (folder / "model.bin").open("r+b") as model:
        model.truncate(1_000_000)
    assert folder == locate_whisper(settings).folder
    assert right == fingerprint(folder / "model.bin", tmp_path)
    assert 145_217_607 == (folder / "model.bin").stat().st_size
    assert [] == [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.models
def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ModelUnavailable, match="VOICEBOT_MODELS__CACHE_DIR"):
        locate_whisper(ModelSettings(cache_dir=tmp_path / "file"))


@pytest.mark.models
def test_all_packaged_models_are_there(tmp_path: Path) -> None:
    settings = ModelSettings(cache_dir=tmp_path, whisper="tiny.en", allow_hub=False)
    voice, encoder = locate_voice(settings), locate_encoder(settings)
    files = [
        locate_whisper(settings).folder / "model.bin",
        voice.model,
        voice.config,
        encoder.model,
        encoder.tokenizer,
        locate_turn_detector(settings),
        locate_speech_detector(settings),
    ]
    assert [] == [file for file in files if not file.is_file()]


@pytest.mark.parametrize(
    ("locate", "given", "sentence"),
    [
        (locate_whisper, {"whisper": "./nowhere"}, "no model.bin"),
        (locate_whisper, {"whisper": "small.en"}, "VOICEBOT_MODELS__ALLOW_HUB is off"),
        (locate_voice, {"voice": "./nowhere.onnx"}, "VOICEBOT_MODELS__VOICE is"),
        (locate_voice, {"voice": "robot"}, "No Piper voice is called 'robot'"),
        (locate_voice, {"voice": "de_DE-thorsten-low"}, "VOICEBOT_MODELS__ALLOW_HUB is off"),
        (locate_encoder, {"encoder": "./nowhere"}, "needs model.onnx"),
        (locate_encoder, {"encoder": "other"}, "No sentence encoder is called 'other'"),
    ],
)
def test_what_is_nowhere_is_said_with_the_setting_to_change(
    locate: object, given: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    settings = ModelSettings(cache_dir=tmp_path, allow_hub=False, **given)
    assert callable(locate)
    with pytest.raises(ModelUnavailable) as failed:
        locate(settings)
    assert sentence in str(failed.value)


def test_a_bare_word_is_a_name_whatever_the_working_folder_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "small.en").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelUnavailable, match="is not installed"):
        locate_whisper(ModelSettings(cache_dir=tmp_path, whisper="small.en", allow_hub=False))
