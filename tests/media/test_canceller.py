"""The bot's own voice, taken out of what comes in on a telephone line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audio_fixtures import sound
from telephony.g711 import pcm16_to_ulaw, ulaw_to_pcm16
from voicebot.media.canceller import EchoCanceller
from voicebot.media.echo import EchoGuard
from voicebot.media.echo_path import EchoPath

BATCH = 320
"""Samples that come at once."""


SPEECH = Path(__file__).parents[2] / "audio_fixtures" / "speech"


def of_voice(name: str) -> NDArray[np.float64]:
    """Return all that a voice of the fixtures says."""
    return np.concatenate(
        [soundfile.read(path)[0] for path in sorted(SPEECH.glob(f"*-{name}.wav"))]
    )


def pcm(samples: NDArray[np.float64]) -> bytes:
    return np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2").tobytes()


def cleaned(said: NDArray[np.float64], heard: NDArray[np.float64], jitter: float = 0.0) -> bytes:
    """Send what was said and clean what was heard, batch by batch as on a line."""
    guard = EchoGuard()
    canceller = EchoCanceller(guard)
    random = np.random.default_rng(1)
    out = b""
    for first in range(0, len(heard) - BATCH + 1, BATCH):
        at = first / sound.RATE
        guard.played(pcm16_to_ulaw(pcm(said[first : first + BATCH])), at)
        piece = ulaw_to_pcm16(pcm16_to_ulaw(pcm(heard[first : first + BATCH])))
        late = random.uniform(0, jitter)
        out += canceller.clean(piece, at + BATCH / sound.RATE + late)
    return out


def level(audio: bytes, begin: float, end: float) -> float:
    samples = np.frombuffer(audio, "<i2")[int(begin * sound.RATE) : int(end * sound.RATE)]
    return float(10 * np.log10(np.mean((samples / 32768.0) ** 2) + 1e-12))


@pytest.fixture(scope="module")
def speech() -> NDArray[np.float64]:
    """Eight seconds of the bot."""
    return np.resize(sound.at_level(of_voice("bruno"), -20.0), 8 * sound.RATE)


def echoed(said: NDArray[np.float64], delay: float, gain: float = -25.0) -> NDArray[np.float64]:
    heard = np.zeros(len(said))
    shift = round(delay * sound.RATE)
    heard[shift:] = said[: len(said) - shift] * 10 ** (gain / 20)
    return heard


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.5])
def test_an_echo_is_taken_out(speech: NDArray[np.float64], delay: float) -> None:
    heard = echoed(speech, delay)

    after = level(cleaned(speech, heard, jitter=0.02), 2.0, 7.0)
    assert level(pcm(heard), 2.0, 7.0) - 25 > after


def test_a_caller_who_speaks_over_it_is_left_as_they_are(speech: NDArray[np.float64]) -> None:
    caller = sound.at_level(of_voice("dora"), -20.0)[: 2 * sound.RATE]
    heard = echoed(speech, 0.2)
    alone = np.zeros(len(heard))
    alone[4 * sound.RATE : 4 * sound.RATE + len(caller)] = caller

    over = level(cleaned(speech, heard + alone), 4.0, 6.0)
    assert level(pcm(alone), 4.0, 6.0) == pytest.approx(over, abs=2.0)


@pytest.mark.parametrize("gain", [None, -25.0, -15.0])
@pytest.mark.parametrize("begin", [3.0, 4.5])
@pytest.mark.parametrize("voice", ["dora", "rhett", "june"])
def test_nothing_is_lost_of_a_caller_who_begins_over_the_bot(
    speech: NDArray[np.float64], voice: str, begin: float, gain: float | None
) -> None:
    first = SPEECH / f"stop_where_is_my_order-{voice}.wav"
    caller = sound.at_level(soundfile.read(first)[0], -20.0)
    alone = np.zeros(len(speech))
    alone[int(begin * sound.RATE) :][: len(caller)] = caller
    echo = echoed(speech, 0.2, gain) if gain is not None else np.zeros(len(speech))
    both = cleaned(speech, echo + alone)

    for at in np.arange(begin, begin + 1.0, 0.05):
        here = level(pcm(alone), at, at + 0.05)
        # What is no louder than the echo may go with it.
        if here > max(-45.0, -20.0 + (gain or -99.0) + 10.0):
            assert here == pytest.approx(level(both, at, at + 0.05), abs=3.0)


def test_the_echo_of_a_line_is_known_and_forgotten(speech: NDArray[np.float64]) -> None:
    guard = EchoGuard()
    path = EchoPath(guard)
    quiet = [path.gain]
    echo = echoed(speech, 0.2)
    heard = np.frombuffer(pcm(np.concatenate([echo, np.zeros(12 * sound.RATE)])), "<i2")
    known = []
    for first in range(0, len(heard) - BATCH + 1, BATCH):
        at = first / sound.RATE
        guard.played(pcm16_to_ulaw(pcm(np.resize(speech, len(heard))[first : first + BATCH])), at)
        path.heard(heard[first : first + BATCH], at + BATCH / sound.RATE)
        known.append(10 * np.log10(path.gain) if path.gain else None)

    second = sound.RATE // BATCH
    assert quiet == [0.0]
    assert known[7 * second] == pytest.approx(-25.0, abs=2.0)
    assert known[-1] is None


def test_a_line_on_which_the_bot_is_silent_passes_untouched(speech: NDArray[np.float64]) -> None:
    silent = np.zeros(len(speech))
    wire = ulaw_to_pcm16(pcm16_to_ulaw(pcm(speech)))

    assert wire[: len(wire) // (2 * BATCH) * 2 * BATCH] == _unsaid(wire)
    assert len(wire) == len(cleaned(silent, speech))


def _unsaid(wire: bytes) -> bytes:
    canceller = EchoCanceller(EchoGuard())
    size = 2 * BATCH
    pieces = range(0, len(wire) - size + 1, size)
    return b"".join(canceller.clean(wire[i : i + size], 1.0 + i / 16_000) for i in pieces)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=900).filter(lambda piece: len(piece) % 2 == 0), max_size=12))
def test_any_pieces_come_out_whole(pieces: list[bytes]) -> None:
    guard = EchoGuard()
    guard.played(b"\x10" * 8000, 0.0)
    canceller = EchoCanceller(guard)
    out, at = b"", 0.0
    for piece in pieces:
        at += len(piece) / 16_000
        out += canceller.clean(piece, at)

    missing = sum(map(len, pieces)) - len(out)
    assert 0 <= missing < 160
