"""Recordings as the telephone would carry them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr

from telephony.g711 import pcm16_to_ulaw
from voicebot.ports import SAMPLE_RATE

LONGEST = 120.0
"""Seconds of the longest recording that is read."""


class BadRecording(ValueError):
    """A recording cannot be used; the message says why."""


def read_ulaw(path: Path) -> bytes:
    """Return a WAV or FLAC file as mu-law at 8 kHz, mono.

    Raises:
        BadRecording: it is missing, unreadable, empty or too long.
    """
    try:
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise BadRecording(f"{path}: cannot be read as WAV or FLAC ({error})") from error
    if not len(audio):
        raise BadRecording(f"{path}: is empty")
    if len(audio) > LONGEST * rate:
        raise BadRecording(f"{path}: is longer than {LONGEST:g} s")
    mono = soxr.resample(audio.mean(axis=1), rate, SAMPLE_RATE)
    pcm = (np.clip(mono, -1.0, 1.0) * 32767).astype("<i2")
    return pcm16_to_ulaw(pcm.tobytes())
