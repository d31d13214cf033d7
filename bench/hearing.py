"""Listens to the answers at the caller's ear, so that latency is not measured on apologies.

Runs after the calls, in the callers' process, so that it takes nothing from the servers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import soxr
from faster_whisper import WhisperModel

from telephony.g711 import SAMPLE_RATE, ulaw_to_pcm16
from voicebot.engines.models import locate_whisper
from voicebot.settings import Settings

LONGEST = 12.0
"""Seconds of an answer that are listened to."""


class Listener:
    """A recogniser with nothing in common with the servers' but the weights.

    Raises:
        ModelUnavailable: there are no weights.
    """

    def __init__(self) -> None:
        folder = locate_whisper(Settings().models).folder
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8")

    def hear(self, track: bytes, begin: float, end: float | None) -> str:
        """Return the words between two times (seconds) of a mu-law track."""
        last = begin + LONGEST if end is None else min(end, begin + LONGEST)
        pcm = ulaw_to_pcm16(track[int(begin * SAMPLE_RATE) : int(last * SAMPLE_RATE)])
        samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768
        wide = soxr.resample(samples, SAMPLE_RATE, 16_000)
        segments, _ = self._model.transcribe(
            wide, language="en", beam_size=1, temperature=0.0, condition_on_previous_text=False
        )
        return " ".join(segment.text.strip() for segment in segments)


def is_right(heard: str, right: Sequence[str]) -> bool:
    """Return whether an answer holds one of the expected words."""
    lowered = heard.lower()
    return any(word in lowered for word in right)
