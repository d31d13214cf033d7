"""A voice that tells how long its phonemes last: made once, and the same voice."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from voicebot.engines.durations import NoDurations, durations_output, locate_timed_voice
from voicebot.engines.models import VoiceFiles, locate_voice
from voicebot.engines.onnx import open_session
from voicebot.settings import ModelSettings, Settings

HOP = 256
"""Samples of one frame of the voice."""


def voice() -> VoiceFiles:
    return locate_voice(Settings().models)


def spoken(model: Path) -> list[npt.NDArray[np.float32]]:
    """Return what a voice gives for "a b a" without any of its noise."""
    ids = np.array([[1, 0, 14, 0, 3, 0, 15, 0, 14, 0, 10, 0, 2]], np.int64)
    fed = {
        "input": ids,
        "input_lengths": np.array([ids.size], np.int64),
        "scales": np.array([0.0, 1.0, 0.0], np.float32),
    }
    found: list[npt.NDArray[np.float32]] = open_session(model).run(None, fed)
    return found


def made_in(cache: Path) -> Path:
    return locate_timed_voice(voice(), cache)


@pytest.mark.models
def test_the_voice_says_the_same_and_how_long_each_phoneme_lasts(tmp_path: Path) -> None:
    (plain,), (audio, durations) = spoken(voice().model), spoken(made_in(tmp_path))

    assert np.array_equal(plain, audio)
    assert audio.size == HOP * int(durations.sum())
    assert 13 == durations.size


@pytest.mark.models
def test_it_is_made_once_and_made_anew_when_it_is_damaged(tmp_path: Path) -> None:
    first = made_in(tmp_path)
    made = first.stat().st_mtime_ns

    assert first == made_in(tmp_path)
    assert made == first.stat().st_mtime_ns
    with first.open("r+b") as damaged:
        damaged.truncate(1_000_000)
    assert first == made_in(tmp_path)
    assert 2 == len(spoken(first))
    assert [first] == list(first.parent.iterdir())


@pytest.mark.models
def test_a_voice_that_gives_its_durations_already_is_used_as_it_is(tmp_path: Path) -> None:
    model = tmp_path / "mine.onnx"
    shutil.copyfile(made_in(tmp_path / "cache"), model)
    shutil.copyfile(voice().config, model.with_name("mine.onnx.json"))
    mine = locate_voice(ModelSettings(voice=str(model), cache_dir=tmp_path / "cache"))

    assert model == locate_timed_voice(mine, tmp_path / "cache")


@pytest.mark.models
def test_several_processes_make_one_voice(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        paths = set(processes.map(made_in, [tmp_path] * 3))

    (path,) = paths
    assert [path] == list(path.parent.iterdir())
    assert 2 == len(spoken(path))


@pytest.mark.models
def test_without_a_place_to_keep_it_the_voice_speaks_without_durations(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    with capture_logs() as lines:
        found = locate_timed_voice(voice(), blocked)

    assert voice().model == found
    (line,) = lines
    assert "voice gives no word times" == line["event"]
    assert "en_US-joe-medium" == line["voice"]


def test_a_model_that_is_no_voice_is_left_alone(tmp_path: Path) -> None:
    model = tmp_path / "other.onnx"
    model.write_bytes(b"not a model")
    config = tmp_path / "other.onnx.json"
    config.write_text(json.dumps({}))
    with capture_logs() as lines:
        found = locate_timed_voice(VoiceFiles("other", model, config, "f" * 64), tmp_path / "cache")

    assert model == found
    assert "it is no ONNX model" in lines[0]["reason"]


@given(st.binary(max_size=200))
def test_nonsense_is_said_to_be_nonsense(model: bytes) -> None:
    with pytest.raises(NoDurations):
        durations_output(model)
