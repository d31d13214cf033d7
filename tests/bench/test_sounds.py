"""Echo and callers on lines that are made of the development recordings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bench.paths import PATHS
from bench.recordings import DATA
from bench.sounds import echo_table, kinds_table, measure_kinds, measure_lines
from voicebot.engines.bundle import Engines, load_engines
from voicebot.settings import Settings

needs_recordings = pytest.mark.skipif(
    not DATA.is_dir(), reason="needs the development data in ../shared/data"
)


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    loaded = load_engines(Settings().models)
    yield loaded
    loaded.close()


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_an_echo_is_as_long_as_what_was_said(path: object) -> None:
    random = np.random.default_rng(1)
    said = random.standard_normal(4_000) / 10
    assert callable(path)
    echo = path(said, random)

    assert said.shape == echo.shape
    assert np.isfinite(echo).all()
    assert np.mean(echo**2) > 0


@pytest.mark.models
@pytest.mark.shared_data
@needs_recordings
def test_echo_and_callers_are_told_apart(engines: Engines) -> None:
    judged = measure_lines(engines.speech_detector, quick=True)
    scores = {
        kind: np.array([j.sound.echo for j in judged if j.kind == kind and j.after == 0.5])
        for kind in ("echo", "caller", "caller over echo")
    }

    assert min(map(len, scores.values())) >= 10
    assert np.mean(scores["echo"] >= 0.4) >= 0.9
    assert np.mean(scores["caller"] >= 0.4) <= 0.02
    assert np.mean(scores["caller over echo"] >= 0.4) <= 0.1
    assert "| echo | all |" in echo_table(judged, 0.5)


@pytest.mark.models
@pytest.mark.shared_data
@needs_recordings
def test_every_kind_of_sound_has_its_features(engines: Engines) -> None:
    judged = measure_kinds(engines.speech_detector, quick=True)
    speech = {
        kind: np.median([j.sound.speech for j in judged if j.kind == kind])
        for kind in ("statement, people", "noise", "residual echo alone")
    }

    assert speech["statement, people"] > speech["residual echo alone"] > 0
    assert speech["statement, people"] > speech["noise"]
    assert kinds_table(judged, 0.3).count("\n") >= 10
