"""EchoCanceller: takes the bot's own voice out of what comes in on a line.

WebRTC's canceller (AEC3) does the work; this ties the two sides of a carrier's stream together for
it, and uses it only against an echo. AEC3 presumes that there is one: on a line without, it takes
the caller for the bot and makes most of what is said over the bot 50 dB quieter. So what is louder
than the line's echo can be passes untouched.

It runs only while the bot's speech may come back, so an idle line costs nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pywebrtc_audio import AudioProcessor

from voicebot.media.acoustics import NoiseFloor
from voicebot.media.echo import EchoGuard
from voicebot.media.echo_path import AUDIBLE, FRAME, EchoPath
from voicebot.ports import SAMPLE_RATE

TAIL = 1.0
"""Seconds after the bot's last sound in which the line may still give it back."""
SOONEST = 0.06
"""Seconds after which an echo comes at the earliest by telephone: a carrier's own buffers take
longer."""
RESYNC = 0.06
"""Seconds by which audio may come early or late before the two sides are tied together anew."""
LOUDER = 10 ** (6 / 10)
"""Power, relative to the most that the echo can have, from which a sound is somebody else's."""
HELD = 5
"""Frames of 10 ms for which it still is after the last of those: speech rises and falls."""


class EchoCanceller:
    """One line's canceller. Times are of the call clock, in seconds."""

    def __init__(self, memory: EchoGuard, *, soonest: float = SOONEST) -> None:
        """Begin with nothing said.

        Args:
            memory: What the ear was given, and when.
            soonest: Seconds after which an echo comes at the earliest; it is searched for in the
                half second from there.
        """
        self._soonest = soonest
        self._memory = memory
        self._path = EchoPath(memory)
        self._processor = AudioProcessor(sample_rate=SAMPLE_RATE, echo_cancellation=True)
        self._next: float | None = None
        """When the next sample was spoken, by the samples that came before."""
        self._rest = b""
        """Less than a frame, kept for the next piece."""
        self._noise = NoiseFloor()
        self._held = 0
        """Frames for which what comes in is still somebody else's."""

    def clean(self, pcm: bytes, ended: float) -> bytes:
        """Return PCM16 at 8 kHz without the bot's voice.

        Up to 10 ms of it may come with the next piece instead.

        Args:
            pcm: What came in; of any length.
            ended: When its last sample was heard.
        """
        whole = self._rest + pcm
        seconds = len(whole) / 2 / SAMPLE_RATE
        began = ended - seconds
        # The network's jitter is not the speakers': samples are counted, not timed.
        if self._next is None or abs(began - self._next) > RESYNC:
            self._next = began
        began = self._next
        if not self._memory.spoke_since(began - TAIL):
            self._rest = b""
            self._next = began + seconds
            return whole
        size = len(whole) // (2 * FRAME) * 2 * FRAME
        self._rest = whole[size:]
        self._next = began + size / 2 / SAMPLE_RATE
        if not size:
            return b""
        near = np.frombuffer(whole[:size], "<i2")
        far = self._memory.said(began - self._soonest, len(near)).astype(np.int16)
        cleaned = np.array(self._processor.process(near, far))
        self._path.heard(near, self._next)
        self._noise.feed(whole[:size])
        self._give_back(near.reshape(-1, FRAME), cleaned.reshape(-1, FRAME), began)
        return cleaned.astype("<i2").tobytes()

    def _give_back(
        self, near: npt.NDArray[np.int16], cleaned: npt.NDArray[np.int16], began: float
    ) -> None:
        """Put the frames of `near` into `cleaned` that are more than the line's echo."""
        powers = np.square(near, dtype=np.float32).mean(axis=1)
        echoes = self._path.powers(began, len(near))
        for i, (power, echo) in enumerate(zip(powers, echoes, strict=True)):
            louder = power >= LOUDER * echo
            if louder and power >= LOUDER * max(self._noise.power, AUDIBLE):
                self._held = HELD
            if louder or self._held:
                cleaned[i] = near[i]
            self._held = max(0, self._held - 1)
