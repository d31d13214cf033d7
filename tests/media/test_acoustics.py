"""What a sound is like, told from sounds whose every property is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_fixtures.sound import over_the_wire, telephone_band
from tests.engines.recordings import of_kind, pcm_of
from voicebot.media.acoustics import SILENCE, NoiseFloor, acoustics

RATE = 8_000


def voice(hertz: np.ndarray | float, seconds: float, level: float = -20.0) -> bytes:
    """Return a train of harmonics in a telephone band, as through a mu-law line."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, time.shape)) / RATE
    sound = telephone_band(sum(np.sin(k * phase) / k for k in range(1, 20)))
    return over_the_wire(sound / np.sqrt(np.mean(sound**2)) * 10 ** (level / 20))


def noise(seconds: float, level: float, seed: int = 3) -> bytes:
    sound = telephone_band(np.random.default_rng(seed).standard_normal(round(seconds * RATE)))
    return over_the_wire(sound / np.sqrt(np.mean(sound**2)) * 10 ** (level / 20))


@pytest.mark.parametrize("hertz", [75.0, 110.0, 170.0, 220.0, 320.0])
def test_the_pitch_of_a_voice_is_found_though_the_line_lacks_its_fundamental(hertz: float) -> None:
    heard = acoustics(voice(hertz, 0.6))

    assert hertz == pytest.approx(heard.pitch, rel=0.01)
    assert heard.voiced > 0.95
    assert heard.pitch_range < 0.5


def test_a_melody_has_a_range() -> None:
    octave = 120 * 2 ** np.linspace(0, 1, RATE)
    heard = acoustics(voice(octave, 1.0))

    # Between the tenth and the ninetieth percentile of an even rise over twelve semitones.
    assert 0.8 * 12 == pytest.approx(heard.pitch_range, abs=0.7)


def test_noise_has_a_level_and_no_pitch() -> None:
    heard = acoustics(noise(1.0, -30.0), noise=-52.0)

    assert -30 == pytest.approx(heard.level, abs=0.5)
    assert 22 == pytest.approx(heard.snr, abs=0.5)
    assert heard.voiced < 0.05


def test_the_level_is_that_of_the_loud_part() -> None:
    spoken = voice(150.0, 0.3, level=-25.0) + bytes(2 * RATE)

    assert acoustics(voice(150.0, 0.3, level=-25.0)).level == pytest.approx(
        acoustics(spoken).level, abs=0.3
    )


def test_a_cough_has_less_pitch_than_words() -> None:
    cough = acoustics(pcm_of("noise/cough.wav"))
    words = [acoustics(pcm_of(recording["file"])) for recording in of_kind("speech")]

    assert cough.voiced < 0.2
    assert sum(heard.voiced > 0.4 for heard in words) >= 0.95 * len(words)
    assert all(60 <= heard.pitch <= 400 for heard in words)


@given(st.binary(max_size=4_000), st.floats(-200, 50))
def test_any_bytes_have_acoustics(pcm: bytes, floor: float) -> None:
    heard = acoustics(pcm, floor)

    assert SILENCE <= heard.level <= 0.1
    assert heard.snr >= 0
    assert 0 <= heard.voiced <= 1
    assert heard.pitch == 0 or 59 <= heard.pitch <= 422
    assert 0 <= heard.pitch_range <= 36


def test_silence_is_like_nothing() -> None:
    assert acoustics(b"") == acoustics(bytes(4_000))
    assert SILENCE == acoustics(b"").level


@pytest.mark.parametrize("level", [-70.0, -55.0, -35.0])
def test_the_noise_of_a_line_is_told_after_a_second(level: float) -> None:
    floor = NoiseFloor()
    steady = noise(1.0, level)
    for at in range(0, len(steady), 640):
        floor.feed(steady[at : at + 640])

    assert level == pytest.approx(floor.level, abs=2.5)


def test_words_do_not_raise_the_noise_of_the_line() -> None:
    floor = NoiseFloor()
    floor.feed(noise(2.0, -55.0))
    before = floor.level
    for recording in of_kind("speech")[:3]:
        spoken = np.frombuffer(pcm_of(recording["file"]), "<i2").astype(np.int32)
        under = np.frombuffer(noise(len(spoken) / RATE, -55.0), "<i2")
        floor.feed(np.clip(spoken + under, -32768, 32767).astype("<i2").tobytes())

    assert before == pytest.approx(floor.level, abs=2)


def test_a_line_that_grows_quiet_is_forgiven_its_noise() -> None:
    floor = NoiseFloor()
    floor.feed(noise(20.0, -30.0))
    floor.feed(noise(3.0, -60.0))

    assert floor.level < -58


@given(st.lists(st.binary(max_size=700), max_size=20))
def test_the_floor_is_the_same_whatever_the_size_of_the_pieces(pieces: list[bytes]) -> None:
    one, many = NoiseFloor(), NoiseFloor()
    one.feed(b"".join(pieces))
    for piece in pieces:
        many.feed(piece)

    assert one.level == many.level
