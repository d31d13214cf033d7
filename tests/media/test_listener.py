"""Times of speech on the call clock, and the audio that is kept."""

from __future__ import annotations

from collections.abc import Sequence

from voicebot.journal import EngineFailed, VoiceStarted, VoiceStopped
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


class Broken:
    def feed(self, pcm: bytes) -> Sequence[SpeechOnset | SpeechOffset]:
        raise RuntimeError("out of memory")


class Line:
    def __init__(self, detector: Script | Broken, **options: float) -> None:
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
