"""The echo of the bot's own voice, and voices that are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audio_fixtures.sound import over_the_wire, telephone_band
from telephony.g711 import pcm16_to_ulaw
from tests.engines.recordings import of_kind, pcm_of
from voicebot.media.echo import EchoGuard, Likeness

RATE = 8_000
SAID_AT = 40.0
BOT = pcm_of("speech/return_policy-bruno.wav")
CALLERS = [r for r in of_kind("speech") if r["voice"] != "bruno"]
ECHO = 0.4
"""Likeness from which a sound is taken for echo; see `bench/echo.py`."""

Sound = NDArray[np.float64]


def sound(pcm: bytes) -> Sound:
    return np.frombuffer(pcm, "<i2") / 32768


def told(pcm: bytes = BOT, at: float = SAID_AT) -> EchoGuard:
    """Return a guard that was told of a text in pieces of 40 ms, as a speaker does."""
    guard = EchoGuard()
    ulaw = pcm16_to_ulaw(pcm)
    for start in range(0, len(ulaw), 320):
        guard.played(ulaw[start : start + 320], at + start / RATE)
    return guard


def at_line(echo: Sound, gain: float, noise: float = -70.0) -> bytes:
    """Return what a telephone line makes of a sound."""
    hiss = np.random.default_rng(2).standard_normal(len(echo)) * 10 ** (noise / 20)
    return over_the_wire(telephone_band(echo * 10 ** (gain / 20) + hiss))


def judged(guard: EchoGuard, line: bytes, first: float, last: float, delay: float) -> Likeness:
    """Return the likeness of what was said between two times of the text."""
    stretch = line[int(first * RATE) * 2 : int(last * RATE) * 2]
    return guard.likeness(stretch, SAID_AT + last + delay)


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.3, 0.5, 0.6])
@pytest.mark.parametrize(("gain", "at_least"), [(-6.0, 0.95), (-20.0, 0.9), (-35.0, 0.6)])
def test_the_bots_own_voice_is_known_by_its_echo(
    delay: float, gain: float, at_least: float
) -> None:
    heard = judged(told(), at_line(sound(BOT), gain), 0.3, 0.8, delay)

    assert heard.score > at_least
    assert delay == pytest.approx(heard.delay, abs=0.003)


def test_a_fifth_of_a_second_is_enough() -> None:
    heard = judged(told(), at_line(sound(BOT), -20), 0.5, 0.7, 0.25)

    assert heard.score > 0.8


def test_a_reverberant_room_is_still_an_echo() -> None:
    random = np.random.default_rng(4)
    tail = random.standard_normal(RATE // 4) * np.exp(-np.arange(RATE // 4) / 350)
    room = np.concatenate(([1.0], 0.6 * tail / np.sqrt(np.sum(tail**2))))
    heard = judged(
        told(), at_line(np.convolve(sound(BOT), room)[: len(BOT) // 2], -15), 0.3, 0.9, 0.2
    )

    assert heard.score > ECHO


@pytest.mark.parametrize("recording", CALLERS[:40:2], ids=lambda r: r["file"][7:-4])
def test_a_caller_is_not_an_echo(recording: dict[str, object]) -> None:
    guard = told()
    pcm = pcm_of(str(recording["file"]))
    for last in (0.6, 0.9):
        heard = judged(guard, at_line(sound(pcm), 0), 0.2, last, 0.1)
        assert heard.score < ECHO


@pytest.mark.parametrize("recording", CALLERS[:40:4], ids=lambda r: r["file"][7:-4])
def test_a_caller_over_the_echo_is_not_an_echo(recording: dict[str, object]) -> None:
    delay = 0.15
    caller = sound(pcm_of(str(recording["file"])))[: len(BOT) // 2]
    both = sound(BOT) * 10 ** (-15 / 20)
    both[: len(caller)] += caller
    heard = judged(told(), at_line(both, 0), 0.25, 0.75, delay)

    assert heard.score < ECHO


def test_half_a_voice_and_half_an_echo_is_half_an_echo() -> None:
    random = np.random.default_rng(6)
    echo = sound(BOT)[4_000:12_000]
    other = telephone_band(random.standard_normal(len(echo)))
    other *= np.sqrt(np.mean(echo**2) / np.mean(other**2))
    heard = told().likeness(over_the_wire((echo + other) / 2), SAID_AT + 1.5 + 0.2)

    assert 0.5 == pytest.approx(heard.score, abs=0.12)


def test_the_noise_of_the_line_is_nobodys() -> None:
    line = at_line(sound(BOT), -20, noise=-52)
    stretch = line[int(0.3 * RATE) * 2 : int(0.8 * RATE) * 2]
    hiss = sound(at_line(np.zeros(RATE), 0, noise=-52)) * 32768
    with_noise = told().likeness(stretch, SAID_AT + 0.8 + 0.1)
    without = told().likeness(stretch, SAID_AT + 0.8 + 0.1, noise=float(np.mean(hiss**2)))

    assert with_noise.score + 0.03 < without.score
    assert without.score > 0.9


def test_what_was_cleared_is_not_expected_back() -> None:
    guard = told()
    guard.cleared(SAID_AT + 0.2)
    line = at_line(sound(BOT), -20)

    assert judged(guard, line, 0.4, 0.8, 0.1).score < 0.1
    # And what is said next takes its place.
    guard.played(pcm16_to_ulaw(pcm_of("speech/goodbye-june.wav")), SAID_AT + 0.3)
    assert judged(guard, line, 0.4, 0.8, 0.1).score < ECHO


def test_an_echo_older_than_the_memory_is_nobodys() -> None:
    guard = told()
    for second in range(10):
        guard.played(b"\xff" * RATE, SAID_AT + 5 + second)

    assert Likeness() == judged(guard, at_line(sound(BOT), -20), 0.3, 0.8, 0.1)


def test_silence_is_no_echo() -> None:
    assert Likeness() == told().likeness(bytes(RATE), SAID_AT + 0.5)
    assert Likeness() == EchoGuard().likeness(BOT, SAID_AT)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.binary(max_size=900), st.floats(0, 3)), max_size=6),
    st.binary(max_size=5_000),
    st.floats(0, 4),
)
def test_whatever_was_said_and_heard_the_score_is_a_share(
    said: list[tuple[bytes, float]], pcm: bytes, ended: float
) -> None:
    guard = EchoGuard()
    for ulaw, at in said:
        guard.played(ulaw, at)
    heard = guard.likeness(pcm, ended)

    assert 0 <= heard.score <= 1
    assert 0 <= heard.delay <= 0.65
