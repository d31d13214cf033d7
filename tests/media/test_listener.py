"""Times of speech on the call clock, and the audio that is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from telephony.g711 import pcm16_to_ulaw, ulaw_to_pcm16
from tests.engines.recordings import pcm_of
from tests.media.test_acoustics import noise, voice
from voicebot.journal import EngineFailed, VoiceStarted, VoiceStopped
from voicebot.media.echo import EchoGuard
from voicebot.media.listener import Listener
from voicebot.ports import SpeechOffset, SpeechOnset

SECOND = bytes(16_000)


class Script:
    """A detector that finds what it is told, by how much audio it was given."""

    def __init__(self, found: dict[float, SpeechOnset | SpeechOffset]) -> None:
        self._found = found
        self._heard = 0.0

    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        before, self._heard = self._heard, self._heard + len(pcm) / 16_000
        return [e for at, e in sorted(self._found.items()) if before < at <= self._heard]

    def confidence(self, started: float, ended: float) -> float:
        """Tell which seconds of audio were asked for, as a number that is one of a kind."""
        return round(started, 3) + round(ended, 3) / 1_000


class Broken:
    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        raise RuntimeError("out of memory")

    def confidence(self, started: float, ended: float) -> float:
        raise AssertionError("is not asked once it has failed")


class Line:
    def __init__(self, detector: Script | Broken, **options: Any) -> None:
        self.now = 0.0
        self.posted: list[VoiceStarted | VoiceStopped | EngineFailed] = []
        self.listener = Listener(
            detector, clock=lambda: self.now, post=self.posted.append, **options
        )

    def hear(self, pcm: bytes, at: float) -> None:
        self.now = at
        self.listener.feed(pcm)


def test_speech_is_told_on_the_call_clock_however_late_the_audio_comes() -> None:
    line = Line(Script({1.0: SpeechOnset(0.9), 2.0: SpeechOffset(1.9)}))
    line.hear(SECOND, at=1.25)
    line.hear(SECOND, at=2.40)

    assert [VoiceStarted(1.15), VoiceStopped(2.3)] == [
        VoiceStarted(round(line.posted[0].started, 6)),  # type: ignore[union-attr]
        VoiceStopped(round(line.posted[1].ended, 6)),  # type: ignore[union-attr]
    ]


def test_audio_between_two_times_comes_with_its_margins() -> None:
    line = Line(Script({}), before=0.1, after=0.1)
    for second in range(5):
        line.hear(bytes([second, 0]) * 8_000, at=second + 1.0)
    pcm = line.listener.audio(2.0, 3.0)

    assert 1.2 * 16_000 == len(pcm)
    assert 1 == pcm[0]
    assert 2 == pcm[len(pcm) // 2]
    assert 3 == pcm[-2]


def test_memory_is_bounded_and_old_audio_is_gone() -> None:
    line = Line(Script({}), memory=5, before=0.0, after=0.0)
    for second in range(60):
        line.hear(SECOND, at=second + 1.0)

    assert b"" == line.listener.audio(1.0, 2.0)
    assert 16_000 == len(line.listener.audio(58.0, 59.0))


def test_a_detector_that_fails_is_told_once() -> None:
    line = Line(Broken())
    line.hear(SECOND, at=1.0)
    line.hear(SECOND, at=2.0)

    assert [EngineFailed("speech_detector", "RuntimeError")] == line.posted


def in_pieces(line: Line, pcm: bytes, at: float, delay: float = 0.0) -> None:
    """Hear audio in batches of 40 ms, the first of which was spoken at `at`."""
    for start in range(0, len(pcm), 640):
        piece = pcm[start : start + 640]
        line.hear(piece, at=at + delay + (start + len(piece)) / 16_000)


def test_a_sound_is_measured_against_the_noise_before_it() -> None:
    line = Line(Script({}))
    in_pieces(line, noise(2.0, -60.0), at=0.0)
    in_pieces(line, voice(140.0, 0.5, level=-22.0), at=2.0)
    sound = line.listener.measure(2.0)

    assert (2.0, pytest.approx(2.5)) == (sound.started, sound.until)
    assert -22 == pytest.approx(sound.level, abs=0.5)
    assert 38 == pytest.approx(sound.snr, abs=2.5)
    assert 140 == pytest.approx(sound.pitch, rel=0.01)
    assert sound.voiced > 0.9
    assert 0 == sound.echo


def test_the_detector_is_asked_in_seconds_of_audio_for_the_last_two() -> None:
    line = Line(Script({}))
    in_pieces(line, bytes(5 * 16_000), at=10.0, delay=0.25)

    assert 4.25 + 0.005 == pytest.approx(line.listener.measure(14.5).speech)
    assert 3.0 + 0.005 == pytest.approx(line.listener.measure(10.5).speech)


def test_the_bots_own_voice_is_known_when_it_comes_back() -> None:
    guard = EchoGuard()
    line = Line(Script({}), echo=guard)
    ulaw = pcm16_to_ulaw(pcm_of("speech/return_policy-bruno.wav"))
    for start in range(0, len(ulaw), 320):
        guard.played(ulaw[start : start + 320], at=5.0 + start / 8_000)
    in_pieces(line, ulaw_to_pcm16(ulaw)[: 2 * 8_000], at=5.0, delay=0.3)
    sound = line.listener.measure(5.6)

    assert sound.echo > 0.9
    assert 0.3 == pytest.approx(sound.echo_delay, abs=0.003)


def test_a_line_whose_detector_failed_can_still_be_measured() -> None:
    line = Line(Broken())
    in_pieces(line, voice(140.0, 0.5), at=0.0)

    assert 0 == line.listener.measure(0.0).speech


def test_a_sound_of_the_future_is_like_nothing() -> None:
    line = Line(Script({}))
    in_pieces(line, voice(140.0, 0.5), at=0.0)
    sound = line.listener.measure(0.7)

    assert (0, 0, 0) == (sound.snr, sound.voiced, sound.pitch)
