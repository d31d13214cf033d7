"""Listener: one caller's audio, remembered for a while and searched for speech."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from voicebot.journal import EngineFailed, SoundMeasured, VoiceStarted, VoiceStopped
from voicebot.media.acoustics import NoiseFloor, acoustics, decibels
from voicebot.media.echo import EchoGuard
from voicebot.ports import SAMPLE_RATE, SpeechDetector, SpeechOnset

_BYTES = 2 * SAMPLE_RATE
"""Bytes of a second of PCM16."""
_MEASURED = 2.0
"""Seconds of a sound that are measured, its last."""

_log = structlog.get_logger(__name__)


class Listener:
    """Feeds a speech detector, tells of speech in call-clock time, and keeps what was said.

    The detector counts samples; the call clock runs on. They are tied together anew with every
    piece of audio: its last sample is taken to be spoken when it arrives.
    """

    def __init__(
        self,
        detector: SpeechDetector,
        *,
        clock: Callable[[], float],
        post: Callable[[VoiceStarted | VoiceStopped | EngineFailed], None],
        memory: float = 40.0,
        before: float = 0.3,
        after: float = 0.12,
        echo: EchoGuard | None = None,
    ) -> None:
        """Make a listener.

        Args:
            detector: This call's own.
            clock: The call clock.
            post: Takes what is found.
            memory: Seconds of audio kept.
            before: Seconds of margin before a stretch, since onsets are soft.
            after: The same after it; never more than has arrived.
            echo: Knows what the bot says on this line; without it nothing is taken for echo.
        """
        self._detector = detector
        self._clock = clock
        self._post = post
        self._memory = int(memory) * _BYTES
        self._before = before
        self._after = after
        self._echo = echo or EchoGuard()
        self._noise = NoiseFloor()
        self._kept = bytearray()
        self._fed = 0
        """Bytes heard so far."""
        self._heard_at = 0.0
        """Call clock of the last sample."""
        self._deaf = False

    def feed(self, pcm: bytes) -> None:
        """Take the next PCM16 at 8 kHz."""
        self._kept += pcm
        self._fed += len(pcm)
        self._heard_at = self._clock()
        if len(self._kept) > self._memory + 10 * _BYTES:
            del self._kept[: len(self._kept) - self._memory]
        self._noise.feed(pcm)
        if self._deaf:
            return
        try:
            found = self._detector.feed(pcm)
        except Exception as error:  # Any failure of a model ends here, as an event.
            self._deaf = True
            _log.error("speech detector failed", error=type(error).__name__)
            self._post(EngineFailed("speech_detector", type(error).__name__))
            return
        for event in found:
            if isinstance(event, SpeechOnset):
                self._post(VoiceStarted(self._at(event.started)))
            else:
                self._post(VoiceStopped(self._at(event.ended)))

    def audio(self, started: float, ended: float) -> bytes:
        """Return PCM16 between two times of the call clock, as far as it is still kept."""
        first = self._offset(started - self._before)
        return bytes(self._kept[first : self._offset(ended + self._after)])

    def measure(self, started: float) -> SoundMeasured:
        """Return what the sound that began at `started` (call clock) is like so far."""
        until = self._heard_at
        first = max(started, until - _MEASURED)
        pcm = bytes(self._kept[self._offset(first) :])
        noise = self._noise.power
        sound = acoustics(pcm, decibels(noise))
        like = self._echo.likeness(pcm, until, noise=noise)
        return SoundMeasured(
            started=started,
            until=until,
            level=sound.level,
            snr=sound.snr,
            speech=self._confidence(first, until),
            voiced=sound.voiced,
            pitch=sound.pitch,
            pitch_range=sound.pitch_range,
            echo=like.score,
            echo_delay=like.delay,
        )

    def _confidence(self, started: float, ended: float) -> float:
        return (
            0.0
            if self._deaf
            else self._detector.confidence(self._heard(started), self._heard(ended))
        )

    def _heard(self, at: float) -> float:
        """Turn call-clock time into seconds of audio."""
        return max(0.0, self._fed / _BYTES - (self._heard_at - at))

    def _at(self, heard: float) -> float:
        """Turn seconds of audio into call-clock time."""
        return max(0.0, self._heard_at - (self._fed / _BYTES - heard))

    def _offset(self, at: float) -> int:
        """Return the place in the memory of a call-clock time, at a sample's boundary."""
        back = int((self._heard_at - at) * SAMPLE_RATE) * 2
        return max(0, min(len(self._kept), len(self._kept) - back))
