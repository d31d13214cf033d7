"""How loud mu-law audio is after it was turned down, without leaving the codec."""

from __future__ import annotations

import itertools
import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.g711 import pcm16_to_ulaw, ulaw_to_pcm16
from voicebot.media.levels import faded, lowered, ramped


def tone(seconds: float = 0.1) -> bytes:
    """Return 440 Hz at a quarter of full scale as mu-law."""
    samples = range(round(seconds * 8000))
    wave = (round(8000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in samples)
    return pcm16_to_ulaw(array("h", wave).tobytes())


def level(audio: bytes) -> float:
    """Return the level of mu-law audio in dB above one step of PCM16."""
    pcm = array("h", ulaw_to_pcm16(audio))
    return 10 * math.log10(sum(s * s for s in pcm) / len(pcm) + 1e-9)


def test_audio_is_lowered_by_so_many_decibels() -> None:
    assert tone() == lowered(tone(), 0.0)
    for decibels in (3, 6, 12, 20):
        assert level(tone()) - decibels == pytest.approx(level(lowered(tone(), decibels)), abs=0.4)


def test_a_ramp_goes_from_one_level_to_the_other_without_a_jump() -> None:
    audio = ramped(tone(0.2), 0.0, 12.0)

    levels = [level(audio[n : n + 200]) for n in range(0, 1600, 200)]
    assert levels == sorted(levels, reverse=True)
    assert max(a - b for a, b in itertools.pairwise(levels)) < 3.0
    assert level(tone()) - 12 == pytest.approx(level(audio[-40:]), abs=1.5)


def test_a_fade_ends_in_silence() -> None:
    assert {0} == set(array("h", ulaw_to_pcm16(faded(tone())[-40:])))


@given(st.binary(max_size=400), st.floats(-5, 90), st.floats(-5, 90))
def test_any_audio_keeps_its_length(audio: bytes, begin: float, end: float) -> None:
    assert len(audio) == len(ramped(audio, begin, end))
