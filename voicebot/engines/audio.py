"""Telephone samples as the models want them."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import soxr
import webrtcvad

from voicebot.ports import SAMPLE_RATE

Samples = npt.NDArray[np.float32]
"""Mono, -1 to 1."""

MODEL_RATE = 16_000
"""Hz, what Whisper and smart-turn were trained on."""

_GATE_FRAME = SAMPLE_RATE // 50
"""Samples; WebRTC's VAD takes 10, 20 or 30 ms."""


def to_samples(pcm: bytes) -> Samples:
    """Return PCM16 as floats; an odd last byte is dropped."""
    return np.frombuffer(pcm[: len(pcm) & ~1], dtype="<i2").astype(np.float32) / 32_768.0


def to_pcm(samples: Samples) -> bytes:
    """Return floats as PCM16; what is beyond full scale is clipped."""
    pcm: bytes = np.clip(np.rint(samples * 32_768.0), -32_768, 32_767).astype("<i2").tobytes()
    return pcm


def resampled(samples: Samples, rate: int, to_rate: int) -> Samples:
    """Return the same sound at another sample rate."""
    if rate == to_rate or not samples.size:
        return samples
    return cast(Samples, soxr.resample(samples, rate, to_rate))


class Gate:
    """WebRTC's VAD on 20 ms frames of PCM16 at 8 kHz: cheap, and rather too willing than not."""

    def __init__(self, aggressiveness: int = 2) -> None:
        """Make a gate; 0 lets most through, 3 least."""
        self._vad: Any = webrtcvad.Vad(aggressiveness)

    def is_open(self, frame: bytes) -> bool:
        """Tell whether one frame of exactly 320 bytes may hold speech."""
        return bool(self._vad.is_speech(frame, SAMPLE_RATE))


def voiced_part(pcm: bytes, margin: float) -> bytes:
    """Return PCM16 at 8 kHz without silence before and after its speech; empty if it has none.

    Args:
        pcm: One utterance.
        margin: Seconds to leave on both sides, since words begin and end softly.
    """
    gate = Gate()
    size = 2 * _GATE_FRAME
    frames = range(0, len(pcm) - size + 1, size)
    is_open = [gate.is_open(pcm[at : at + size]) for at in frames]
    if True not in is_open:
        return b""
    first = is_open.index(True)
    last = len(is_open) - is_open[::-1].index(True)
    extra = int(margin * SAMPLE_RATE) * 2
    return pcm[max(0, first * size - extra) : last * size + extra]
