"""EchoPath: how loud and how late a line gives the bot's voice back, if it does at all.

Looked for while the bot speaks, in what came in as it was: a canceller's output tells nothing.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from voicebot.media.echo import EchoGuard
from voicebot.ports import SAMPLE_RATE

FRAME = SAMPLE_RATE // 100
"""Samples of the frames that are told apart."""
EVIDENT = 0.5
"""Share of what comes in that the bot's voice explains, from which it is an echo."""
KEPT = 10.0
"""Seconds of the bot's speech for which an echo is expected after it was last evident."""
_LOOK = SAMPLE_RATE // 4
"""Samples between looks."""
_SEEN = SAMPLE_RATE // 2
"""Samples of a look."""
_BEFORE, _AFTER = 30, 3
"""Frames before and after the delay in which the outgoing sound may have made the echo of a moment:
rooms go on for a while."""
_FADED = np.float32(10) ** np.clip(np.arange(-20, _AFTER + 11) * np.float32(0.15), None, 0)
"""How much of each of these frames is left, in power: after 0.1 s a room gives back 15 dB less with
each further 0.1 s (0.4 s of reverberation)."""
AUDIBLE = 30.0**2
"""Power of samples in -32,768..32,767 from which there is something to look at."""
_GAINS = 4
"""Looks of which the loudest counts."""

_Floats = npt.NDArray[np.float32]


class EchoPath:
    """What is known of one line's echo. Times are of the call clock, in seconds."""

    def __init__(self, memory: EchoGuard) -> None:
        """Begin with no echo known.

        Args:
            memory: What the ear was given, and when.
        """
        self._memory = memory
        self._gains: deque[float] = deque(maxlen=_GAINS)
        """Power of the echo relative to the bot's voice, of the looks that found one."""
        self._delay = 0.0
        self._since = 0
        """Samples since an echo was last evident."""
        self._unseen = 0
        """Samples since the last look."""
        self._recent = np.zeros(0, np.int16)

    @property
    def gain(self) -> float:
        """Power of the echo relative to what goes out; 0 where there is none."""
        return max(self._gains, default=0.0)

    def heard(self, near: npt.NDArray[np.int16], ended: float) -> None:
        """Take what came in while the bot's voice may have come with it.

        Args:
            near: Samples at 8 kHz.
            ended: When the last of them was heard.
        """
        self._recent = np.concatenate((self._recent, near))[-_SEEN:]
        self._unseen += len(near)
        self._since += len(near)
        if self._since > KEPT * SAMPLE_RATE:
            self._gains.clear()
        if self._unseen < _LOOK or len(self._recent) < _SEEN:
            return
        self._unseen = 0
        heard = _power(self._recent)
        if heard < AUDIBLE:
            return
        like = self._memory.likeness(self._recent.astype("<i2").tobytes(), ended)
        if like.score < EVIDENT:
            return
        began = ended - len(self._recent) / SAMPLE_RATE - like.delay
        said = _power(self._memory.said(began, len(self._recent)))
        if said:
            self._gains.append(like.score * heard / said)
            self._delay = like.delay
            self._since = 0

    def powers(self, began: float, frames: int) -> _Floats:
        """Return the most that each 10 ms frame from `began` on may hold of the bot's voice.

        Mean squares of samples in -32,768..32,767, float32, one a frame; 0 where there is no echo.
        """
        if not self._gains:
            return np.zeros(frames, np.float32)
        first = began - self._delay - _BEFORE * FRAME / SAMPLE_RATE
        said = self._memory.said(first, (_BEFORE + frames + _AFTER) * FRAME)
        powers = np.square(said.reshape(-1, FRAME)).mean(axis=1)
        windows = np.lib.stride_tricks.sliding_window_view(powers, _BEFORE + 1 + _AFTER)
        loudest: _Floats = (windows * _FADED).max(axis=1) * np.float32(self.gain)
        return loudest


def _power(samples: npt.NDArray[np.int16] | _Floats) -> float:
    return float(np.square(samples, dtype=np.float32).mean())
