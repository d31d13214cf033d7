"""What a look at a sound over the bot sees, with the real recogniser."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from voicebot.engines.bundle import Engines
from voicebot.engines.glimpse import KINDS, packaged_weights

pytestmark = pytest.mark.models

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


def beginning(name: str, seconds: float) -> bytes:
    """Return the first so many seconds of speech of a recording, after a moment of the line."""
    with wave.open(str(FIXTURES / f"{name}.wav")) as file:
        pcm = file.readframes(file.getnframes())
    # The recordings begin with 0.12 s of silence.
    return bytes(2 * 1440) + pcm[: round((0.12 + seconds) * 8000) * 2]


@pytest.mark.parametrize(
    "name",
    [
        "speech/where_is_my_order-dora",
        "speech/where_is_my_order-rhett",
        "speech/cancel_order-dora",
        "speech/stop_where_is_my_order-june",
        "speech/opening_hours-rhett",
    ],
)
async def test_half_a_second_of_a_sentence_wants_the_floor(engines: Engines, name: str) -> None:
    look = await engines.recogniser.glimpse(beginning(name, 0.5), timeout=10.0)

    assert set(KINDS) == set(look.kinds)
    assert 1.0 == pytest.approx(sum(look.kinds.values()), abs=1e-3)
    assert look.kinds["interruption"] > 0.6


async def test_a_cough_and_a_hum_do_not(engines: Engines) -> None:
    for name in ("noise/cough", "noise/hum"):
        look = await engines.recogniser.glimpse(beginning(name, 0.6), timeout=10.0)
        assert look.kinds["interruption"] < 0.5, name


async def test_a_look_at_nothing_sees_no_words(engines: Engines) -> None:
    look = await engines.recogniser.glimpse(bytes(4800), timeout=10.0)

    assert look.kinds["interruption"] < 0.5


def test_models_without_weights_of_their_own_go_by_their_words() -> None:
    assert packaged_weights("base") is not None
    assert packaged_weights("some-other") is None
